"""The report as JUnit XML: a suite per area, a case per check and subject."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hardening.model.findings import Area, CheckSummary, Finding, Report, Status

from .grouped import grouped, is_waived
from .inert import plain

_ELEMENT = {
    Status.FAIL: "failure",
    Status.UNKNOWN: "error",
    Status.MANUAL: "skipped",
    Status.NOT_APPLICABLE: "skipped",
}
"""What a case holds for each answer; one that passed holds nothing."""


def render(report: Report) -> str:
    """FAIL is a failure, UNKNOWN an error; MANUAL, NOT_APPLICABLE and what a waiver accepts are skipped."""
    root = ET.Element("testsuites", name=f"harden audit of {plain(report.project)}")
    root.attrib |= _counts(report.findings)
    groups = grouped(report)
    for area in Area:
        found = [(group.check, finding) for group in groups if group.check.area is area for finding in group.findings]
        if found:
            root.append(_suite(area, found, report.gathered_at))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(area: Area, found: list[tuple[CheckSummary, Finding]], gathered_at: float) -> ET.Element:
    suite = ET.Element("testsuite", name=area)
    suite.attrib |= _counts(finding for _, finding in found)
    suite.set("timestamp", datetime.fromtimestamp(gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    for check, finding in found:
        suite.append(_case(check, finding))
    return suite


def _counts(findings: Iterable[Finding]) -> dict[str, str]:
    elements = Counter(_element(finding) for finding in findings)
    names = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": str(elements.total())} | {name: str(elements[element]) for name, element in names.items()}


def _element(finding: Finding) -> str:
    return "skipped" if is_waived(finding) else _ELEMENT.get(finding.outcome.status, "")


def _case(check: CheckSummary, finding: Finding) -> ET.Element:
    outcome = finding.outcome
    where = f"{outcome.subject} ({outcome.node})" if outcome.node else outcome.subject
    case = ET.Element("testcase", name=plain(where), classname=f"{check.area}.{check.id}", time="0")
    element, message = _element(finding), plain(outcome.observed)
    if element == "failure":
        failure = ET.SubElement(case, element, message=message, type=check.severity)
        failure.text = f"{check.title}. Expected: {plain(outcome.expected)}. {check.remediation}"
    elif element == "error":
        ET.SubElement(case, element, message=message, type="unknown")
    elif element:
        ET.SubElement(case, element, message=f"{_why_skipped(finding)}: {message}")
    return case


def _why_skipped(finding: Finding) -> str:
    if is_waived(finding) and (waiver := finding.waiver):
        return f"accepted by {plain(waiver.owner)} until {waiver.expires} ({plain(waiver.reason)})"
    return finding.outcome.status
