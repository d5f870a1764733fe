"""Takes out of facts what looks like a secret. Part of node programs, and used for what databases answer.

Names decide first (a key, an option, a variable that promises a secret), then forms that nothing else has: a login in
an address, a private key, a password's hash. What is taken out leaves MARK in its place, so that nobody takes the rest
for the whole.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

MARK = "<redacted>"
_PROMISES = (
    r"passw(?:or)?d|passphrase|passwd|secret|token(?!s\b)|credential|cookie|api[-_.]?key"
    r"|(?:access|account|auth|client|encryption|encrypt|master|private|signing|splunk)[-_.]?key"
)
_NAME = re.compile(_PROMISES, re.IGNORECASE)
_KEEPS = ("harden.", "com.docker.")
"""Beginnings of the labels that only ever name secrets."""
_PLACE = re.compile(
    r"(?:file|path|dir|folder|names?|ids?|length|size|count|ttl|expiry|enabled|mechanisms?)$", re.IGNORECASE
)
"""Endings of names that promise where a secret is, or how long, and not the secret."""
_FORMS = (
    (re.compile(r"(?<=://)[^/\s@:]*:[^/\s@]+(?=@)"), MARK),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MARK),
    (re.compile(r"\$(?:apr1|2[abxy]|[156y]|argon2\w*|scrypt)\$[^\s,;:'\"]+"), MARK),
    (re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=_.~-]{8,}"), rf"\1 {MARK}"),
    (
        re.compile(rf"(?i)([\w.-]*(?:{_PROMISES})[\w.-]*\s*=\s*)(?![\s/$<]|\$\{{)(?:\"[^\"]*\"|'[^']*'|[^\s,;&'\"]+)"),
        rf"\1{MARK}",
    ),
    (re.compile(rf"(?i)(--?[\w-]*(?:{_PROMISES})[\w-]*\s+)(?![-/$<])(?:\"[^\"]*\"|'[^']*'|\S+)"), rf"\1{MARK}"),
    (re.compile(r"((?:^|\s)-p\s+)(?![-/.$<]|[\d:]+(?:\s|$))\S+"), rf"\1{MARK}"),
)
_HINT = re.compile(rf"{_PROMISES}|://|PRIVATE KEY|\$|basic |bearer |-p ", re.IGNORECASE)
"""What all forms have some of: a quick look that most strings end with."""


def redacted(value: Any, name: str = "") -> Any:  # noqa: ANN401 - JSON
    """A value without what looks like a secret; `name` is the key that it stands under."""
    if isinstance(value, dict):
        return {key: redacted(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return _words([redacted(inner, name) for inner in value])
    if isinstance(value, str) and value:
        return MARK if promises(name) and not value.startswith(("/", "$", "<")) else text(value)
    return value


def promises(name: str) -> bool:
    """Whether what stands under this name should be a secret."""
    return bool(_NAME.search(name)) and not name.startswith(_KEEPS) and not _PLACE.search(name)


def text(value: str) -> str:
    """A text without logins in addresses, keys, hashes, and values of options and variables that promise a secret."""
    if not _HINT.search(value):
        return value
    for form, kept in _FORMS:
        value = form.sub(kept, value)
    return value


def document(content: str) -> str:
    """JSON text, redacted; what is no JSON cannot be taken apart, and is not told.

    Raises:
        ValueError: it is no JSON.
    """
    return json.dumps(redacted(json.loads(content)))


def _words(words: list[Any]) -> list[Any]:
    """Arguments: the word after an option that promises a secret is the secret."""
    kept = []
    secret = False
    for word in words:
        if not isinstance(word, str):
            kept.append(word)
            continue
        kept.append(MARK if secret and not word.startswith(("/", "$", "-")) else word)
        option, equals, _ = word.partition("=")
        secret = not equals and option.startswith("-") and (promises(option.lstrip("-")) or option == "-p")
        secret = secret and not _is_number_next(words, word)
    return kept


def _is_number_next(words: list[Any], option: str) -> bool:
    """`-p 8080` is a port; a password of digits alone is taken for one only after this shortest of options."""
    if option != "-p":
        return False
    following = words[words.index(option) + 1 :][:1]
    return bool(following) and isinstance(following[0], str) and not re.search(r"[^\d:]", following[0])
