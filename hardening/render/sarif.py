"""The report as SARIF 2.1.0, for code scanning dashboards."""

import hashlib
from datetime import UTC, datetime

import msgspec

from hardening.model.findings import CheckSummary, Finding, Report, Severity, Status

from .grouped import references
from .inert import json_text, plain

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


def render(report: Report) -> str:
    """One run; subjects are logical locations, as there are no source files."""
    severity = {check.id: check.severity for check in report.checks}
    index = {check.id: number for number, check in enumerate(report.checks)}
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    complaints = [f"{plain(node)} could not be read: {plain(why)}" for node, why in report.unread_nodes.items()]
    lost = report.docker_bench.unread if report.docker_bench else {}
    complaints += [f"no docker-bench-security on {plain(node)}: {plain(why)}" for node, why in lost.items()]
    any_waived = any(finding.waiver for finding in report.findings)
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
        "results": [
            _result(each, severity[each.check], index[each.check]) | _suppressions(each, any_waived=any_waived)
            for each in report.findings
        ],
    }
    document: Json = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json_text(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()) + "\n"


def _rule(check: CheckSummary) -> Json:
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.rationale},
        "help": {"text": check.remediation},
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
        "locations": [{"logicalLocations": [{"name": subject, "fullyQualifiedName": where, "kind": "resource"}]}],
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
