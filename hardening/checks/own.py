"""A user's own checks: modules of a folder, and what installed packages offer as entry points.

They are of the same type as the program's, and judged the same way. They run as part of the program, with its rights:
whoever may write them may do what the program may.
"""

import importlib.util
import traceback
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import msgspec

from hardening.errors import HardenError, Stopped, one_line
from hardening.model.facts import Facts
from hardening.model.findings import Check, CheckSummary, Outcome, without_code

from . import load, ordered

FOLDER = "checks"
"""Within a project folder."""
GROUP = "harden.checks"
"""The group of entry points; each is a `Check`, or several of them."""


def load_with(folder: Path | None) -> tuple[Check, ...]:
    """The program's checks, those of installed packages, and those of a folder.

    Args:
        folder: each `*.py` in it that does not begin with `_` holds a `CHECK`; None when there is none.

    Raises:
        HardenError: a module does not load or holds no check, an entry point does not load, or an id is taken.
    """
    origin = {check.id: "this program" for check in load()}
    found = list(load())
    for source, check in (*_of_packages(), *_of_folder(folder)):
        if check.id in origin:
            raise HardenError(f"{source}: the id `{check.id}` is taken already, by {origin[check.id]}")
        origin[check.id] = source
        found.append(check)
    return ordered(found)


def _of_packages() -> Iterator[tuple[str, Check]]:
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        source = f"entry point {point.name} = {point.value}" + (f" of {point.dist.name}" if point.dist else "")
        for check in _offered(point, source):
            yield source, _usable(check, source)


def _offered(point: EntryPoint, source: str) -> Iterable[object]:
    try:
        offered = point.load()
        return (offered,) if isinstance(offered, Check) else tuple(offered)
    except Stopped:
        raise
    except (Exception, SystemExit) as error:
        raise HardenError(f"{source}: cannot be loaded: {_told(error)}", "uninstall the package, or mend it") from error


def _of_folder(folder: Path | None) -> Iterator[tuple[str, Check]]:
    if folder is None:
        return
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".py" and not path.name.startswith("_"))
    except OSError as error:
        raise HardenError(f"{folder}: cannot be read: {error.strerror}") from error
    for path in paths:
        yield str(path), _usable(_module_check(path), str(path))


def _module_check(path: Path) -> object:
    spec = importlib.util.spec_from_file_location(f"harden_own_checks.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise HardenError(f"{path}: cannot be loaded as a Python module")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Stopped:
        raise
    except (Exception, SystemExit) as error:
        raise HardenError(f"{path}{_line(error, path)}: cannot be loaded: {_told(error)}") from error
    if not hasattr(module, "CHECK"):
        raise HardenError(f"{path}: holds no CHECK", "a file that is no check begins with `_`")
    return module.CHECK


def _usable(check: object, source: str) -> Check:
    """A check whose every field has its type, and whose every answer will have it."""
    if not isinstance(check, Check) or not callable(check.evaluate):
        raise HardenError(f"{source}: CHECK is no hardening.model.findings.Check with a function to evaluate")
    try:
        words = msgspec.convert(msgspec.to_builtins(without_code(check)), CheckSummary)
    except (msgspec.ValidationError, TypeError) as error:
        raise HardenError(f"{source}: the check does not fit: {error}") from error
    if not words.id.strip() or not words.title.strip():
        raise HardenError(f"{source}: a check needs an id and a title")
    return Check(**msgspec.structs.asdict(words), evaluate=_typed(check.evaluate))


def _typed(evaluate: Callable[[Facts], Iterable[Outcome]]) -> Callable[[Facts], Iterator[Outcome]]:
    def answers(facts: Facts) -> Iterator[Outcome]:
        for outcome in evaluate(facts):
            yield msgspec.convert(msgspec.to_builtins(outcome), Outcome)

    return answers


def _line(error: BaseException, path: Path) -> str:
    """`:12`, the deepest line of the file in an error's traceback; empty when it has none."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f":{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path.absolute()]
    return f":{lines[-1]}" if lines else ""


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else one_line(error)}"
