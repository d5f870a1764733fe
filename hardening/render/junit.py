"""The report as JUnit XML: a suite per area, a case per check and subject."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hardening.model.findings import Area, CheckSummary, Outcome, Report, Status

from .grouped import grouped, waived
from .inert import plain


def render(report: Report) -> str:
    """FAIL is a failure, UNKNOWN an error; MANUAL, NOT_APPLICABLE and what is waived are skipped, with the reason.

    A node on which docker-bench-security was to run and did not is an error, too.
    """
    counts = report.summary.by_status
    lost = report.docker_bench.unread if report.docker_bench else {}
    root = ET.Element("testsuites", name=f"harden audit of {plain(report.project)}")
    root.set("tests", str(len(report.findings) + len(lost)))
    root.set("failures", str(counts.get(Status.FAIL, 0)))
    root.set("errors", str(counts.get(Status.UNKNOWN, 0) + len(lost)))
    groups, accepted = grouped(report), waived(report)
    for area in Area:
        suite = ET.Element("testsuite", name=area)
        for group in groups:
            if group.check.area is area:
                for outcome in group.outcomes:
                    _answer(suite, group.check, outcome)
        for check, finding, waiver in accepted:
            if check.area is area:
                _skip(
                    _case(suite, check, finding.outcome), f"waived: {waiver.reason} ({waiver.owner}, {waiver.expires})"
                )
        _close(root, suite, report)
    suite = ET.Element("testsuite", name="docker-bench-security")
    for node, reason in lost.items():
        case = ET.SubElement(suite, "testcase", name=plain(node), classname="docker-bench-security")
        ET.SubElement(case, "error", message=plain(reason), type="unknown")
    _close(root, suite, report)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _close(root: ET.Element, suite: ET.Element, report: Report) -> None:
    """Count a suite's cases and put it into the document; one without cases is left out."""
    if not len(suite):
        return
    suite.set("tests", str(len(suite)))
    for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{element}"))))
    suite.set("timestamp", datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    root.append(suite)


def _answer(suite: ET.Element, check: CheckSummary, outcome: Outcome) -> None:
    case, message = _case(suite, check, outcome), plain(outcome.observed)
    match outcome.status:
        case Status.FAIL:
            failure = ET.SubElement(case, "failure", message=message, type=check.severity)
            failure.text = f"{check.title}. Expected: {plain(outcome.expected)}. {check.remediation}"
        case Status.UNKNOWN:
            ET.SubElement(case, "error", message=message, type="unknown")
        case Status.MANUAL | Status.NOT_APPLICABLE:
            _skip(case, f"{outcome.status}: {message}")
        case Status.PASS:
            pass


def _case(suite: ET.Element, check: CheckSummary, outcome: Outcome) -> ET.Element:
    where = f"{outcome.subject} ({outcome.node})" if outcome.node else outcome.subject
    return ET.SubElement(suite, "testcase", name=plain(where), classname=f"{check.area}.{check.id}")


def _skip(case: ET.Element, message: str) -> None:
    ET.SubElement(case, "skipped", message=plain(message))
