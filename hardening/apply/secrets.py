"""Secrets that the swarm lacks: made in memory, handed over, forgotten."""

import hashlib
import secrets as randomness
import string
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from hardening.certificates import issue as sign
from hardening.hosts.database import Secret, read_secret
from hardening.hosts.engine import Engine, engine
from hardening.model.stack import CERTIFICATE_LABEL, OWNER_LABEL, SECRET_LABEL, GeneratedSecret, Stack
from hardening.model.swarm import Stored
from hardening.plan import certificates
from hardening.plan.certificates import KINDS
from hardening.plan.stacks import newest_secrets

from .containers import running_containers

if TYPE_CHECKING:
    from .running import Cluster

_ALPHABET = string.ascii_letters + string.digits
_NAME_HASH = 12
"""Characters of the content's hash in a secret's name: a new value gets a new name, as swarm secrets never change."""


def create(cluster: "Cluster", stack: Stack) -> None:
    """Make every missing random or templated secret of a stack.

    A secret that others are made from and that exists already is read back through a node where a task mounts it; when
    no task does, nothing depends on it yet and it is made anew.
    """
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        present = newest_secrets(stack, leading.secrets())
        values: dict[str, Secret] = {}
        for name in _in_order({key: each for key, each in stack.secrets.items() if each.generate not in KINDS}):
            if name in present and not _is_needed(name, stack, present):
                continue
            if name in present and (value := _read_back(cluster, stack, name)):
                values[name] = value
                continue
            if name in present:
                leading.remove_secret(present.pop(name).id)
            values[name] = _make(stack.secrets[name], values)
            _store(leading, stack, name, values[name])


def issue(cluster: "Cluster", stack: Stack, family: str) -> None:
    """Let a new authority sign every certificate of a family, beside those that exist.

    The longer list of authorities is stored first: a deploy that is killed before all certificates are there finds one
    that was not signed by the newest authority, and issues them again.
    """
    wanted = {name: certificates.wanted(stack.secrets[name]) for name in certificates.families(stack)[family]}
    authority, issued = sign(f"{stack.name} {family}", wanted)
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        if stack.secrets[family].generate == "authority":
            present = newest_secrets(stack, leading.secrets()).get(family)
            trusted = "".join((authority, *certificates.former(present, time.time())))
            _store(leading, stack, family, Secret(trusted.encode()), trusted)
        for name, each in issued.items():
            value = Secret(f"{each.key}{each.certificate}".encode())
            _store(leading, stack, name, value, each.certificate + authority)


def remove(cluster: "Cluster", names: Collection[str]) -> None:
    """Take secrets away; the engine refuses where a service still uses one."""
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        for secret in leading.secrets():
            if secret.spec.name in names:
                leading.remove_secret(secret.id)


def _in_order(secrets: Mapping[str, GeneratedSecret]) -> list[str]:
    """Random ones first: templates are made from them."""
    return sorted(secrets, key=lambda name: (secrets[name].generate == "template", name))


def _is_needed(name: str, stack: Stack, present: Mapping[str, Stored]) -> bool:
    """Whether a secret that is still to be made is made from this one."""
    return any(
        name in string.Template(secret.template).get_identifiers()
        for other, secret in stack.secrets.items()
        if other not in present and secret.generate == "template"
    )


def _read_back(cluster: "Cluster", stack: Stack, name: str) -> Secret | None:
    for service, node, container in running_containers(cluster, stack):
        if file := stack.services[service].secrets.get(name):
            return read_secret(cluster.hosts[node], container, file)
    return None


def _make(wanted: GeneratedSecret, values: Mapping[str, Secret]) -> Secret:
    if wanted.generate == "template":
        known = {name: value.reveal().decode() for name, value in values.items()}
        return Secret(string.Template(wanted.template).substitute(known).encode())
    return Secret("".join(randomness.choice(_ALPHABET) for _ in range(wanted.length)).encode())


def _store(leading: Engine, stack: Stack, name: str, value: Secret, certificate: str = "") -> None:
    """Hand a value over; `certificate` is what of it everybody may know."""
    digest = hashlib.sha256(value.reveal()).hexdigest()[:_NAME_HASH]
    labels = {OWNER_LABEL: stack.name, SECRET_LABEL: name}
    if certificate:
        labels[CERTIFICATE_LABEL] = certificate
    leading.create_secret(f"{stack.name}_{name}_{digest}", value.reveal(), labels)
