#!/usr/bin/python3 -ISE
"""harden-dns: keeps host names at this machine's address, at a provider that speaks dyndns2 (No-IP and many others).

A provider shuts out who asks too often or goes on after a refusal, so the rule is to send little and to remember:

- Nothing is sent while a name's address is the one that was last accepted.
- A refusal (`badauth`, `nohost`, `abuse`, …), and any reply that is not understood, holds for its host name until a
  person acts: `reset`, other credentials, or other settings.
- `911`, a fault of the provider's server, and a request whose answer never came forbid the next request for half an
  hour. That is written down before each request, so neither a crash nor a restart is a way around it.

The state is one JSON file, mode 0600, replaced whole. Credentials come from a file that only its owner may read; what
stands in the state of them is a salted scrypt, by which a change is noticed. HTTPS only, certificates verified,
redirects not followed, replies and times limited.

Standard library only, Python 3.9 or later, one file: `harden dns` runs it here, and it is installed on nodes as
`/usr/local/lib/harden/harden-dns`.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import hashlib
import http.client
import ipaddress
import json
import os
import re
import signal
import socket
import ssl
import stat
import struct
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

SETTINGS = "/etc/harden/dns.json"
VERSION = 1
"""Of the settings and of the state."""
OUTAGE_SECONDS = 1800
"""Pause after `911`, by the protocol; kept after a server's fault and after a lost answer, too."""
REQUEST_SECONDS = 30.0
"""For one request from the first packet to the last byte."""
REPLY_LIMIT = 4096
AT_ONCE = 20
"""Host names in one request; the protocol's own limit."""
LOCK_SECONDS = 60.0

DONE = ("good", "nochg")
OUTAGES = {"911": "the provider has a fault", "dnserr": "the provider's DNS has a fault"}
REFUSALS = {
    "nohost": "the account has no such host name",
    "badauth": "user name or password is wrong",
    "badagent": "the provider does not let this program in",
    "!donator": "the account does not include what was asked for",
    "abuse": "the provider blocked it for abuse",
    "notfqdn": "it is no full host name",
    "numhost": "too many host names in one request",
    "!yours": "the host name belongs to another account",
    "!active": "the host name is not active",
    "badsys": "the provider does not know this kind of update",
}
UNKNOWN = "unknown"
"""Code under which a reply is remembered that this program does not understand."""
OF_THE_REQUEST = frozenset({"badauth", "badagent", "!donator", "abuse", "numhost", "badsys", "911", "dnserr"})
"""Codes that stand once for all host names of a request."""

_PRIVATE = ("/run/secrets/", "/run/credentials/")
"""Where the swarm and systemd put secrets, each in a file system that only the service itself sees."""
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_SIOCGIFADDR = 0x8915
_IPV6_UNFIT = 0x01 | 0x20 | 0x40
"""Flags of addresses that are temporary, deprecated or tentative (linux/if_addr.h)."""


class DnsError(Exception):
    """What keeps this program from going on, in words for a person."""


class NotReachedError(Exception):
    """No request was sent: there was no connection, or not the right server at its end."""


class NoAnswerError(Exception):
    """A request was sent, and no whole answer came."""


class Settings(NamedTuple):
    """What to keep where.

    Attributes:
        server: `https://host[:port]/path` of the provider's update service.
        agent: User-Agent, as No-IP asks for: `Company Program/System-Version contact@mail`.
        hostnames: in full, lower case.
        address: {"fixed": IP}, {"interface": NAME, "family": "ipv4" or "ipv6"} or {"url": HTTPS address}.
        interval: seconds between two looks at the address.
        credentials: file with `username: …` and `password: …`.
        ca: file with the certificates to trust; empty for the system's.
        state: file of this program's own.
    """

    server: str
    agent: str
    hostnames: tuple[str, ...]
    address: dict[str, str]
    interval: int
    credentials: str
    ca: str
    state: str


