"""What the documents say is so: commands and options, files, links, exit codes."""

import re
import shlex
import sys
from collections.abc import Callable
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest
from typer.core import TyperCommand

from hardening import checks
from hardening.cli import reference
from hardening.errors import Exit
from hardening.render import catalogue

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "cli.md"
WRITTEN = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")]
WRITTEN += sorted(path for path in (ROOT / "docs").glob("*.md") if path != REFERENCE)

FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\./)?harden [^`]+)`")
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
SHELL = {"&&", "||", "|", ">", ";"}
INVENTED = ("profiles/web", "shop/")
"""Files of the worked example in docs/stacks.md."""
MADE = (".venv", "reports/out")
"""What a run makes."""


def title(path: Path) -> str:
    return path.name


@cache
def commands() -> dict[str, TyperCommand]:
    return dict(reference.commands())


@pytest.fixture(autouse=True)
def _some_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line imports nothing while it only lists; here it must."""
    monkeypatch.setattr(sys, "argv", ["harden", "commands"])


def find(words: list[str]) -> tuple[TyperCommand, list[str]] | None:
    """The command that a line names, and what follows its name."""
    for length in (3, 2):
        command = commands().get(" ".join(["harden", *words[1:length]]))
        if command and len(words) >= length:
            return command, words[length:]
    return None


def shown(path: Path) -> list[str]:
    """Lines of code blocks that call the program."""
    blocks = FENCE.findall(path.read_text(encoding="utf-8"))
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if re.match(r"(\./)?harden\s", line)]


@pytest.mark.parametrize("path", WRITTEN, ids=title)
def test_every_shown_command_can_be_typed(path: Path) -> None:
    for line in shown(path):
        words = shlex.split(line, comments=True)
        if words[1:] in (["--help"], ["--version"]):
            continue
        found = find(words)
        assert found, f"{path.name}: no such command: {line}"
        command, rest = found
        command.make_context(line, list(takewhile(lambda word: word not in SHELL, rest)))


@pytest.mark.parametrize("path", WRITTEN, ids=title)
def test_every_command_in_a_sentence_exists(path: Path) -> None:
    groups = {name.split()[1] for name in commands()}
    for line in INLINE.findall(path.read_text(encoding="utf-8")):
        words = line.removeprefix("./").split()
        if words[1].startswith("-"):
            continue
        assert words[1] in groups, f"{path.name}: no such command: {line}"
        found = find(words)
        options = {option for parameter in found[0].params for option in parameter.opts} if found else set()
        for word in words:
            if word == "--":
                break
            assert not word.startswith("-") or word.strip("[]").split("=")[0] in options, f"{path.name}: {line}: {word}"


@pytest.mark.parametrize("path", WRITTEN, ids=title)
def test_every_link_and_named_file_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in [*LINK.findall(text), *PATH.findall(FENCE.sub("", text))]:
        if target.startswith((*INVENTED, *MADE)):
            continue
        assert any((base / target).exists() for base in (path.parent, ROOT, ROOT / "hardening")), (
            f"{path.name}: {target}"
        )


GENERATED: dict[str, Callable[[], str]] = {
    "docs/cli.md": reference.markdown,
    "reports/CHECKS.md": lambda: catalogue.as_markdown(checks.load(), checks.coverage()),
}


@pytest.mark.parametrize("path", GENERATED)
def test_generated_documents_say_what_the_program_says(path: str, regenerate: bool) -> None:
    now = GENERATED[path]()
    if regenerate:
        (ROOT / path).write_text(now, encoding="utf-8")
    assert (ROOT / path).read_text(encoding="utf-8") == now, f"{path} is out of date: tests/run unit --regenerate"


def test_the_readme_sets_up_with_two_commands() -> None:
    section = re.search(r"^## Start\n(.*?)^## ", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert section
    assert [line.split("#")[0].strip() for block in FENCE.findall(section[1]) for line in block.splitlines()] == [
        "./harden quickstart",
        "tests/run",
    ]


def test_the_readme_knows_every_exit_code() -> None:
    told = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [int(code) for code in told] == [code.value for code in Exit]


def test_the_readme_names_every_part_of_the_command_line() -> None:
    text = (ROOT / "README.md").read_text()
    assert not [name for name in {name.split()[1] for name in commands()} if f"harden {name}" not in text]
