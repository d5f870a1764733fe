"""Certificates: the swarm's authority, and those of nodes and servers."""

from datetime import UTC, datetime

from cryptography import x509

from hardening.model.facts import SwarmFacts
from hardening.model.known import Known, Unavailable


def authority(swarm: SwarmFacts) -> Known[tuple[x509.Certificate, ...]] | Unavailable:
    """The certificates that the swarm trusts; several while it rotates."""
    pem = swarm.cluster.tls_info.trust_root
    if not pem:
        return Unavailable("the swarm does not tell its certificate authority")
    return certificates(Known(pem))


def certificates(pem: Known[str] | Unavailable) -> Known[tuple[x509.Certificate, ...]] | Unavailable:
    """Certificates of a PEM text, in its order: a server's own comes first."""
    if isinstance(pem, Unavailable):
        return pem
    try:
        return Known(tuple(x509.load_pem_x509_certificates(pem.value.encode())))
    except ValueError as error:
        return Unavailable(f"a certificate cannot be read: {str(error).partition('. ')[0]}")


def day(moment: datetime) -> str:
    """A date as people write it in reports."""
    return moment.strftime("%Y-%m-%d")


def at(seconds: float) -> datetime:
    """A moment from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
