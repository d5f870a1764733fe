"""This machine's address: given, of an interface, or asked for. Part of harden-dns; see `dyndns.py`."""

from __future__ import annotations

import fcntl
import http.client
import ipaddress
import socket
import struct

from hardening.node.dyndns_protocol import NoAnswerError, NotReachedError, fetch, shown
from hardening.node.dyndns_settings import Settings

_SIOCGIFADDR = 0x8915
_IPV6_UNFIT = 0x01 | 0x20 | 0x40
"""Flags of addresses that are temporary, deprecated or tentative (linux/if_addr.h)."""


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
