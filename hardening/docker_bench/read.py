"""The JSON that docker-bench-security writes.

It prints the document piece by piece and escapes nothing: a quote or a backslash in a name breaks it, and a script that
is stopped leaves it open. Such a report is refused as a whole, never read in part: what is missing from it would look
like something that was not found.
"""

import msgspec
from msgspec import Struct

from hardening.errors import HardenError
from hardening.model.bench import BenchVerdict


class _Result(Struct):
    id: str
    desc: str
    result: str = ""
    details: str = ""
    items: tuple[str, ...] = ()


class _Section(Struct):
    id: str
    results: tuple[_Result, ...]


class _Report(Struct):
    dockerbenchsecurity: str
    tests: tuple[_Section, ...]
    end: int


class BenchReport(Struct, frozen=True):
    """What the script says of one node; `version` is its own, and that of the benchmark it follows."""

    version: str
    verdicts: tuple[BenchVerdict, ...]


def read(text: str) -> BenchReport:
    """A report of the script.

    Raises:
        HardenError: it is not whole, or not one.
    """
    try:
        report = msgspec.json.decode(text, type=_Report)
    except msgspec.ValidationError as error:
        raise HardenError(f"is no report of docker-bench-security: {error}") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise HardenError(f"its JSON is broken: {error}") from error
    found = tuple(_verdict(result) for section in report.tests for result in section.results)
    if not found:
        raise HardenError("its report holds no verdict at all")
    return BenchReport(report.dockerbenchsecurity, found)


def _verdict(result: _Result) -> BenchVerdict:
    return BenchVerdict(
        item=result.id,
        title=result.desc,
        result=result.result,
        details=result.details.strip(),
        items=tuple(item for item in result.items if item),
    )
