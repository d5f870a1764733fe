"""Rules of the kernel's audit, read from the kernel itself (netlink(7), linux/audit.h). Part of node programs."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator

from hardening.node.fact import NotReadable

_PROTOCOL = 9
_GET_STATUS, _LIST_RULES = 1000, 1013
OFF = "-e 0"
"""Told where the kernel's audit is switched off and works by no rule."""
_REQUEST, _ERROR, _DONE = 1, 2, 3
_SECONDS = 20
_LONGEST = 1 << 16
_HEADER = struct.Struct("=IHHII")
"""Length, type, flags, number, sender."""
_WORDS = 64
_RULE = struct.Struct(f"=3I{_WORDS}I{_WORDS}I{_WORDS}I{_WORDS}II")
"""Filter, action, how many fields; system calls, fields, values, operators; length of the texts after it."""
_FILTERS = {0: "user", 1: "task", 4: "exit", 5: "exclude", 6: "filesystem", 7: "io_uring"}
_PREPENDED = 0x10
_ACTIONS = {0: "never", 1: "possible", 2: "always"}
_PATH, _DIR, _PERM, _KEY = 105, 107, 106, 210
_TEXTS = {_PATH: "path", _DIR: "dir", _KEY: "key", 112: "exe", **dict.fromkeys(range(13, 24), "label")}
"""Fields whose value is the length of a text."""
_OPERATORS = {
    0x08000000: "&", 0x10000000: "<", 0x20000000: ">", 0x30000000: "!=",
    0x40000000: "=", 0x48000000: "&=", 0x50000000: "<=", 0x60000000: ">=",
}  # fmt: skip
_LETTERS = ((4, "r"), (2, "w"), (1, "x"), (8, "a"))
_FIRST_CALLS = 0xFFFFFFFF


def audit_rules() -> list[str]:
    """One a line, in the words of `auditctl -l` as far as they are about files; `-e 0` first where audit is off.

    Raises:
        NotReadable: the kernel has no audit, or does not tell.
    """
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _PROTOCOL) as kernel:
            kernel.settimeout(_SECONDS)
            _, enabled = struct.unpack_from("=II", next(_answers(kernel, _GET_STATUS)))
            return [*([] if enabled else [OFF]), *(rule_text(raw) for raw in _answers(kernel, _LIST_RULES))]
    except OSError as error:
        missing = error.errno in {errno.EPROTONOSUPPORT, errno.ECONNREFUSED}
        raise NotReadable("the kernel has no audit here" if missing else f"the kernel's audit: {error}") from None


def _answers(kernel: socket.socket, wanted: int) -> Iterator[bytes]:
    kernel.sendto(_HEADER.pack(_HEADER.size, wanted, _REQUEST, 1, 0), (0, 0))
    while True:
        answer = kernel.recv(_LONGEST)
        _, kind, _, _, _ = _HEADER.unpack_from(answer)
        body = answer[_HEADER.size :]
        if kind == _DONE:
            return
        if kind == _ERROR and (code := -struct.unpack_from("=i", body)[0]):
            raise NotReadable(f"the kernel's audit refuses: {os.strerror(code)}")
        if kind == wanted:
            yield body


def rule_text(raw: bytes) -> str:
    """One rule. System calls are left out, and fields that are not about files are told by their numbers."""
    try:
        place, action, count, *words = _RULE.unpack_from(raw)
        calls, fields, values, operators = (words[start : start + _WORDS] for start in range(0, 4 * _WORDS, _WORDS))
        texts = raw[_RULE.size : _RULE.size + words[-1]]
        told = list(_fields(fields[:count], values[:count], operators[:count], texts))
    except (struct.error, UnicodeDecodeError) as error:
        raise NotReadable(f"a rule of the kernel's audit has an unknown form: {error}") from None
    names = {name: value for name, _, value in told}
    list_name, action_name = _FILTERS.get(place & ~_PREPENDED, str(place)), _ACTIONS.get(action, str(action))
    is_watch = (list_name, action_name, calls[0]) == ("exit", "always", _FIRST_CALLS)
    path = names.get("path") or names.get("dir")
    if is_watch and path and names.keys() <= {"path", "dir", "perm", "key"}:
        key = f" -k {names['key']}" if "key" in names else ""
        return f"-w {path} -p {names.get('perm', 'rwxa')}{key}"
    return f"-a {action_name},{list_name}" + "".join(f" -F {''.join(each)}" for each in told)


def _fields(fields: list[int], values: list[int], operators: list[int], texts: bytes) -> Iterator[tuple[str, str, str]]:
    """Name, operator and value of each field."""
    at = 0
    for field, value, code in zip(fields, values, operators):
        operator = _OPERATORS.get(code, "?")
        if field in _TEXTS:
            if at + value > len(texts):
                raise NotReadable("a rule of the kernel's audit is cut off")
            yield _TEXTS[field], operator, texts[at : at + value].decode("utf-8", "replace")
            at += value
        elif field == _PERM:
            yield "perm", operator, "".join(letter for bit, letter in _LETTERS if value & bit)
        else:
            yield f"field{field}", operator, str(value)