class Credentials(NamedTuple):
    """A login that does not show itself."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(…)"


class Verdict(NamedTuple):
    """What the provider said of one host name. `code` is one of DONE, OUTAGES, REFUSALS or UNKNOWN."""

    code: str
    said: str


class Outcome(NamedTuple):
    """How a round went for one host name: `state` is current, updated, refused, waiting or unreached."""

    host: str
    state: str
    detail: str


State = dict[str, Any]
Tell = Callable[[str], None]


# --- settings and credentials -----------------------------------------------------------------------------------------


def read_settings(path: str) -> Settings:
    """Settings from a JSON file.

    Raises:
        DnsError: it cannot be read or does not fit.
    """
    try:
        with open(path, "rb") as file:
            document = json.load(file)
        if document.pop("version", None) != VERSION:
            raise DnsError(f"{path}: is not of version {VERSION}")
        wanted = Settings(**{**document, "hostnames": tuple(document["hostnames"])})
    except OSError as error:
        raise DnsError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DnsError(f"{path}: are no settings of harden-dns: {error}") from None
    check(wanted)
    return wanted


def check(settings: Settings) -> None:
    """Refuse settings that could send a password astray.

    Raises:
        DnsError: a server without TLS, a name that is none.
    """
    check_url(settings.server, "server")
    if "url" in settings.address:
        check_url(settings.address["url"], "address")
    for host in settings.hostnames:
        if not is_host_name(host):
            raise DnsError(f"`{host}` is no full host name in lower case")


def check_url(url: str, what: str) -> None:
    """Only HTTPS, only a plain address: a login in it would end up in logs."""
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment or port == 0:
        raise DnsError(f"{what} must be https://host[:port]/path, without a login or a query")


def is_host_name(text: str) -> bool:
    """Whether it is a full host name in lower case."""
    return _HOST.fullmatch(text) is not None


def read_credentials(path: str) -> Credentials:
    """A login from a file that nobody else may read.

    Raises:
        DnsError: others may read it, or it has another form. Nothing of its content is in the message.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise DnsError(f"{path}: is no regular file")
            private = os.path.realpath(path).startswith(_PRIVATE)
            if not private and found.st_mode & 0o077:
                raise DnsError(f"{path}: others may read it (mode {found.st_mode & 0o777:04o}): chmod 600 {path}")
            if not private and found.st_uid not in (0, os.geteuid()):
                raise DnsError(f"{path}: belongs to another user (uid {found.st_uid})")
            text = file.read(REPLY_LIMIT)
    except OSError as error:
        raise DnsError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DnsError(f"{path}: is not UTF-8 text") from None
    return parse_credentials(text, path)


