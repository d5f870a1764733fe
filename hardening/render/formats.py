"""Forms a report can be written in, and writing it: whole or not at all."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from hardening import outputs
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


def encoded(report: Report, form: Format) -> bytes:
    """The report in one form as it is written. JSON, the form for large clusters, is never there as text, too."""
    if form is Format.JSON:
        from . import document  # noqa: PLC0415 - as above

        return document.encoded(report)
    return render(report, form).encode()


def check_writable(paths: Iterable[Path], form: Format | None = None) -> None:
    """Find out before the work whether reports can be written.

    Raises:
        HardenError: a file cannot be written, is named twice, or its suffix names no form.
    """
    seen: set[Path] = set()
    for path in paths:
        if form is None:
            of_path(path)
        outputs.check_writable((path,))
        if path.resolve() in seen:
            raise HardenError(f"{path}: is named twice", "each report needs a file of its own")
        seen.add(path.resolve())


def write(report: Report, path: Path, form: Format | None = None) -> None:
    """Write a report to one file; see `write_all`."""
    write_all(report, (path,), form)


def write_all(report: Report, paths: Iterable[Path], form: Format | None = None) -> None:
    """Write a report to each file, all of them or none; see `outputs.write_all`.

    Raises:
        HardenError: a file cannot be written; what was there is left as it was.
    """
    outputs.write_all({path: encoded(report, form or of_path(path)) for path in paths})
