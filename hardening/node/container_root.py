"""A container's file system as its processes see it, looked at from the node. Part of node programs.

A path is followed part by part, and no link is ever followed by the kernel: a container could lead this program, which
is root, to a file of the node.
"""

from __future__ import annotations

import errno
import os
import stat
import struct

_LINKS = 40
"""As many as the kernel follows."""
_OWN = {"self": "/proc/self", "thread-self": "/proc/thread-self"}
_HEAD = 4096
_ELF_64_BIT = b"\x7fELF\x02"
_ELF_HEADER = 64
_ELF_INTERPRETER = 3
"""PT_INTERP (elf.h)."""


class Root:
    """The root of a process, until it is closed."""

    def __init__(self, pid: int) -> None:
        self._root = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._root)

    def real(self, path: str) -> str:
        """An absolute path without links, as far as it exists. What is a process's own stays `/proc/self/…`."""
        walk = _Walk(self._root, path)
        walk.close()
        return walk.path

    def inode(self, path: str) -> int:
        """The inode that a path leads to; 0 when there is none."""
        walk = _Walk(self._root, path)
        try:
            return os.fstat(walk.end).st_ino if walk.end >= 0 else 0
        finally:
            walk.close()

    def head(self, path: str) -> bytes:
        """The beginning of a regular file; empty when it is none or cannot be read."""
        walk = _Walk(self._root, path)
        try:
            if walk.end < 0 or not stat.S_ISREG(os.fstat(walk.end).st_mode):
                return b""
            with open(f"/proc/self/fd/{walk.end}", "rb") as file:
                return file.read(_HEAD)
        except OSError:
            return b""
        finally:
            walk.close()


class _Walk:
    """One path followed: `path` is where it leads, `end` an open descriptor of that, or -1."""

    def __init__(self, root: int, path: str) -> None:
        self._stack: list[tuple[str, int]] = []
        self._root = root
        self.end = -1
        links = 0
        rest = path.split("/")[::-1]
        while rest:
            part = rest.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                self._leave()
                continue
            here = self._here()
            if here == "/proc" and part in _OWN:
                self.path = "/".join([_OWN[part], *(each for each in rest[::-1] if each)])
                return
            target = self._enter(part)
            if target is None:
                rest_words = [each for each in rest[::-1] if each not in {"", "."}]
                self.path = os.path.normpath("/".join([here.rstrip("/"), part, *rest_words]))
                return
            if target:
                links += 1
                magic = here.startswith("/proc/") and not target.startswith("/")  # such as `pipe:[123]`
                if links > _LINKS or magic:
                    self.path = f"{here.rstrip('/')}/{part}"
                    return
                if target.startswith("/"):
                    self.close()
                rest += target.split("/")[::-1]
        self.path = self._here()
        self.end = self._top()

    def close(self) -> None:
        """Close what was opened."""
        while self._stack:
            self._leave()

    def _here(self) -> str:
        return "/" + "/".join(name for name, _ in self._stack)

    def _top(self) -> int:
        return self._stack[-1][1] if self._stack else self._root

    def _leave(self) -> None:
        if self._stack:
            os.close(self._stack.pop()[1])

    def _enter(self, name: str) -> str | None:
        """Go one part further: what a link says, empty for anything else, None when there is no such thing."""
        try:
            return os.readlink(name, dir_fd=self._top())
        except OSError as error:
            if error.errno != errno.EINVAL:
                return None
        try:
            descriptor = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._top())
        except OSError:
            return None
        self._stack.append((name, descriptor))
        return ""


def loader(head: bytes) -> str:
    """The program an executable is started by, from its first bytes: `#!`'s, or an ELF file's interpreter; or empty."""
    if head.startswith(b"#!"):
        words = head[2:].split(b"\n")[0].split()
        return words[0].decode("utf-8", "replace") if words else ""
    if head[:5] != _ELF_64_BIT or len(head) < _ELF_HEADER:
        return ""
    offset = struct.unpack_from("<Q", head, 32)[0]
    size, count = struct.unpack_from("<HH", head, 54)
    for index in range(count):
        at = offset + index * size
        if at + 40 > len(head):
            return ""
        kind = struct.unpack_from("<I", head, at)[0]
        start, length = struct.unpack_from("<Q", head, at + 8)[0], struct.unpack_from("<Q", head, at + 32)[0]
        if kind == _ELF_INTERPRETER:
            return head[start : start + length].rstrip(b"\0").decode("utf-8", "replace")
    return ""