def parse_credentials(text: str, name: str) -> Credentials:
    """`username: …`, `password: …` and possibly `salt: …`, one a line; see `read_credentials`."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key not in ("username", "password", "salt") or key in found or not value.strip():
            raise DnsError(f"{name}:{number}: a line is `username: …`, `password: …` or `salt: …`, each once")
        found[key] = value.strip()
    for key in ("username", "password"):
        if key not in found:
            raise DnsError(f"{name}: has no line `{key}: …`")
    if ":" in found["username"]:
        raise DnsError(f"{name}: a user name holds no colon")
    return Credentials(found["username"], found["password"])


# --- the address ------------------------------------------------------------------------------------------------------


def find_address(settings: Settings) -> str:
    """This machine's address, in its usual form.

    Raises:
        NotReachedError: it could not be found out, and why.
    """
    way = settings.address
    if "fixed" in way:
        return _address(way["fixed"])
    if "url" in way:
        try:
            status, body = fetch(way["url"], {"User-Agent": settings.agent}, settings.ca)
        except NoAnswerError as error:
            raise NotReachedError(str(error)) from None
        if status != http.client.OK:
            raise NotReachedError(f"{way['url']} answered HTTP {status}")
        return _usable(body.strip(), way["url"])
    name = way["interface"]
    found = _ipv6_of(name) if way.get("family") == "ipv6" else _ipv4_of(name)
    return _usable(found, f"interface {name}")


def _ipv4_of(name: str) -> str:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
    except OSError as error:
        raise NotReachedError(f"interface {name}: {error.strerror}") from None
    return socket.inet_ntoa(answer[20:24])


def _ipv6_of(name: str) -> str:
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as table:
            rows = [line.split() for line in table]
    except OSError as error:
        raise NotReachedError(f"interface {name}: {error.strerror}") from None
    for digits, _, _, scope, flags, interface in rows:
        if interface == name and scope == "00" and not int(flags, 16) & _IPV6_UNFIT:
            return str(ipaddress.IPv6Address(int(digits, 16)))
    raise NotReachedError(f"interface {name} has no lasting global IPv6 address")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise NotReachedError(f"`{shown(text)}` is no address") from None


def _usable(text: str, source: str) -> str:
    """An address that was found out; one that no other machine could use was found wrongly."""
    found = ipaddress.ip_address(_address(text))
    if found.is_loopback or found.is_unspecified or found.is_link_local or found.is_multicast:
        raise NotReachedError(f"{source} gives {found}, which leads nowhere")
    return str(found)


# --- the protocol -----------------------------------------------------------------------------------------------------


def fetch(url: str, headers: dict[str, str], ca: str) -> tuple[int, str]:
    """GET over HTTPS: status and body. Redirects are answers like any other; no proxy, no cookie, no second try.

    Raises:
        NotReachedError: nothing was sent.
        NoAnswerError: something was sent, and no whole answer came in time.
    """
    parts = urllib.parse.urlsplit(url)
    where = f"{parts.hostname}:{parts.port or 443}"
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=REQUEST_SECONDS, context=_context(ca)
    )
    overdue = threading.Event()

    def hang_up() -> None:
        overdue.set()
        with contextlib.suppress(OSError, AttributeError):  # not connected yet, or gone by itself
            connection.sock.shutdown(socket.SHUT_RDWR)

    # The library's own limit counts from byte to byte: a server that sends one at a time could hold us for days.
    alarm = threading.Timer(REQUEST_SECONDS, hang_up)
    alarm.start()
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotReachedError(f"{where}: {_why(error, overdue)}") from None
        try:
            return _exchange(connection, parts, headers)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(f"{where}: {_why(error, overdue)}") from None
    finally:
        alarm.cancel()
        connection.close()


def _context(ca: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise DnsError(f"{ca}: certificates cannot be read: {error.strerror or error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _exchange(
    connection: http.client.HTTPSConnection, parts: urllib.parse.SplitResult, headers: dict[str, str]
) -> tuple[int, str]:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", target, headers={**headers, "Connection": "close"})
    response = connection.getresponse()
    body = response.read(REPLY_LIMIT + 1)
    if len(body) > REPLY_LIMIT:
        return response.status, f"a reply of more than {REPLY_LIMIT} bytes"
    if response.length:  # what was announced and did not come
        raise http.client.IncompleteRead(b"", response.length)
    return response.status, body.decode("ascii", "replace")


def _why(error: Exception, overdue: threading.Event) -> str:
    if overdue.is_set() or isinstance(error, TimeoutError):
        return f"no whole answer within {REQUEST_SECONDS:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, http.client.IncompleteRead):
        return "the answer was cut off"
    return str(getattr(error, "strerror", "") or type(error).__name__)


def send(settings: Settings, credentials: Credentials, hosts: tuple[str, ...], address: str) -> dict[str, Verdict]:
    """One update request; what the provider said of each host name. Raises as `fetch` does."""
    query = f"hostname={urllib.parse.quote(','.join(hosts), safe=',')}&myip={urllib.parse.quote(address, safe=':')}"
    login = base64.b64encode(f"{credentials.username}:{credentials.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "User-Agent": settings.agent, "Accept": "text/plain"}
    status, body = fetch(f"{settings.server}?{query}", headers, settings.ca)
    for private in (login, credentials.password):  # a server may answer with what it was sent
        body = body.replace(private, "(hidden)")
    return judge(status, body, hosts, address)


def judge(status: int, body: str, hosts: tuple[str, ...], address: str) -> dict[str, Verdict]:
    """What a reply means for each host name, line by line. What is not understood is UNKNOWN, which stops."""
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.TOO_MANY_REQUESTS:
        return dict.fromkeys(hosts, Verdict("911", f"HTTP {status}"))
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if len(lines) == 1 and lines[0].split()[0] in OF_THE_REQUEST:
        lines = lines * len(hosts)
    if len(lines) != len(hosts):
        verdicts = [Verdict(UNKNOWN, f"{len(lines)} lines for {len(hosts)} host names: {shown(body)}")] * len(hosts)
    else:
        verdicts = [_verdict(line, address) for line in lines]
    if status != http.client.OK and not all(verdict.code in REFUSALS for verdict in verdicts):
        code = "badauth" if status == http.client.UNAUTHORIZED else UNKNOWN
        verdicts = [Verdict(code, f"HTTP {status}")] * len(hosts)
    return dict(zip(hosts, verdicts))  # noqa: B905 - `strict` needs Python 3.10; equally long by construction


def _verdict(line: str, address: str) -> Verdict:
    code, _, rest = line.partition(" ")
    if code in REFUSALS or code in OUTAGES:
        return Verdict(code, shown(line))
    if code in DONE and not rest:
        return Verdict(code, code)
    try:
        set_to = ipaddress.ip_address(rest.strip())
    except ValueError:
        return Verdict(UNKNOWN, shown(line))
    # By the protocol, an address on the loopback that nobody asked for means: this program is not wanted.
    if code not in DONE or (set_to.is_loopback and set_to != ipaddress.ip_address(address)):
        return Verdict(UNKNOWN, shown(line))
    return Verdict(code, shown(line))


def shown(text: str) -> str:
    """Foreign text, short and on one line."""
    plain = "".join(each if each.isascii() and each.isprintable() else "?" for each in text.strip())
    return plain if len(plain) <= 80 else plain[:79] + "…"  # noqa: PLR2004 - a line of a log


# --- the state --------------------------------------------------------------------------------------------------------


def read_state(path: str) -> State:
    """What is remembered; nothing when there is no file.

    Raises:
        DnsError: it cannot be read or is no state. Nothing may be sent then: a refusal might be forgotten.
    """
    try:
        with open(path, "rb") as file:
            state = json.load(file)
    except FileNotFoundError:
        return {"version": VERSION, "salt": os.urandom(16).hex(), "outage": {}, "hosts": {}}
    except OSError as error:
        raise DnsError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise DnsError(f"{path}: is damaged, and what was refused is not known; see the provider, then reset") from None
    if not _is_state(state):
        raise DnsError(f"{path}: is no state of harden-dns, version {VERSION}; see the provider, then reset")
    return dict(state)


def _is_state(state: Any) -> bool:  # noqa: ANN401 - JSON
    try:
        bytes.fromhex(state["salt"])
        fits = state["version"] == VERSION and all(
            isinstance(record["server"], str) and isinstance(record["at"], (int, float))
            and ({"refused", "said", "by"} <= record.keys() or "address" in record)
            for record in state["hosts"].values()
        )  # fmt: skip
        outage = state["outage"]
        return fits and (outage == {} or bool(float(outage["until"]) and outage["server"] and outage["why"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def write_state(path: str, state: State) -> None:
    """Replace the file whole, mode 0600, on the disk before this returns.

    Raises:
        DnsError: it cannot be written; then nothing may be sent either.
    """
    folder = os.path.dirname(os.path.abspath(path))
    try:
        handle, fresh = tempfile.mkstemp(prefix=".harden-", dir=folder)
        try:
            with open(handle, "w", encoding="ascii") as file:
                json.dump(state, file, indent=1, sort_keys=True)
                _belongs_like(folder, handle)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, path)
        except BaseException:
            os.unlink(fresh)
            raise
        parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
    except OSError as error:
        raise DnsError(f"{path}: cannot be written: {error.strerror}") from None


def _belongs_like(folder: str, handle: int) -> None:
    """Leave a file to its folder's owner: what root resets, the service must still be able to read."""
    if os.geteuid() == 0:
        above = os.stat(folder)
        os.fchown(handle, above.st_uid, above.st_gid)


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold a state alone: a reset and a round do not write over each other."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        _belongs_like(folder, handle)
    except OSError as error:
        raise DnsError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DnsError(f"{path}: another harden-dns holds it") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def reset(path: str, hosts: tuple[str, ...] = ()) -> list[str]:
    """Forget refusals, of all host names or of some, and the pause; what was accepted stays known.

    A state that cannot be understood is put aside. Returns the names that may be sent again.
    """
    with locked(path):
        try:
            state = read_state(path)
        except DnsError:
            if not os.path.isfile(path):
                raise
            os.replace(path, f"{path}.damaged")
            return []
        freed = [host for host in hosts or state["hosts"] if "refused" in state["hosts"].get(host, {})]
        for host in freed:
            del state["hosts"][host]
        state["outage"] = {}
        write_state(path, state)
    return sorted(freed)


