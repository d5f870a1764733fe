"""`dns:` of harden.yml, checked, as the program takes it that keeps host names at an address (`node/dyndns.py`)."""

import ipaddress
import os
import secrets
import string
from pathlib import Path

from . import __version__
from .documents import Document, Position
from .errors import HardenError
from .model.dns import PROVIDERS, AddressSource, DnsSettings, Hidden, NodeDns, ProjectDns
from .model.known import Known, Unavailable
from .node import dyndns_settings

_SALT = 43
"""Letters and digits of the salt: 256 bits."""
_HOSTNAMES = 20
"""Names per machine; the protocol's limit for one request, and enough to spot a mistake."""


def check(document: Document, settings: DnsSettings, nodes: tuple[str, ...] | None) -> None:
    """Refuse settings that cannot work, or could send a password astray.

    Args:
        document: harden.yml, for the line of each complaint.
        settings: its `dns:`.
        nodes: names of the inventory; None where no inventory was read.

    Raises:
        HardenError: with file and line.
    """
    if settings.provider not in PROVIDERS:
        _check_url(document, ("dns", "provider"), settings.provider)
    if "@" not in settings.contact or not settings.contact.isprintable() or " " in settings.contact:
        raise document.error(("dns", "contact"), f"`{settings.contact}` is no mail address")
    _check_address(document, ("dns", "address"), settings.address)
    _check_names(document, ("dns", "hostnames"), settings.hostnames)
    for node, own in settings.nodes.items():
        if nodes is not None and node not in nodes:
            raise document.error(("dns", "nodes", node), f"the inventory has no node `{node}`")
        _check_names(document, ("dns", "nodes", node, "hostnames"), own.hostnames)
        if own.address:
            _check_address(document, ("dns", "nodes", node, "address"), own.address)
        if len(settings.hostnames) + len(own.hostnames) > _HOSTNAMES:
            raise document.error(("dns", "nodes", node), f"more than {_HOSTNAMES} host names on one machine")
    if not settings.hostnames and not any(own.hostnames for own in settings.nodes.values()):
        raise document.error(("dns",), "names no host name", "put them under `hostnames:`, or under `nodes:` by node")


def of_node(settings: DnsSettings, node: str) -> NodeDns | None:
    """What a machine keeps; None when it keeps no name. A node that is not named keeps the names of all."""
    own = settings.nodes.get(node)
    hostnames = tuple(dict.fromkeys((*settings.hostnames, *(own.hostnames if own else ()))))
    if not hostnames:
        return None
    # Company NameOfProgram/OSVersion-ReleaseVersion contact, as No-IP asks for.
    agent = f"harden harden-dns/Linux-{__version__} {settings.contact}"
    source = (own.address if own else None) or settings.address
    return NodeDns(_server(settings), agent, hostnames, _way(source), settings.interval)


def of_project(settings: DnsSettings, root: Path, nodes: tuple[str, ...]) -> ProjectDns:
    """What is installed on the nodes.

    Raises:
        HardenError: the certificates cannot be read.
    """
    wanted = {node: found for node in nodes if (found := of_node(settings, node))}
    return ProjectDns(wanted, _installable(root / settings.credentials), _read_ca(root, settings))


def here(settings: DnsSettings, root: Path, node: str, state: Path) -> dyndns_settings.Settings:
    """The program's settings for this machine.

    Raises:
        HardenError: there is no name to keep.
    """
    wanted = of_node(settings, node)
    if wanted is None:
        named = ", ".join(settings.nodes)
        raise HardenError(f"harden.yml: `dns:` has no host name for {node}", f"--node takes one of: {named}")
    return dyndns_settings.Settings(
        server=wanted.server,
        agent=wanted.agent,
        hostnames=wanted.hostnames,
        address=wanted.address,
        interval=wanted.interval,
        credentials=str(root / settings.credentials),
        ca=str(root / settings.ca) if settings.ca else "",
        state=str(state),
    )


def state_file(project: str) -> Path:
    """Where the state of this machine is: the system's folder for root, else the user's own."""
    if os.geteuid() == 0:
        return Path("/var/lib/harden/dns") / f"{project}.json"
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "harden" / "dns" / f"{project}.json"


def write_credentials(path: Path, username: str, password: str) -> None:
    """Write a login to a file that only its owner reads, with a salt that keeps the file's hash from telling of it.

    Raises:
        HardenError: it cannot be written, or the login has a form that does not fit into it.
    """
    letters = string.ascii_letters + string.digits
    salt = "".join(secrets.choice(letters) for _ in range(_SALT))
    text = f"username: {username}\npassword: {password}\nsalt: {salt}\n"
    try:
        if dyndns_settings.parse_credentials(text, str(path)) != dyndns_settings.Credentials(username, password):
            raise HardenError("user name or password begins or ends with a blank, or holds a line break")
    except dyndns_settings.DnsError as error:
        raise HardenError(str(error)) from None
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise HardenError(f"{path}: cannot be written: {error.strerror}") from None


def _installable(path: Path) -> Known[Hidden] | Unavailable:
    """The credentials' file as nodes get it. A plan shows hashes of what it installs, so this one must be salted."""
    try:
        dyndns_settings.read_credentials(str(path))
        text = path.read_text(encoding="utf-8")
    except dyndns_settings.DnsError as error:
        return Unavailable(str(error))
    except OSError as error:
        return Unavailable(f"{path}: cannot be read: {error.strerror}")
    salts = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("salt:")]
    if not salts or len(salts[0]) < _SALT:
        return Unavailable(f"{path}: has no salt of {_SALT} characters, so its hash would tell of the password")
    return Known(Hidden(text))


def _server(settings: DnsSettings) -> str:
    return PROVIDERS.get(settings.provider, settings.provider)


def _way(source: AddressSource) -> dict[str, str]:
    if source.interface:
        return {"interface": source.interface, "family": source.family}
    return {"fixed": source.fixed} if source.fixed else {"url": source.url}


def _read_ca(root: Path, settings: DnsSettings) -> str:
    if not settings.ca:
        return ""
    try:
        return (root / settings.ca).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise HardenError(f"{root / settings.ca}: the provider's certificates cannot be read: {error}") from None


def _check_url(document: Document, position: Position, url: str) -> None:
    try:
        dyndns_settings.check_url(url, f"`{url}`")
    except dyndns_settings.DnsError as error:
        known = ", ".join(PROVIDERS)
        hint = f"known by name: {known}" if position == ("dns", "provider") else ""
        raise document.error(position, str(error), hint) from None


def _check_address(document: Document, position: Position, source: AddressSource) -> None:
    given = [name for name in ("fixed", "interface", "url") if getattr(source, name)]
    if len(given) != 1:
        raise document.error(position, "takes exactly one of `fixed`, `interface` and `url`")
    if source.url:
        _check_url(document, (*position, "url"), source.url)
    if source.fixed:
        try:
            ipaddress.ip_address(source.fixed)
        except ValueError:
            raise document.error((*position, "fixed"), f"`{source.fixed}` is not an IP address") from None


def _check_names(document: Document, position: Position, names: tuple[str, ...]) -> None:
    for index, name in enumerate(names):
        if not dyndns_settings.is_host_name(name):
            raise document.error((*position, index), f"`{name}` is no full host name in lower case")
        if name in names[:index]:
            raise document.error((*position, index), f"`{name}` stands twice")
