"""The report as JSON, and the schema it follows."""

import inspect
import io
from collections.abc import Iterator

import msgspec

from hardening.model.findings import REPORT_VERSION, Changes, Report

from .inert import json_document

SCHEMA_ID = f"urn:harden:report:{REPORT_VERSION}"


_AT_ONCE = 1000
"""Findings that are encoded together: those of a large cluster are 100 MB, which encoding and escaping hold thrice."""
_NONE, _FIRST, _LAST = b'"findings": []', b'{\n  "findings": [', b"\n  ]\n}\n"


def encoded(report: Report) -> bytes:
    """The whole report, indented; `schema()` describes it."""
    if not report.findings:
        return json_document(report)
    before, _, after = json_document(msgspec.structs.replace(report, findings=())).partition(_NONE)
    content = io.BytesIO()  # gives its content away without a copy, which joining parts would be
    content.write(before + b'"findings": [')
    content.writelines(_batches(report))
    content.write(b"\n  ]" + after)
    return content.getvalue()


def _batches(report: Report) -> Iterator[bytes]:
    """The findings, indented at the depth that they have in the report."""
    for start in range(0, len(report.findings), _AT_ONCE):
        batch = json_document({"findings": report.findings[start : start + _AT_ONCE]})
        yield (b"," if start else b"") + batch.removeprefix(_FIRST).removesuffix(_LAST)


def render(report: Report) -> str:
    """The same as text."""
    return encoded(report).decode()


def render_changes(changes: Changes) -> str:
    """The same for what changed between two reports: the report's field `changes` alone."""
    return json_document(changes).decode()


def schema() -> str:
    """JSON Schema (2020-12) of `render`'s output, made from the types."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "harden audit report",
        **msgspec.json.schema(Report),
    }
    _clean_descriptions(document)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _clean_descriptions(schema: object) -> None:
    """Takes the source's indentation from docstrings, which msgspec leaves or takes away depending on its version."""
    if isinstance(schema, dict):
        if isinstance(text := schema.get("description"), str):
            schema["description"] = inspect.cleandoc(text)
        for each in schema.values():
            _clean_descriptions(each)
    elif isinstance(schema, list):
        for each in schema:
            _clean_descriptions(each)
