"""Documents under reports/ are what the program makes now: the catalogue, the schema, the sample.

`pytest --regenerate` writes them anew.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jsonschema
import pytest

from hardening import audit, checks, facts
from hardening.model.findings import Report
from hardening.render import catalogue, document, formats
from hardening.render.formats import Format
from tests.unit import sample_cluster

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----")
ROOT = Path(__file__).parents[2] / "reports"
FACTS = ROOT / "sample" / "facts.json"


def sample() -> Report:
    """Of the facts beside it."""
    return audit.run(facts.load(FACTS), checks.load(), "nodepop")


def sample_facts() -> str:
    """The certificate among them is made anew at each run; the stored one stays as long as nothing else changes."""
    made = facts.dump(sample_cluster.facts()).decode()
    kept = FACTS.read_text(encoding="utf-8")
    return kept if PEM.sub("", kept) == PEM.sub("", made) else made


def rendered(form: Format) -> str:
    return formats.render(sample(), form)


MADE: dict[str, Callable[[], str]] = {
    "sample/facts.json": sample_facts,
    "CHECKS.md": lambda: catalogue.as_markdown(checks.load(), checks.coverage()),
    "report.schema.json": document.schema,
    **{f"sample/report.{form}": partial(rendered, form) for form in (Format.JSON, Format.HTML, Format.MARKDOWN)},
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
