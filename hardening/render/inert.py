"""Text that came from a cluster, made harmless for whoever reads the report.

Names of containers, files and services are chosen by others: they may hold terminal escapes, line breaks, and marks
that turn the direction of text around so that it reads as something else.
"""

import re

_DANGEROUS = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters, the escape that terminals obey among them
    "\u00ad\u061c\u180e"  # invisible or direction marks
    "\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # zero-width, line and direction marks
    "\U000e0000-\U000e007f"  # invisible tags
    "\ud800-\udfff]"  # halves of characters, which no encoding takes
)


def plain(text: str) -> str:
    r"""One line without anything invisible: each dangerous character is shown as `\x1b` or `\u202e`."""
    return _DANGEROUS.sub(_shown, text)


def json_text(text: str) -> str:
    r"""JSON in which dangerous characters are escaped; they occur inside of strings only, so it means the same."""
    return _DANGEROUS.sub(_json_escape, text)


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code in (0x09, 0x0A, 0x0D):
        return " "
    return ascii(found[0])[1:-1]


def _json_escape(found: re.Match[str]) -> str:
    if found[0] == "\n":
        return "\n"  # between the lines of an indented document; inside of strings it is escaped already
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
