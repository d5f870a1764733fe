"""What strangers name cannot act on whoever reads it."""

import json

import pytest

from hardening.render.inert import json_document, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ordinary, naïve ✓ 日本", "ordinary, naïve ✓ 日本"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\ufeffb", "a\\ufeffb"),
        ("two\r\nlines\tand more", "two  lines and more"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\uffff", "\\uffff"),
    ],
)
def test_dangerous_characters_are_shown_not_obeyed(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("text", ["\x7f\x9b", "\u202e", "\U000e0041", "\u2028"])
def test_json_means_the_same_without_them(text: str) -> None:
    written = json_document({"name": text})
    assert written.isascii()
    assert json.loads(written) == {"name": text}


def test_the_two_forms_know_the_same_characters() -> None:
    """Every character there is: JSON holds it as it is exactly where a line does."""
    for code in (*range(0x20, 0xD800), *range(0xE000, 0x10000), *range(0xE0000, 0xE0200)):
        character = chr(code)
        if character not in '"\\':
            assert (character in json_document(character).decode()) is (plain(character) == character), hex(code)
