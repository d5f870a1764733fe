"""Forms a report can be written in, and writing it: whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from hardening.errors import HardenError
from hardening.model.findings import Report


class Format(StrEnum):
    """A form of the report, by the suffix that asks for it."""

    JSON = "json"
    HTML = "html"
    MARKDOWN = "md"
    SARIF = "sarif"
    JUNIT = "xml"
    OSCAL = "oscal.json"


def of_path(path: Path) -> Format:
    """The form a file's suffix asks for.

    Raises:
        HardenError: no form has that suffix.
    """
    name = path.name.lower()
    fitting = [form for form in Format if name.endswith(f".{form}") and name != f".{form}"]
    if not fitting:
        known = ", ".join(f".{each}" for each in Format)
        raise HardenError(f"{path}: no report is written in that form", f"the suffix says it: {known}")
    return max(fitting, key=len)  # `.oscal.json` is a `.json`, too


def render(report: Report, form: Format) -> str:
    """The report as text in one form."""
    match form:
        case Format.JSON:
            from . import document  # noqa: PLC0415 - only the form that is asked for is imported, here and below

            return document.render(report)
        case Format.HTML:
            from . import html  # noqa: PLC0415

            return html.render(report)
        case Format.MARKDOWN:
            from . import markdown  # noqa: PLC0415

            return markdown.render(report)
        case Format.SARIF:
            from . import sarif  # noqa: PLC0415

            return sarif.render(report)
        case Format.JUNIT:
            from . import junit  # noqa: PLC0415

            return junit.render(report)
        case Format.OSCAL:
            from . import oscal  # noqa: PLC0415

            return oscal.render(report)
    assert_never(form)


def check_writable(paths: Iterable[Path], form: Format | None = None) -> None:
    """Find out before the work whether files can be written, by writing one beside each.

    Raises:
        HardenError: a folder is missing or may not be written to, a file is named twice, or its suffix names no form.
    """
    seen: set[Path] = set()
    for path in paths:
        if form is None:
            of_path(path)
        if path.is_dir():
            raise HardenError(f"{path}: is a folder", "name a file in it")
        if path.resolve() in seen:
            raise HardenError(f"{path}: is named twice", "each report needs a file of its own")
        seen.add(path.resolve())
        try:
            _try(path)
        except OSError as error:
            raise HardenError(f"{path}: cannot be written: {error.strerror}") from error


def write(report: Report, path: Path, form: Format | None = None) -> None:
    """Write a report to one file; see `write_all`."""
    write_all(report, (path,), form)


def write_all(report: Report, paths: Iterable[Path], form: Format | None = None) -> None:
    """Write a report to each file, for its owner's eyes only: it describes weak spots.

    All forms are made and stored beside their places first, so that a full disk leaves every file as it was.

    Raises:
        HardenError: a file cannot be written.
    """
    texts = {path: render(report, form or of_path(path)) for path in paths}
    stored: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            try:
                if _is_stream(path):
                    path.write_text(text, encoding="utf-8")
                else:
                    stored[path] = _beside(path, text)
            except OSError as error:
                raise HardenError(f"{path}: cannot be written: {error.strerror}") from error
        for path in list(stored):
            stored.pop(path).replace(path.resolve())
    finally:
        for left in stored.values():
            left.unlink(missing_ok=True)


def _beside(path: Path, text: str) -> Path:
    """A file in the folder that the real file is in, whole on the disk; nothing stays of it when that fails."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.resolve().parent)
    trial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        trial.unlink(missing_ok=True)
        raise
    return trial


def _try(path: Path) -> None:
    if _is_stream(path):
        path.open("ab").close()
    else:
        _beside(path, "").unlink()


def _is_stream(path: Path) -> bool:
    """A pipe or a device, such as /dev/stdout: it is written to, never replaced."""
    return path.exists() and not path.is_file()
