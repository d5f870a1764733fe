"""The JSON report is put together from parts, and is the same as in one."""

import pytest

from hardening.model.findings import Report
from hardening.render import document
from hardening.render.inert import json_document
from tests.unit.render import reports


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_findings_encoded_in_parts_make_the_same_document(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_AT_ONCE", at_once)
    report: Report = reports.ordinary()
    assert document.encoded(report) == json_document(report)
