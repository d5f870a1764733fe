"""Secrets that the swarm lacks: made in memory, handed over, forgotten."""

import hashlib
import secrets as randomness
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hardening.hosts.database import Secret, read_secret
from hardening.hosts.engine import Engine, engine
from hardening.model.stack import OWNER_LABEL, SECRET_LABEL, GeneratedSecret, Stack
from hardening.model.swarm import Stored
from hardening.plan.stacks import newest_secrets

from .containers import running_containers

if TYPE_CHECKING:
    from .running import Cluster

_ALPHABET = string.ascii_letters + string.digits
_NAME_HASH = 12
"""Characters of the content's hash in a secret's name: a new value gets a new name, as swarm secrets never change."""


def create(cluster: "Cluster", stack: Stack) -> None:
    """Make every missing secret of a stack.

    A secret that others are made from and that exists already is read back through a node where a task mounts it; when
    no task does, nothing depends on it yet and it is made anew.
    """
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        present = newest_secrets(stack, leading.secrets())
        values: dict[str, Secret] = {}
        for name in _in_order(stack.secrets):
            if name in present and not _is_needed(name, stack, present):
                continue
            if name in present and (value := _read_back(cluster, stack, name)):
                values[name] = value
                continue
            if name in present:
                leading.remove_secret(present.pop(name).id)
            values[name] = _make(stack.secrets[name], values)
            _store(leading, stack, name, values[name])


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


def _store(leading: Engine, stack: Stack, name: str, value: Secret) -> None:
    digest = hashlib.sha256(value.reveal()).hexdigest()[:_NAME_HASH]
    labels = {OWNER_LABEL: stack.name, SECRET_LABEL: name}
    leading.create_secret(f"{stack.name}_{name}_{digest}", value.reveal(), labels)
