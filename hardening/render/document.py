"""The report as JSON, and the schema it follows."""

from collections.abc import Iterator

import msgspec

from hardening.model.findings import REPORT_VERSION, Report

from .inert import json_text

SCHEMA_ID = f"urn:harden:report:{REPORT_VERSION}"


_AT_ONCE = 1000
"""Findings in one part. Large enough to be quick; a whole report of a large cluster would be 100 MB, several times."""
_NONE = '"findings": []'


def render(report: Report) -> str:
    """The whole report, indented; `schema()` describes it."""
    return "".join(parts(report))


def parts(report: Report) -> Iterator[str]:
    """The same in parts, for whoever writes them one after the other."""
    before, _, after = _text(msgspec.structs.replace(report, findings=())).partition(_NONE)
    yield before
    yield _NONE if not report.findings else '"findings": ['
    for start in range(0, len(report.findings), _AT_ONCE):
        # Indented at the depth that they have in the report.
        batch = _text({"findings": report.findings[start : start + _AT_ONCE]})
        yield ("," if start else "") + batch.removeprefix('{\n  "findings": [').removesuffix("\n  ]\n}")
    if report.findings:
        yield "\n  ]"
    yield after + "\n"


def _text(document: object) -> str:
    return json_text(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def schema() -> str:
    """JSON Schema (2020-12) of `render`'s output, made from the types."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "harden audit report",
        **msgspec.json.schema(Report),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