def mark_of(settings: Settings, credentials: Credentials, salt: str) -> str:
    """Changes with the account and with who asks it where: then a refusal no longer holds."""
    login = f"{credentials.username}\0{credentials.password}".encode()
    slow = hashlib.scrypt(login, salt=bytes.fromhex(salt), n=1 << 14, r=8, p=1)
    contact = settings.agent.rpartition(" ")[2]  # without this program's version: an update of it is no person's act
    return hashlib.sha256(f"{settings.server}\0{contact}\0".encode() + slow).hexdigest()


# --- a round ----------------------------------------------------------------------------------------------------------


def pause_left(state: State, settings: Settings, now: float) -> float:
    """Seconds until the provider may be asked again; a clock that was set back does not lengthen it."""
    outage = state.get("outage") or {}
    if outage.get("server") != settings.server:
        return 0.0
    return max(0.0, min(float(outage["until"]) - now, OUTAGE_SECONDS))


def standing(state: State, settings: Settings, mark: str, address: str) -> dict[str, Outcome]:
    """The host names for which nothing is to be sent, and why."""
    found = {}
    for host in settings.hostnames:
        record = state["hosts"].get(host, {})
        if "refused" in record and record["by"] == mark:
            found[host] = Outcome(host, "refused", f"{record['refused']}: {record['said']}")
        elif record.get("address") == address and record["server"] == settings.server:
            found[host] = Outcome(host, "current", address)
    return found


