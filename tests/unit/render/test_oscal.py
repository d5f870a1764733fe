"""The OSCAL report: valid for models made from NIST's schema, whole in its references, the same for the same input."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from oscal_bindings.v1 import OscalParseError, parse_assessment_results

from hardening.model.findings import Report, Status
from hardening.render import oscal
from tests.unit.render import reports

REPORTS = {
    "ordinary": reports.ordinary(),
    "clean": reports.clean(),
    "hostile": reports.hostile(),
    "waived": reports.waived(),
}
each_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


def strings(found: object, *keys: str) -> Iterator[str]:
    """Values of some keys, anywhere."""
    if isinstance(found, dict):
        yield from (str(value) for key, value in found.items() if key in keys and isinstance(value, str))
        for value in found.values():
            yield from strings(value, *keys)
    elif isinstance(found, list):
        for value in found:
            yield from strings(value, *keys)


def result(report: Report) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(oscal.render(report))["assessment-results"]["results"][0]
    return found


@each_report
def test_a_reader_of_oscal_reads_it(report: Report) -> None:
    parse_assessment_results(oscal.render(report))


def test_the_reader_would_find_a_fault() -> None:
    document = json.loads(oscal.render(REPORTS["clean"]))
    del document["assessment-results"]["results"][0]["reviewed-controls"]
    with pytest.raises(OscalParseError):
        parse_assessment_results(json.dumps(document))


@each_report
def test_identifiers_are_unique_and_every_reference_leads_to_one(report: Report) -> None:
    document = json.loads(oscal.render(report))
    defined = list(strings(document, "uuid"))
    assert len(defined) == len(set(defined))
    referred = set(strings(document, "observation-uuid", "risk-uuid", "subject-uuid", "actor-uuid"))
    assert referred <= set(defined)
    assert document["assessment-results"]["import-ap"]["href"].removeprefix("#") in defined


def test_the_same_report_gives_the_same_bytes_and_another_one_another_document() -> None:
    once, again = oscal.render(reports.ordinary()), oscal.render(reports.ordinary())
    assert once == again
    later = msgspec.structs.replace(REPORTS["ordinary"], gathered_at=REPORTS["ordinary"].gathered_at + 60)
    assert json.loads(oscal.render(later))["assessment-results"]["uuid"] not in once


def test_a_subject_keeps_its_identifier_from_one_audit_to_the_next() -> None:
    later = msgspec.structs.replace(REPORTS["ordinary"], gathered_at=REPORTS["ordinary"].gathered_at + 60)
    documents = (json.loads(oscal.render(each)) for each in (later, REPORTS["ordinary"]))
    first, second = (set(strings(document, "subject-uuid")) for document in documents)
    assert first == second


def test_only_what_was_seen_to_hold_is_satisfied() -> None:
    report = REPORTS["ordinary"]
    seen: dict[str, set[Status]] = {}
    for finding in report.findings:
        seen.setdefault(finding.check, set()).add(finding.outcome.status)
    for found in result(report)["findings"]:
        target = found["target"]
        assert isinstance(target, dict)
        good = seen[target["target-id"]] <= {Status.PASS, Status.NOT_APPLICABLE}
        assert (target["status"]["state"] == "satisfied") is good, target
        all_outside = seen[target["target-id"]] == {Status.NOT_APPLICABLE}
        assert (target.get("implementation-status") == {"state": "not-applicable"}) is all_outside


def test_an_accepted_failure_is_a_risk_with_a_deadline_and_not_satisfied() -> None:
    found = result(REPORTS["waived"])
    (risk,) = [each for each in found["risks"] if each["status"] == "deviation-approved"]
    assert risk["deadline"] == "2027-03-31T00:00:00Z"
    assert "Ada Ops" in json.dumps(risk["mitigating-factors"])
    (finding,) = [each for each in found["findings"] if {"risk-uuid": risk["uuid"]} in each.get("related-risks", ())]  # type: ignore[operator]  # a list
    assert finding["target"]["status"]["state"] == "not-satisfied"  # type: ignore[index]  # an object


def test_an_unread_node_is_told() -> None:
    assert "node4 could not be read" in str(result(REPORTS["ordinary"])["remarks"])
