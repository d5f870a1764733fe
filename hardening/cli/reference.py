"""The command reference, `docs/cli.md`, from the commands themselves."""

from collections.abc import Iterator

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from hardening.errors import Exit

_HEAD = """\
# Commands

Generated from the commands themselves: `tests/run unit --regenerate`.

| exit code | meaning |
| --- | --- |
{codes}
"""

_MEANING = {
    Exit.OK: "fine; nothing to do",
    Exit.FAILED: "findings, a failed deploy, a profile that does not verify",
    Exit.BAD_INPUT: "bad input or usage; nothing was changed",
    Exit.UNREACHABLE: "a host could not be reached or read",
    Exit.CHANGES: "`harden plan` found something to do",
}


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Every command that does something, by its full name such as `harden lab up`, in the order of the help."""
    from . import app

    root = get_command(app)
    if not isinstance(root, TyperGroup):
        raise TypeError("the root of the command line is no group")
    yield from _below(root, "harden")


def markdown() -> str:
    """The whole reference."""
    codes = "\n".join(f"| {code.value} | {_MEANING[code]} |" for code in Exit)
    sections = [_section(name, command) for name, command in commands()]
    return "\n".join([_HEAD.format(codes=codes), *sections])


def usage(name: str, command: TyperCommand) -> str:
    """One line, such as `harden lab ssh [OPTIONS] NODE [COMMAND...]`."""
    options = ["[OPTIONS]"] if _options(command) else []
    return " ".join([name, *options, *(_placeholder(argument) for argument in _arguments(command))])


def _below(group: TyperGroup, path: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in _members(group):
        if isinstance(command, TyperGroup):
            yield from _below(command, f"{path} {name}")
        elif isinstance(command, TyperCommand) and not command.hidden:
            yield f"{path} {name}", command


def _members(group: TyperGroup) -> Iterator[tuple[str, object]]:
    context = group.make_context(group.name, [], resilient_parsing=True)
    for name in group.list_commands(context):
        yield name, group.get_command(context, name)


def _section(name: str, command: TyperCommand) -> str:
    lines = [f"## {name}", "", f"    {usage(name, command)}", "", *_paragraphs(command.help or ""), ""]
    rows = [(_placeholder(argument), argument.help or "", "") for argument in _arguments(command)]
    rows += [(_spelling(option), option.help or "", _default(option)) for option in _options(command)]
    if rows:
        lines += ["| | | default |", "| --- | --- | --- |"]
        lines += [f"| `{what}` | {_cell(does)} | {default} |" for what, does, default in rows]
        lines.append("")
    return "\n".join(lines)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def _arguments(command: TyperCommand) -> list[TyperArgument]:
    return [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]


def _options(command: TyperCommand) -> list[TyperOption]:
    shown = [parameter for parameter in command.params if isinstance(parameter, TyperOption) and not parameter.hidden]
    return [option for option in shown if "--help" not in option.opts]


def _placeholder(argument: TyperArgument) -> str:
    word = (argument.metavar or (argument.name or "").upper()).rstrip(".")
    word += "..." if argument.nargs != 1 else ""
    return word if argument.required else f"[{word}]"


def _spelling(option: TyperOption) -> str:
    words = [*sorted(option.opts, key=len), *option.secondary_opts]
    value = "" if option.is_flag else " " + (option.metavar or (option.name or "").upper().replace("_", "-"))
    return f"{', '.join(words)}{value}".replace("|", r"\|")


def _default(option: TyperOption) -> str:
    if option.is_flag or option.default in (None, "", ()) or callable(option.default):
        return ""
    return f"`{option.default}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
