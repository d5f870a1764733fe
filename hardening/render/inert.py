"""Text that came from a cluster, made harmless for whoever reads the report.

Names of containers, files and services are chosen by others: they may hold terminal escapes, line breaks, and marks
that turn the direction of text around so that it reads as something else.
"""

import re

import msgspec

_DANGEROUS = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters, the escape that terminals obey among them
    "\u00ad\u061c\u180e"  # invisible or direction marks
    "\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # zero-width, line and direction marks
    "\U000e0000-\U000e007f"  # invisible tags
    "\ufffe\uffff"  # no characters, and no part of any XML
    "\ud800-\udfff]"  # halves of characters, which no encoding takes
)
_DANGEROUS_BYTES = re.compile(
    rb"\x7f|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xa9]|\xef\xbb\xbf"
    rb"|\xf3\xa0[\x80\x81][\x80-\xbf]|\xef\xbf[\xbe\xbf]"
)
"""The same in UTF-8, but for what JSON escapes by itself."""


def plain(text: str) -> str:
    r"""One line without anything invisible: each dangerous character is shown as `\x1b` or `\u202e`."""
    return _DANGEROUS.sub(_shown, text)


def json_document(content: object) -> bytes:
    r"""A value as indented JSON, in which dangerous characters are escaped as `\u202e`; so it means the same.

    It stays bytes on its way: the report of a large cluster is a hundred megabytes.
    """
    return msgspec.json.format(json_line(content), indent=2) + b"\n"


def json_line(content: object) -> bytes:
    """The same in one line, without its end."""
    compact = msgspec.json.encode(content)
    return _DANGEROUS_BYTES.sub(_json_escape, compact) if _DANGEROUS_BYTES.search(compact) else compact


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code in (0x09, 0x0A, 0x0D):
        return " "
    return ascii(found[0])[1:-1]


def _json_escape(found: re.Match[bytes]) -> bytes:
    units = found[0].decode().encode("utf-16-be")
    return b"".join(b"\\u%02x%02x" % (units[i], units[i + 1]) for i in range(0, len(units), 2))
