"""Documents under reports/ are what the program makes now: the catalogue, the schema, the sample.

`pytest --regenerate` writes them anew.
"""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from hardening import audit, checks, facts
from hardening.model.findings import Report
from hardening.render import catalogue, document, formats
from hardening.render.formats import Format

ROOT = Path(__file__).parents[2] / "reports"
FACTS = ROOT / "sample" / "facts.json"


def sample() -> Report:
    """Of a made-up cluster with a bit of everything wrong."""
    return audit.run(facts.load(FACTS), checks.load(), "shop")


MADE: dict[str, Callable[[], str]] = {
    "CHECKS.md": lambda: catalogue.as_markdown(checks.load(), checks.coverage()),
    "report.schema.json": document.schema,
    "sample/report.json": lambda: formats.render(sample(), Format.JSON),
    "sample/report.html": lambda: formats.render(sample(), Format.HTML),
}


@pytest.mark.parametrize("name", MADE)
def test_a_generated_document_is_up_to_date(name: str, *, regenerate: bool) -> None:
    path, text = ROOT / name, MADE[name]()
    if regenerate:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"reports/{name} has drifted; run pytest --regenerate"


def test_the_sample_follows_the_published_schema() -> None:
    schema = json.loads((ROOT / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads((ROOT / "sample" / "report.json").read_text(encoding="utf-8")), schema)
