"""Sockets of the node and the programs that hold them. Part of node programs."""

from __future__ import annotations

import os
import socket
import struct

from hardening.node.fact import read_text

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

_TABLES = ("tcp", "tcp6", "udp", "udp6")
_TCP_LISTEN = "0A"
_UDP_UNCONNECTED = "07"
_ACCEPTS = "00010000"
"""The flag of a listening Unix socket (__SO_ACCEPTCON)."""


class SocketOwners:
    """Socket inode -> those of some processes that hold it, by one walk over their open files."""

    def __init__(self, among: list[int]) -> None:
        self._pids: dict[int, list[int]] = {}
        for pid in among:
            try:
                names = os.listdir(f"/proc/{pid}/fd")
            except OSError:
                continue  # it ended while we looked
            for name in names:
                self._note(pid, f"/proc/{pid}/fd/{name}")

    def _note(self, pid: int, path: str) -> None:
        try:
            target = os.readlink(path)
        except OSError:
            return  # closed while we looked
        if target.startswith("socket:["):
            holders = self._pids.setdefault(int(target[8:-1]), [])
            if pid not in holders:
                holders.append(pid)

    def pids(self, inode: int) -> list[int]:
        """Processes that hold a socket."""
        return self._pids.get(inode, [])

    def programs(self, inode: int) -> str:
        """Their names, joined by commas; empty when the kernel itself listens (WireGuard, VXLAN, NFS)."""
        names = set()
        for pid in self.pids(inode):
            try:
                names.add(read_text(f"/proc/{pid}/comm").strip())
            except OSError:
                continue  # it ended while we looked
        return ",".join(sorted(names))


def listeners(owners: SocketOwners) -> list[dict[str, Any]]:
    """Listener facts of the node's own network namespace."""
    found = []
    for table in _TABLES:
        try:
            text = read_text(f"/proc/net/{table}")
        except FileNotFoundError:
            continue  # a kernel without IPv6 has no such table
        for address, port, inode in parse_table(text, table):
            found.append({"protocol": table, "address": address, "port": port, "program": owners.programs(inode)})
    return found


def listening_at(pid: int) -> list[tuple[str, int]]:
    """Addresses and ports at which a process listens by TCP, in its own network namespace."""
    owners = SocketOwners([pid])
    found = []
    for table in ("tcp", "tcp6"):
        try:
            text = read_text(f"/proc/{pid}/net/{table}")
        except FileNotFoundError:
            continue  # as above
        found += [(address, port) for address, port, inode in parse_table(text, table) if owners.pids(inode)]
    return found


def parse_table(text: str, table: str) -> list[tuple[str, int, int]]:
    """Listening sockets of a `/proc/net` table: address, port, inode."""
    wanted = _TCP_LISTEN if table.startswith("tcp") else _UDP_UNCONNECTED
    found = []
    for line in text.splitlines()[1:]:
        fields = line.split()
        if fields[3] == wanted:
            address, _, port = fields[1].partition(":")
            found.append((_address(address), int(port, 16), int(fields[9])))
    return found


def listens_on(pid: int, path: str) -> bool:
    """Whether a process listens on the Unix socket at a path; systemd may have opened it for the process."""
    names = {path, os.path.realpath(path), path.replace("/run/", "/var/run/", 1)}
    owners = SocketOwners([pid])
    for line in read_text(f"/proc/{pid}/net/unix").splitlines()[1:]:
        fields = line.split(None, 7)
        if len(fields) == 8 and fields[3] == _ACCEPTS and fields[7] in names and owners.pids(int(fields[6])):  # noqa: PLR2004 - 8 columns, with a path
            return True
    return False


def _address(hexadecimal: str) -> str:
    """An address of a `/proc/net` table: 32-bit words in the machine's own byte order."""
    words = [int(hexadecimal[start : start + 8], 16) for start in range(0, len(hexadecimal), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)
