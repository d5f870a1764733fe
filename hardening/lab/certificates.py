"""The lab's certificate authority. It signs one certificate, for the registry, and its key is then forgotten."""

from msgspec import Struct

from hardening import certificates
from hardening.model.stack import LONGEST_DAYS


class Issued(Struct, frozen=True):
    """A server's certificate and key with the authority's certificate, all in PEM."""

    ca: str
    certificate: str
    key: str


def issue(name: str, address: str) -> Issued:
    """Make an authority and a certificate for a server by its host name and IP address."""
    wanted = certificates.Wanted((name, address), days=LONGEST_DAYS)
    authority, issued = certificates.issue(f"harden lab of {name}", {name: wanted})
    return Issued(authority, issued[name].certificate, issued[name].key)
