from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from hardening import documents
from hardening.errors import HardenError


class Leaf(msgspec.Struct, forbid_unknown_fields=True):
    size: int
    tags: list[str] = []


class Tree(msgspec.Struct, forbid_unknown_fields=True):
    leaves: dict[str, Leaf]
    rows: list[Leaf] = []


CASES = {
    "unknown key": ("leaves:\n  a:\n    size: 1\n    colour: red\n", 4, "unknown key `colour`"),
    "unknown key at the root": ("leaves: {}\nroots: 1\n", 2, "unknown key `roots`"),
    "wrong type in a mapping of mappings": (
        "leaves:\n  a: {size: 1}\n  b:\n    size: big\n",
        4,
        "`leaves.b.size`: expected a whole number",
    ),
    "wrong type in a list": (
        "leaves: {}\nrows:\n  - size: 1\n  - size: 1\n    tags: [x, 2]\n",
        5,
        "`rows[1].tags[1]`: expected text, got a whole number",
    ),
    "missing key": ("leaves:\n  a: {size: 1}\n  b: {}\n", 3, "missing required field `size`"),
    "key that stands twice": ("leaves:\n  a: {size: 1}\n  a: {size: 2}\n", 3, "stands twice"),
    "broken YAML": ("leaves:\n  a: [1\n", 3, "not valid YAML"),
    "a date that is no day": ("leaves: {}\nrows:\n  - size: 2031-02-30\n", 3, "expected a whole number"),
    "an alias that holds itself": ("leaves: &a {b: *a}\n", 1, "an alias in it holds itself"),
    "a merge that holds itself": ("leaves:\n  a: &a\n    <<: *a\n", 1, "an alias in it holds itself"),
    "aliases without end": (
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in ("ab", "bc", "cd", "de", "ef")),
        1,
        "more than 200000 values",
    ),
    "a tag of another program": ("leaves:\n  a: !secret x\n", 2, "the tag `!secret` is not known"),
    "a tag on a key": ("leaves: {}\n!secret rows: []\n", 2, "the tag `!secret` is not known"),
    "a tag that asks for code": (
        "rows: !!python/object/apply:os.system [id]\n",
        1,
        "`!!python/object/apply:os.system`",
    ),
    "a tag that promises what is not there": (
        "leaves: {a: {size: !!int ''}}\n",
        1,
        "expected a whole number, got text",
    ),
    "a tag of no truth": ("leaves: {a: {size: !!bool x}}\n", 1, "expected a whole number, got text"),
    "a sign that stands for a value": ("leaves: {a: {size: =}}\n", 1, "expected a whole number, got text"),
    "characters that no text holds": ("leaves:\n  ü:\n    size: \x1b\n", 3, "control characters are not allowed"),
    "empty file": ("", 1, "expected a mapping, got nothing"),
}


@pytest.mark.parametrize(("text", "line", "message"), CASES.values(), ids=CASES)
def test_a_complaint_names_the_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "tree.yml"
    path.write_text(text)
    with pytest.raises(HardenError) as caught:
        documents.load(path, Tree)
    assert caught.value.message.startswith(f"{path}:{line}: "), caught.value.message
    assert message in caught.value.message


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Branch(msgspec.Struct, forbid_unknown_fields=True):
    colour: Colour = Colour.RED
    form: Literal["thin", "thick"] | None = None
    tree: Tree | None = None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("color: red\n", "did you mean `colour`?"),
        ("zzz: red\n", "known keys are: colour, form, tree"),
        ("tree: {leaves: {a: {siz: 1}}}\n", "did you mean `size`?"),
        ("colour: green\n", "it is one of: red, blue"),
        ("form: wide\n", "it is one of: thick, thin"),
    ],
)
def test_a_complaint_tells_what_may_stand_there(text: str, hint: str) -> None:
    with pytest.raises(HardenError) as caught:
        documents.Document("branch.yml", text).convert(Branch)
    assert caught.value.hint == hint


class Term(msgspec.Struct):
    ends: date


@pytest.mark.parametrize("text", ["never", "2031-02-30", "2031-05-01T10:00:00"])
def test_what_is_no_date_is_named_and_told_how_one_is_written(text: str) -> None:
    with pytest.raises(HardenError) as caught:
        documents.Document("term.yml", f"\nends: {text}\n").convert(Term)
    assert caught.value.message == f"term.yml:2: `ends`: `{text}` is no date"
    assert caught.value.hint == "one is written 2031-05-01"


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    path = tmp_path / "tree.yml"
    path.write_text("leaves:\n  a: &a {size: 1, tags: [x]}\n  b:\n    <<: *a\n    size: 2\n")
    tree = documents.load(path, Tree)
    assert tree.leaves["b"] == Leaf(size=2, tags=["x"])


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="no such file"):
        documents.load(tmp_path / "none.yml", Tree)
