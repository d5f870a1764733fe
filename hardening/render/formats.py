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


def of_path(path: Path) -> Format:
    """The form a file's suffix asks for.

    Raises:
        HardenError: no form has that suffix.
    """
    suffix = path.suffix.removeprefix(".").lower()
    try:
        return Format(suffix)
    except ValueError:
        known = ", ".join(f".{each}" for each in Format)
        raise HardenError(f"{path}: no report is written in that form", f"the suffix says it: {known}") from None


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
    assert_never(form)


def encoded(report: Report, form: Format) -> bytes | bytearray:
    """The report in one form as it is written. JSON, the form for large clusters, is never there as one text."""
    if form is not Format.JSON:
        return render(report, form).encode()
    from . import document  # noqa: PLC0415 - as above

    content = bytearray()
    for part in document.parts(report):
        content += part.encode()
    return content


def check_writable(paths: Iterable[Path], form: Format | None = None) -> None:
    """Find out before the work whether files can be written, by writing one beside each.

    Raises:
        HardenError: a folder is missing or may not be written to, or a file's suffix names no form.
    """
    for path in paths:
        if form is None:
            of_path(path)
        if path.is_dir():
            raise HardenError(f"{path}: is a folder", "name a file in it")
        try:
            descriptor, trial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            os.close(descriptor)
            Path(trial).unlink()
        except OSError as error:
            raise HardenError(f"{path}: cannot be written: {error.strerror}") from error


def write(report: Report, path: Path, form: Format | None = None) -> None:
    """Write a report whole or not at all, for its owner's eyes only: it describes weak spots.

    Raises:
        HardenError: the file cannot be written; what was there is left as it was.
    """
    content = encoded(report, form or of_path(path))
    trial = ""
    try:
        descriptor, trial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(trial).replace(path)
    except OSError as error:
        if trial:
            Path(trial).unlink(missing_ok=True)
        raise HardenError(f"{path}: cannot be written: {error.strerror}") from error
