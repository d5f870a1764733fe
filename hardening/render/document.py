"""The report as JSON, and the schema it follows."""

import msgspec

from hardening.model.findings import REPORT_VERSION, Changes, Report

from .inert import json_document

SCHEMA_ID = f"urn:harden:report:{REPORT_VERSION}"


def encoded(report: Report) -> bytes:
    """The whole report, indented; `schema()` describes it."""
    return json_document(report)


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
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
