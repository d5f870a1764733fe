"""An image registry that nodes can reach."""

from msgspec import Struct


class Registry(Struct, frozen=True):
    """A registry under TLS.

    Attributes:
        address: `host:port` as image references name it.
        ca_pem: certificate of the authority that its own is signed by; empty for a publicly trusted one.
    """

    address: str
    ca_pem: str = ""
