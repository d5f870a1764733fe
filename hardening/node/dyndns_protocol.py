"""The dyndns2 protocol over HTTPS, and what its replies mean. Part of harden-dns; see `dyndns.py`."""

from __future__ import annotations

import base64
import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.parse
from typing import NamedTuple

from hardening.node.dyndns_settings import Credentials, DnsError, Settings

REQUEST_SECONDS = 30.0
"""For one request from the first packet to the last byte."""
REPLY_LIMIT = 4096
AT_ONCE = 20
"""Host names in one request; the protocol's own limit."""

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


class NotReachedError(Exception):
    """No request was sent: there was no connection, or not the right server at its end."""


class NoAnswerError(Exception):
    """A request was sent, and no whole answer came."""


class Verdict(NamedTuple):
    """What the provider said of one host name. `code` is one of DONE, OUTAGES, REFUSALS or UNKNOWN."""

    code: str
    said: str


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
    if overdue.is_set() or isinstance(error, socket.timeout):
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
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if len(lines) == 1 and lines[0].split()[0] in OF_THE_REQUEST:
        lines = lines * len(hosts)
    if len(lines) != len(hosts):
        verdicts = [Verdict(UNKNOWN, f"{len(lines)} lines for {len(hosts)} host names: {shown(body)}")] * len(hosts)
    else:
        verdicts = [_verdict(line, address) for line in lines]
    if status != http.client.OK and not all(verdict.code in REFUSALS for verdict in verdicts):
        verdicts = [Verdict(_code_of(status), f"HTTP {status}")] * len(hosts)
    return dict(zip(hosts, verdicts))


def _code_of(status: int) -> str:
    """What a status means by itself, where the body is no refusal in the protocol's words."""
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.TOO_MANY_REQUESTS:
        return "911"
    return "badauth" if status == http.client.UNAUTHORIZED else UNKNOWN


def _verdict(line: str, address: str) -> Verdict:
    code, *rest = line.split(maxsplit=1)
    if code in REFUSALS or code in OUTAGES:
        return Verdict(code, shown(line))
    try:
        set_to = {ipaddress.ip_address(each.strip()) for text in rest for each in text.split(",")}
    except ValueError:
        return Verdict(UNKNOWN, shown(line))
    # By the protocol, an address on the loopback that nobody asked for means: this program is not wanted.
    unasked = set_to - {ipaddress.ip_address(address)}
    if code not in DONE or any(each.is_loopback for each in unasked):
        return Verdict(UNKNOWN, shown(line))
    return Verdict(code, shown(line))


def shown(text: str) -> str:
    """Foreign text, short and on one line."""
    plain = "".join(each if each.isascii() and each.isprintable() else "?" for each in text.strip())
    return plain if len(plain) <= 80 else plain[:79] + "…"  # noqa: PLR2004 - a line of a log