def run_round(settings: Settings, tell: Tell, now: Callable[[], float] = time.time) -> tuple[Outcome, ...]:
    """Look at the address, send what has changed, remember what was said. One outcome per host name.

    Raises:
        DnsError: settings, credentials or state do not allow anything to be sent.
        NotReachedError: the address could not be found out.
    """
    credentials = read_credentials(settings.credentials)
    address = find_address(settings)
    with locked(settings.state):
        state = read_state(settings.state)
        mark = mark_of(settings, credentials, state["salt"])
        outcomes = standing(state, settings, mark, address)
        due = [host for host in settings.hostnames if host not in outcomes]
        for start in range(0, len(due), AT_ONCE):
            hosts = tuple(due[start : start + AT_ONCE])
            if left := pause_left(state, settings, now()):
                why = f"{state['outage']['why']}; next request in {left / 60:.0f} min"
                outcomes.update((host, Outcome(host, "waiting", why)) for host in hosts)
                continue
            outcomes.update(_update(settings, credentials, state, hosts, address, mark, tell, now))
    return tuple(outcomes[host] for host in settings.hostnames)


def _update(  # noqa: PLR0913, PLR0917 - all of a round
    settings: Settings,
    credentials: Credentials,
    state: State,
    hosts: tuple[str, ...],
    address: str,
    mark: str,
    tell: Tell,
    now: Callable[[], float],
) -> dict[str, Outcome]:
    """Send one request. What must hold if this process dies in the middle of it is on the disk before."""

    def pause(why: str) -> None:
        state["outage"] = {"server": settings.server, "until": now() + OUTAGE_SECONDS, "why": why}

    pause("the last request got no answer")
    write_state(settings.state, state)
    try:
        verdicts = send(settings, credentials, hosts, address)
    except NotReachedError as error:
        state["outage"] = {}
        write_state(settings.state, state)
        tell(f"unreached hosts={','.join(hosts)} address={address} reason={json.dumps(str(error))}")
        return {host: Outcome(host, "unreached", str(error)) for host in hosts}
    except NoAnswerError as error:
        pause(str(error))
        write_state(settings.state, state)
        tell(f"unanswered hosts={','.join(hosts)} address={address} reason={json.dumps(str(error))}")
        return {host: Outcome(host, "waiting", str(error)) for host in hosts}
    state["outage"] = {}
    outcomes = {}
    for host, verdict in verdicts.items():
        outcomes[host] = _remember(settings, state, host, verdict, address, mark, now())
        if verdict.code in OUTAGES:
            pause(verdict.said)
    write_state(settings.state, state)
    for host, verdict in verdicts.items():
        tell(f"{outcomes[host].state} host={host} address={address} reply={json.dumps(verdict.said)}")
    return outcomes


