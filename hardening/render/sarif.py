"""The report as SARIF 2.1.0, for code scanning dashboards."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote

from hardening.model.findings import CheckSummary, Finding, Report, Severity, Status

from .grouped import references
from .inert import json_document, plain

Json = dict[str, object]

_KIND = {
    Status.FAIL: "fail",
    Status.PASS: "pass",
    Status.NOT_APPLICABLE: "notApplicable",
    Status.UNKNOWN: "open",
    Status.MANUAL: "review",
}
_LEVEL = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""The bands that code scanning dashboards sort by."""


_BASE = "CLUSTER"
_ATTENTION = frozenset({Status.FAIL, Status.UNKNOWN, Status.MANUAL})


def render(report: Report) -> str:
    """One run, whose results are what needs attention: failures, what could not be seen, what a person must judge.

    What passed is counted only. Dashboards take every result for a finding, whatever its kind, and take one that is
    no longer there for mended. Subjects are logical locations; as some readers take no result without a file, each
    also has a path below a base that is said to be no folder.
    """
    severity = {check.id: check.severity for check in report.checks}
    index = {check.id: number for number, check in enumerate(report.checks)}
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    complaints = [f"{plain(node)} could not be read: {plain(why)}" for node, why in report.unread_nodes.items()]
    lost = report.docker_bench.unread if report.docker_bench else {}
    complaints += [f"no docker-bench-security on {plain(node)}: {plain(why)}" for node, why in lost.items()]
    told = [finding for finding in report.findings if finding.outcome.status in _ATTENTION]
    any_waived = any(finding.waiver for finding in told)
    run: Json = {
        "tool": {
            "driver": {
                "name": "harden",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "rules": [_rule(check) for check in report.checks],
            }
        },
        "automationDetails": {"id": f"{plain(report.project)}/"},
        "invocations": [
            {
                "executionSuccessful": not complaints,
                "endTimeUtc": when,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": text}} for text in complaints],
            }
        ],
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The audited cluster: node/subject. These are no files."}}
        },
        "results": [
            _result(each, severity[each.check], index[each.check]) | _suppressions(each, any_waived=any_waived)
            for each in told
        ],
        "properties": {"answers": dict(report.summary.by_status)},
    }
    document: Json = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json_document(document).decode()


def _rule(check: CheckSummary) -> Json:
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.rationale},
        "help": {"text": check.remediation, "markdown": f"{check.rationale}\n\n**What to do:** {check.remediation}"},
        "defaultConfiguration": {"level": _LEVEL[check.severity]},
        "properties": {
            "tags": ["security", check.area, f"level-{check.level}", *references(check.refs)],
            "security-severity": _SECURITY_SEVERITY[check.severity],
        },
    }


def _result(finding: Finding, severity: Severity, index: int) -> Json:
    outcome = finding.outcome
    subject = plain(outcome.subject)
    where = f"{plain(outcome.node)}/{subject}" if outcome.node not in {"", outcome.subject} else subject
    expected = f" Expected: {plain(outcome.expected)}." if outcome.expected else ""
    return {
        "ruleId": finding.check,
        "ruleIndex": index,
        "kind": _KIND[outcome.status],
        "level": _LEVEL[severity] if outcome.status is Status.FAIL else "none",
        "message": {"text": f"{subject}: {plain(outcome.observed)}.{expected}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(where), "uriBaseId": _BASE}},
                "logicalLocations": [{"name": subject, "fullyQualifiedName": where, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"subject/v1": hashlib.sha256(f"{finding.check} {where}".encode()).hexdigest()[:32]},
    }


def _suppressions(finding: Finding, *, any_waived: bool) -> Json:
    """Mark what is waived. The format wants the mark on all results or on none; an empty one waives nothing."""
    if not any_waived:
        return {}
    waiver = finding.waiver
    if waiver is None:
        return {"suppressions": []}
    justification = plain(f"{waiver.reason} ({waiver.owner}, until {waiver.expires})")
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": justification}]}
