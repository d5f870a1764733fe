"""The swarm's certificate authority."""

from datetime import UTC, datetime

from cryptography import x509

from hardening.model.facts import SwarmFacts
from hardening.model.known import Known, Unavailable


def authority(swarm: SwarmFacts) -> Known[tuple[x509.Certificate, ...]] | Unavailable:
    """The certificates that the swarm trusts; several while it rotates."""
    pem = swarm.cluster.tls_info.trust_root
    if not pem:
        return Unavailable("the swarm does not tell its certificate authority")
    try:
        return Known(tuple(x509.load_pem_x509_certificates(pem.encode())))
    except ValueError as error:
        return Unavailable(f"the swarm's certificate authority cannot be read: {error}")


def day(moment: datetime) -> str:
    """A date as people write it in reports."""
    return moment.strftime("%Y-%m-%d")


def at(seconds: float) -> datetime:
    """A moment from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
