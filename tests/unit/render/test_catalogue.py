"""The catalogue of checks, in its three forms."""

import io
import json

from rich.console import Console

from hardening import checks
from hardening.render import catalogue

LOADED = checks.load()


def test_json_holds_every_check() -> None:
    listed = json.loads(catalogue.as_json(LOADED))
    assert [each["id"] for each in listed] == [check.id for check in LOADED]
    assert set(listed[0]) == {"id", "title", "area", "severity", "level", "refs", "rationale", "remediation"}


def test_markdown_holds_every_check_under_a_heading_and_tells_what_no_check_judges() -> None:
    text = catalogue.as_markdown(LOADED, checks.coverage())
    assert all(f"\n### {check.id}\n" in text for check in LOADED)
    assert "| CIS Docker 1.8.0 |" in text


def test_one_check_is_explained() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(catalogue.as_text(checks.find("container-seccomp")))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    for part in ("HIGH", "container-seccomp", "What to do", "CIS Docker 1.8.0: 5.22"):
        assert part in text


def test_coverage_adds_up() -> None:
    sums = {name: len(judged) + len(missing) for name, (judged, missing) in checks.coverage().items()}
    assert sums == {"CIS Docker 1.8.0": 118, "CIS MongoDB 8 2.0.0": 23, "CIS NGINX 3.0.0": 44}