def _remember(  # noqa: PLR0913, PLR0917 - all that is written down
    settings: Settings, state: State, host: str, verdict: Verdict, address: str, mark: str, moment: float
) -> Outcome:
    if verdict.code in DONE:
        state["hosts"][host] = {"server": settings.server, "address": address, "at": moment}
        return Outcome(host, "updated", verdict.said)
    if verdict.code in OUTAGES:
        return Outcome(host, "waiting", f"{verdict.said}: {OUTAGES[verdict.code]}")
    why = REFUSALS.get(verdict.code, "the reply is not understood")
    state["hosts"][host] = {
        "server": settings.server,
        "refused": verdict.code,
        "said": f"{verdict.said} ({why})",
        "by": mark,
        "at": moment,
    }
    return Outcome(host, "refused", f"{verdict.code}: {verdict.said} ({why})")


# --- the program ------------------------------------------------------------------------------------------------------


def keep(load: Callable[[], Settings], tell: Tell, stop: threading.Event) -> None:
    """Rounds until `stop` is set; settings and login are read anew each time. What stays the same is told once."""
    told = ""
    while not stop.is_set():
        settings = load()
        try:
            outcomes = run_round(settings, tell)
            rest = [each for each in outcomes if each.state in ("refused", "waiting")]
            now = "; ".join(f"{each.host} {each.state}: {each.detail.partition(';')[0]}" for each in rest)
        except NotReachedError as error:
            now = f"address unknown: {error}"
        if now and now != told:
            tell(f"standing {json.dumps(now, ensure_ascii=False)}")
        told = now
        stop.wait(settings.interval)


def until_signalled(load: Callable[[], Settings], tell: Tell) -> None:
    """`keep` until SIGTERM or SIGINT; a request that is under way is still answered and remembered."""
    stop = threading.Event()
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        tell("started")
        keep(load, tell, stop)
        tell("stopped")
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def exit_code(outcomes: tuple[Outcome, ...]) -> int:
    """0 when every name is at the address, 1 when one was refused, 3 when the provider could not be asked."""
    states = {outcome.state for outcome in outcomes}
    return 1 if "refused" in states else 3 if states & {"waiting", "unreached"} else 0


def main() -> int:
    """The installed program."""
    parser = argparse.ArgumentParser(prog="harden-dns", description="Keeps host names at this machine's address.")
    parser.add_argument("command", nargs="?", choices=("update", "status", "reset"), default="update")
    parser.add_argument("hosts", nargs="*", metavar="HOST", help="of reset: these only")
    parser.add_argument("--settings", default=SETTINGS)
    parser.add_argument("--credentials", default="", help="instead of the settings' own")
    parser.add_argument("--once", action="store_true", help="one round, then end")
    options = parser.parse_args()

    def load() -> Settings:
        settings = read_settings(options.settings)
        return settings._replace(credentials=options.credentials or settings.credentials)

    def tell(line: str) -> None:
        print(f"harden-dns: {line}", flush=True)

    try:
        return _run(options, load, tell)
    except (DnsError, NotReachedError) as error:
        print(f"harden-dns: {error}", file=sys.stderr, flush=True)
        return 3 if isinstance(error, NotReachedError) else 2


def _run(options: argparse.Namespace, load: Callable[[], Settings], tell: Tell) -> int:
    if options.command == "reset":
        print(json.dumps({"reset": reset(load().state, tuple(options.hosts))}))
        return 0
    if options.command == "status":
        settings = load()
        print(json.dumps(public(read_state(settings.state), settings)))
        return 0
    if options.once:
        outcomes = run_round(load(), tell)
        for outcome in outcomes:
            if outcome.state in ("current", "waiting"):
                tell(f"{outcome.state} host={outcome.host} {json.dumps(outcome.detail)}")
        return exit_code(outcomes)
    until_signalled(load, tell)
    return 0


def public(state: State, settings: Settings) -> dict[str, Any]:
    """What may be shown of a state: {"hosts": {NAME: {"state", "detail", "at"}}, "pause": seconds}."""
    hosts = {}
    for host in settings.hostnames:
        record = state["hosts"].get(host)
        if record is None:
            hosts[host] = {"state": "never sent", "detail": "", "at": 0.0}
        elif "refused" in record:
            hosts[host] = {"state": "refused", "detail": f"{record['refused']}: {record['said']}", "at": record["at"]}
        else:
            hosts[host] = {"state": "accepted", "detail": record["address"], "at": record["at"]}
    return {"hosts": hosts, "pause": pause_left(state, settings, time.time())}


if __name__ == "__main__":
    sys.exit(main())
