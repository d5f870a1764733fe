"""The report as JUnit XML: a suite per area, a case per check and subject."""

from collections import Counter
from collections.abc import Iterable, Mapping
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
    """FAIL is a failure, UNKNOWN an error; MANUAL, NOT_APPLICABLE and what a waiver accepts are skipped.

    A node on which docker-bench-security was to run and did not is an error, too.
    """
    root = ET.Element("testsuites", name=f"harden audit of {plain(report.project)}")
    lost = report.docker_bench.unread if report.docker_bench else {}
    root.attrib |= _counts([*map(_element, report.findings), *("error" for _ in lost)])
    groups = grouped(report)
    for area in Area:
        found = [(group.check, finding) for group in groups if group.check.area is area for finding in group.findings]
        if found:
            root.append(_suite(area, found, report.gathered_at))
    if lost:
        root.append(_lost(lost, report.gathered_at))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(area: Area, found: list[tuple[CheckSummary, Finding]], gathered_at: float) -> ET.Element:
    suite = _empty(area, [_element(finding) for _, finding in found], gathered_at)
    for check, finding in found:
        suite.append(_case(check, finding))
    return suite


def _lost(nodes: Mapping[str, str], gathered_at: float) -> ET.Element:
    """Nodes without a verdict of docker-bench-security, with the reason."""
    suite = _empty("docker-bench-security", ["error"] * len(nodes), gathered_at)
    for node, why in nodes.items():
        case = ET.SubElement(suite, "testcase", name=plain(node), classname="docker-bench-security", time="0")
        ET.SubElement(case, "error", message=plain(why), type="unknown")
    return suite


def _empty(name: str, elements: list[str], gathered_at: float) -> ET.Element:
    suite = ET.Element("testsuite", name=name)
    suite.attrib |= _counts(elements)
    suite.set("timestamp", datetime.fromtimestamp(gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    return suite


def _counts(found: Iterable[str]) -> dict[str, str]:
    """How many cases there are, and with which elements."""
    elements = Counter(found)
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
        ET.SubElement(case, element, message=_why_skipped(finding))
    return case


def _why_skipped(finding: Finding) -> str:
    if is_waived(finding) and (waiver := finding.waiver):
        return f"waived: {plain(waiver.reason)} ({plain(waiver.owner)}, {waiver.expires})"
    return f"{finding.outcome.status}: {plain(finding.outcome.observed)}"
