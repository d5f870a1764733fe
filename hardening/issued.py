"""The certificates that the cluster has been given, by what their secrets' labels tell. No key is read."""

import time
from collections.abc import Iterator, Mapping

from msgspec import Struct

from .certificates import Certificate, day
from .errors import HardenError
from .hosts import Host
from .hosts.engine import engine
from .model.project import Project
from .plan.certificates import KINDS, RENEW_BELOW, certificates_of
from .plan.stacks import newest_secrets


class IssuedCertificate(Struct, frozen=True):
    """One certificate, or the newest authority of a list of them.

    Attributes:
        secret: as the stack file calls it.
        kind: `certificate` or `authority`.
        ends: the day, in UTC.
        days_left: until then, rounded down; negative once it is over.
        renewal: whether the next deploy renews it for its age.
        authority: the certificates to trust it by, in PEM; of an authority, all that are trusted.
    """

    stack: str
    secret: str
    kind: str
    names: tuple[str, ...]
    ends: str
    days_left: int
    renewal: bool
    fingerprint: str
    authority: str


def issued(project: Project, hosts: Mapping[str, Host]) -> tuple[IssuedCertificate, ...]:
    """The newest version of every certificate and authority that the project's stacks ask for and the swarm has."""
    with engine(hosts[project.inventory.managers[0].name]) as leading:
        secrets = leading.secrets()
    now, found = time.time(), []
    for stack in project.stacks:
        for name, stored in sorted(newest_secrets(stack, secrets).items()):
            kind = stack.secrets[name].generate
            if kind in KINDS and (told := certificates_of(stored)):
                found.append(_row(stack.name, name, kind, told, now))
    return tuple(found)


def authority(project: Project, hosts: Mapping[str, Host], secret: str) -> str:
    """What a client needs to trust a certificate, or all that an authority's secret trusts; PEM.

    Raises:
        HardenError: the cluster has no certificate of that name.
    """
    known = {each.secret: each for each in issued(project, hosts)}
    if secret not in known:
        raise HardenError(f"the cluster has no certificate `{secret}`", f"it has {', '.join(known) or 'none'}")
    return known[secret].authority


def _row(stack: str, name: str, kind: str, told: tuple[Certificate, ...], now: float) -> IssuedCertificate:
    own = told[0]
    trusted = told if kind == "authority" else told[1:]
    return IssuedCertificate(
        stack=stack,
        secret=name,
        kind=kind,
        names=own.names,
        ends=day(own.not_after),
        days_left=int((own.not_after - now) // 86400),
        renewal=kind == "certificate" and own.left(now) < RENEW_BELOW,
        fingerprint=own.fingerprint,
        authority="".join(_pem(trusted)),
    )


def _pem(certificates: tuple[Certificate, ...]) -> Iterator[str]:
    return (each.pem for each in certificates)
