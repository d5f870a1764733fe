"""The report as JSON, and the schema it follows."""

import msgspec

from hardening.model.findings import REPORT_VERSION, Changes, Report

from .inert import json_text

SCHEMA_ID = f"urn:harden:report:{REPORT_VERSION}"


def render(report: Report) -> str:
    """The whole report, indented; `schema()` describes it."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return json_text(text) + "\n"


def render_changes(changes: Changes) -> str:
    """The same for what changed between two reports: the report's field `changes` alone."""
    return json_text(msgspec.json.format(msgspec.json.encode(changes), indent=2).decode()) + "\n"


def schema() -> str:
    """JSON Schema (2020-12) of `render`'s output, made from the types."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "harden audit report",
        **msgspec.json.schema(Report),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
