"""The report as JUnit XML: a suite per area, a case per check and subject."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hardening.model.findings import Area, Report, Status

from .grouped import Group, grouped
from .inert import plain


def render(report: Report) -> str:
    """FAIL is a failure, UNKNOWN an error, MANUAL and NOT_APPLICABLE are skipped."""
    counts = report.summary.by_status
    root = ET.Element("testsuites", name=f"harden audit of {plain(report.project)}")
    root.set("tests", str(len(report.findings)))
    root.set("failures", str(counts.get(Status.FAIL, 0)))
    root.set("errors", str(counts.get(Status.UNKNOWN, 0)))
    groups = grouped(report)
    for area in Area:
        found = [group for group in groups if group.check.area is area]
        if found:
            root.append(_suite(area, found, report))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(area: Area, groups: list[Group], report: Report) -> ET.Element:
    outcomes = [outcome for group in groups for outcome in group.outcomes]
    suite = ET.Element("testsuite", name=area)
    suite.set("tests", str(len(outcomes)))
    suite.set("failures", str(sum(outcome.status is Status.FAIL for outcome in outcomes)))
    suite.set("errors", str(sum(outcome.status is Status.UNKNOWN for outcome in outcomes)))
    skipped = sum(outcome.status in {Status.MANUAL, Status.NOT_APPLICABLE} for outcome in outcomes)
    suite.set("skipped", str(skipped))
    suite.set("timestamp", datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    for group in groups:
        for outcome in group.outcomes:
            where = f"{outcome.subject} ({outcome.node})" if outcome.node else outcome.subject
            case = ET.SubElement(suite, "testcase", name=plain(where), classname=f"{area}.{group.check.id}")
            message = plain(outcome.observed)
            detail = f"{group.check.title}. Expected: {plain(outcome.expected)}. {group.check.remediation}"
            match outcome.status:
                case Status.FAIL:
                    ET.SubElement(case, "failure", message=message, type=group.check.severity).text = detail
                case Status.UNKNOWN:
                    ET.SubElement(case, "error", message=message, type="unknown")
                case Status.MANUAL | Status.NOT_APPLICABLE:
                    ET.SubElement(case, "skipped", message=f"{outcome.status}: {message}")
                case Status.PASS:
                    pass
    return suite
