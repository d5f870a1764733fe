"""Which certificates are to be issued, and which of those that exist may be used yet. Pure.

Certificates of one authority are renewed together, by a new authority. A task that started before trusts the former one
only, so everything is replaced twice: first tasks get the longer list of authorities and keep their certificates; a new
certificate is used once every running task trusts who signed it. What says so are the labels of the secrets that tasks
mount, so a deploy may be killed anywhere in between.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from hardening.certificates import Certificate, Wanted, day, plain_name, read
from hardening.model.facts import SwarmFacts
from hardening.model.stack import CERTIFICATE_LABEL, OWNER_LABEL, SECRET_LABEL, GeneratedSecret, Stack
from hardening.model.swarm import Stored, Task

RENEW_BELOW = 1 / 3
"""Part of a certificate's life; with less left it is renewed. A third of a year is time to notice."""
KINDS = frozenset({"certificate", "authority"})


def families(stack: Stack) -> dict[str, tuple[str, ...]]:
    """What is issued together: secret of the authority -> its certificates. One without names itself."""
    found: dict[str, tuple[str, ...]] = {}
    for name, secret in sorted(stack.secrets.items()):
        if secret.generate == "certificate":
            family = secret.authority or name
            found[family] = (*found.get(family, ()), name)
    return found


def due(stack: Stack, newest: Mapping[str, Stored], now: float) -> dict[str, str]:
    """Family that is to be issued -> why, in words.

    Args:
        stack: as it was rendered.
        newest: generated secret -> its newest version in the swarm.
        now: seconds since the epoch.
    """
    reasons = {}
    for family, names in families(stack).items():
        shared = stack.secrets[family].generate == "authority"
        authority = certificates_of(newest.get(family)) if shared else None
        lacks = [*([family] if authority == () else []), *(each for each in names if each not in newest)]
        faults = [
            f"{name} {fault}"
            for name in names
            if name in newest
            for fault in _faults(stack.secrets[name], certificates_of(newest[name]), authority or None, now)
        ]
        if lacks or faults:
            reasons[family] = f"lacks {', '.join(lacks)}" if lacks else faults[0]
    return reasons


def wanted(secret: GeneratedSecret) -> Wanted:
    """What a certificate's secret asks for."""
    return Wanted(secret.names, secret.usage, secret.days)


def certificates_of(stored: Stored | None) -> tuple[Certificate, ...]:
    """What a secret's label tells: a certificate and who signed it; an authority and former ones. Empty without."""
    try:
        return read((stored.spec.labels or {})[CERTIFICATE_LABEL]) if stored else ()
    except (KeyError, ValueError):
        return ()


def former(authority: Stored | None, now: float) -> tuple[str, ...]:
    """Authorities to be trusted beside a new one: those that were trusted and are still valid. PEM."""
    return tuple(each.pem for each in certificates_of(authority) if each.not_after > now)


def with_trusted(stack: Stack, secrets: Iterable[Stored], tasks: Iterable[Task], now: float) -> Stack:
    """The stack with each certificate pinned to its newest version that every running task trusts.

    Without a running task that verifies by its authority there is nobody to mind, and nothing is pinned.

    Args:
        stack: as it was rendered.
        secrets: all of the swarm's.
        tasks: of the stack at least.
        now: seconds since the epoch. A certificate that is over is trusted by nobody.
    """
    versions = _versions(stack, secrets)
    mounted = [ids for task in tasks if (ids := _mounted(task))]
    pinned = {}
    for name, secret in stack.secrets.items():
        trust = [
            {each.own for each in certificates_of(bundle)}
            for ids in mounted
            for bundle in versions.get(secret.authority, ())
            if bundle.id in ids
        ]
        if secret.generate != "certificate" or not trust:
            continue
        trusted = set.intersection(*trust)
        for version in versions.get(name, ()):
            told = certificates_of(version)
            if told and told[0].signer in trusted and told[0].not_after > now:
                pinned[name] = version.spec.name
                break
    return msgspec.structs.replace(stack, pinned=pinned)


def replaced(stack: Stack, swarm: SwarmFacts) -> tuple[str, ...]:
    """Names of certificates and authorities that no service and no running task uses, and that are not the newest."""
    specs = [each.spec.task_template.container_spec for each in swarm.services]
    used = {use.secret_id for spec in specs if spec for use in spec.secrets or ()}
    used = used.union(*(_mounted(task) for task in swarm.tasks))
    versions = _versions(stack, swarm.secrets).values()
    return tuple(sorted(each.spec.name for older in versions for each in older[1:] if each.id not in used))


def _versions(stack: Stack, secrets: Iterable[Stored]) -> dict[str, list[Stored]]:
    """Certificates and authorities of a stack, the newest version first."""
    found: dict[str, list[Stored]] = {}
    for stored in sorted(secrets, key=lambda each: each.created_at, reverse=True):
        labels = stored.spec.labels or {}
        name = labels.get(SECRET_LABEL, "")
        if labels.get(OWNER_LABEL) == stack.name and name in stack.secrets and stack.secrets[name].generate in KINDS:
            found.setdefault(name, []).append(stored)
    return found


def _mounted(task: Task) -> frozenset[str]:
    """Ids of the secrets that a task holds, as long as it runs."""
    container = task.spec.container_spec
    if task.status.state != "running" or container is None:
        return frozenset()
    return frozenset(use.secret_id for use in container.secrets or ())


def _faults(
    secret: GeneratedSecret, told: tuple[Certificate, ...], authority: tuple[Certificate, ...] | None, now: float
) -> Iterator[str]:
    """Why a certificate is to be issued anew; nothing while it is what was asked for."""
    if not told:
        yield "tells nothing of itself"
        return
    own = told[0]
    if {plain_name(each) for each in secret.names} != set(own.names):
        yield f"is for {', '.join(own.names)}, not {', '.join(secret.names)}"
    if set(secret.usage) != set(own.usage):
        yield f"is of use as {', '.join(own.usage)}, not {', '.join(secret.usage)}"
    if authority is not None and own.signer != authority[0].own:
        yield "was not signed by the newest authority"
    if own.days != secret.days:
        yield f"lives {own.days} days, not {secret.days}"
    if own.left(now) < RENEW_BELOW:
        yield f"ends on {day(own.not_after)}"
