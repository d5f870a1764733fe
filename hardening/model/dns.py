"""Host names at a dynamic DNS provider: what `dns:` of harden.yml says, and what a node gets of it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .known import Known, Unavailable

PROVIDERS = {"no-ip": "https://dynupdate.no-ip.com/nic/update"}
"""Providers by name -> their update service. Others that speak dyndns2 are given by address."""


class AddressSource(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a machine's address comes from; exactly one of three.

    Attributes:
        fixed: the address itself.
        interface: a network interface of the machine, such as `eth0`; `family` says which address of it.
        url: an HTTPS service that answers with the asker's address and nothing else.
    """

    fixed: str = ""
    interface: str = ""
    family: Literal["ipv4", "ipv6"] = "ipv4"
    url: str = ""


class NodeNames(Struct, frozen=True, forbid_unknown_fields=True):
    """What differs on one node: further host names, another source of its address."""

    hostnames: tuple[str, ...] = ()
    address: AddressSource | None = None


class DnsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`dns:` of harden.yml. Paths are relative to it.

    Attributes:
        contact: mail address in the User-Agent, by which a provider can reach who runs this.
        address: how each machine finds its own.
        provider: a name of PROVIDERS, or the HTTPS address of a service that speaks dyndns2.
        credentials: file with the login, mode 0600; `harden dns login` writes it.
        hostnames: names that every node keeps at its address.
        nodes: node -> what is its own.
        interval: seconds between two looks at the address.
        ca: certificates to trust instead of the system's, PEM.
    """

    contact: str
    address: AddressSource
    provider: str = "no-ip"
    credentials: str = "dns.credentials"
    hostnames: tuple[str, ...] = ()
    nodes: dict[str, NodeNames] = {}
    interval: Annotated[int, Meta(ge=60)] = 300
    ca: str = ""


class Hidden(Struct, frozen=True):
    """Text that must not be seen: neither in a message nor in a traceback."""

    text: str

    def __repr__(self) -> str:
        return "Hidden(…)"


class NodeDns(Struct, frozen=True):
    """What one machine keeps where; the fields are Settings of `node/dyndns_settings.py`."""

    server: str
    agent: str
    hostnames: tuple[str, ...]
    address: dict[str, str]
    interval: int


class ProjectDns(Struct, frozen=True):
    """What the nodes get.

    Attributes:
        nodes: of each node that keeps a name.
        credentials: content of the file, fit to be installed; or why it is not.
        ca_pem: certificates to trust; empty for the system's.
    """

    nodes: dict[str, NodeDns]
    credentials: Known[Hidden] | Unavailable
    ca_pem: str = ""
