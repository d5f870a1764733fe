"""AppArmor's messages in auditd's log. Pure."""

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')
_HEADER = re.compile(r"msg=audit\((\d+)\.(\d+):(\d+)\):")
_HEX = re.compile(r"(?:[0-9A-F]{2})+")
_FILE_LETTERS = {"c": "w", "d": "w"}
"""Creating and deleting are what AppArmor's language calls writing."""


class Message(Struct, frozen=True):
    """One decision.

    Attributes:
        serial: the kernel's number of the event, unique until the machine restarts.
        verdict: ALLOWED in complain mode, DENIED in enforce mode.
        operation: such as `open`, `capable`, `create` (of a socket), `signal`.
        name: a path, where it is about one.
        mask: access that was asked for, in AppArmor's letters; of signals `send` or `receive`.
    """

    serial: int
    verdict: Literal["ALLOWED", "DENIED"]
    operation: str
    profile: str
    pid: int
    command: str
    name: str = ""
    mask: str = ""
    capability: str = ""
    family: str = ""
    socket_type: str = ""
    signal: str = ""
    peer: str = ""

    @property
    def subject(self) -> str:
        """What it is about, in few words."""
        if self.capability:
            return f"capability {self.capability}"
        if self.family:
            return f"network {self.family} {self.socket_type}"
        if self.signal:
            return f"signal {self.mask} {self.signal} peer={self.peer}"
        return f"{self.name} {self.mask}".strip()


def messages(lines: Iterable[str]) -> tuple[Message, ...]:
    """Decisions about a profile, of lines that hold one; others, such as STATUS lines, are left out."""
    found = (_message(line) for line in lines)
    return tuple(each for each in found if each)


def _message(line: str) -> Message | None:
    header = _HEADER.search(line)
    fields = {name: quoted if quoted or not bare else bare for name, quoted, bare in _FIELD.findall(line)}
    verdict = fields.get("apparmor")
    if not header or verdict not in {"ALLOWED", "DENIED"}:
        return None
    mask = fields.get("requested_mask", "")
    return Message(
        serial=int(header[3]),
        verdict="ALLOWED" if verdict == "ALLOWED" else "DENIED",
        operation=fields.get("operation", ""),
        profile=fields.get("profile", ""),
        pid=int(fields.get("pid", "0")),
        command=_text(line, "comm"),
        name=_text(line, "name"),
        mask=mask if "signal" in fields or "family" in fields else letters(mask),
        capability=fields.get("capname", ""),
        family=fields.get("family", ""),
        socket_type=fields.get("sock_type", ""),
        signal=fields.get("signal", ""),
        peer=fields.get("peer", ""),
    )


def letters(mask: str) -> str:
    """A requested mask in the letters of AppArmor's language, each once, in their usual order."""
    asked = {_FILE_LETTERS.get(letter, letter) for letter in mask}
    return "".join(letter for letter in "mrwaklx" if letter in asked)


def _text(line: str, name: str) -> str:
    """A field that the kernel writes in quotes, or as hexadecimal digits when it holds quotes, blanks or controls."""
    found = re.search(rf'\b{name}=(?:"([^"]*)"|(\S+))', line)
    if not found:
        return ""
    quoted, bare = found.groups()
    if bare is None:
        return str(quoted)
    return bytes.fromhex(bare).decode("utf-8", "replace") if _HEX.fullmatch(bare) else bare
