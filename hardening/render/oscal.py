"""The report as OSCAL assessment results 1.1.3, NIST's form for what an assessment found.

A check is a control with one objective, and has one finding. What was seen alike is one observation of all subjects on
which it was seen. A check that failed is a risk with its remediation. Identifiers are made from content (UUID 5), so
that the same report gives the same bytes and a subject keeps its identifier from one audit to the next.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from hardening.model.findings import CheckSummary, Finding, Outcome, Report, Status
from hardening.model.waiver import Waiver

from .grouped import STATUSES, Group, grouped, references
from .inert import json_document, plain

OSCAL_VERSION = "1.1.3"
NAMESPACE = "urn:harden:oscal"
"""Of properties and facets that OSCAL itself does not define."""
_NAMED = 12
"""Subjects that a sentence names."""
Json = dict[str, object]

_MARKUP = re.compile(r"([\\`*\[\]<>&{}|~!])")
_UUIDS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_STATE = {
    Status.PASS: ("satisfied", "pass"),
    Status.FAIL: ("not-satisfied", "fail"),
    Status.UNKNOWN: ("not-satisfied", "other"),
    Status.MANUAL: ("not-satisfied", "other"),
    Status.NOT_APPLICABLE: ("satisfied", "other"),
}
"""State and reason of a finding. What was not seen is not satisfied; what does not apply says so beside it."""
_REMARKS = {
    Status.UNKNOWN: "Open: it could not be seen everywhere.",
    Status.MANUAL: "Open: a person has to judge it.",
    Status.NOT_APPLICABLE: "Does not apply to this cluster; the observations say why.",
}


def render(report: Report) -> str:
    """One result; what it was planned to be is told by the one resource in its back matter."""
    return _Document(report).text()


class _Observation(Struct, frozen=True):
    """The same answer to a check on one or more subjects."""

    uuid: str
    first: Finding
    findings: list[Finding]


class _Document:
    """One report's document. Subjects are named before they are referred to."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._groups = grouped(report)
        self._subjects: dict[tuple[str, str], str] = {}
        self._observations = {group.check.id: tuple(self._seen(group)) for group in self._groups}

    def text(self) -> str:
        return json_document({"assessment-results": self._document()}).decode()

    def _uuid(self, *parts: str) -> str:
        """Of something of this project, the same in every audit."""
        return str(uuid.uuid5(_UUIDS, "\x1f".join((self._report.project, *parts))))

    def _uuid_now(self, *parts: str) -> str:
        """Of something of this audit alone."""
        return self._uuid(self._when, self._report.tool_version, *parts)

    def _document(self) -> Json:
        report, plan = self._report, self._uuid("plan")
        return {
            "uuid": self._uuid_now("document", hashlib.sha256(msgspec.json.encode(report)).hexdigest()),
            "metadata": {
                "title": f"Security audit of {_markup(report.project)}",
                "last-modified": self._when,
                "version": self._when,
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [self._result()],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Assessment plan",
                        "description": "Every check of harden's catalogue is put to every node, and to all that runs "
                        "there, by facts that are read once and without changing anything.",
                    }
                ]
            },
        }

    def _result(self) -> Json:
        report = self._report
        lost = [f"{_markup(node)} could not be read: {_markup(why)}." for node, why in report.unread_nodes.items()]
        result: Json = {
            "uuid": self._uuid_now("result"),
            "title": f"Audit of {_markup(report.project)}",
            "description": f"{len(report.checks)} checks, {len(report.nodes)} nodes, {len(report.findings)} answers.",
            "start": self._when,
            "local-definitions": self._local_definitions(),
            "reviewed-controls": self._reviewed(),
            "observations": [
                self._observation(group.check, seen)
                for group in self._groups
                for seen in self._observations[group.check.id]
            ],
            "risks": [risk for group in self._groups for risk in self._risks(group)],
            "findings": [self._finding(group) for group in self._groups],
        }
        if lost:
            result["remarks"] = " ".join(lost)
        return {key: value for key, value in result.items() if value}  # OSCAL forbids empty lists

    # --- what was looked at -----------------------------------------------------------------------------------------

    def _local_definitions(self) -> Json:
        report = self._report
        subjects = dict.fromkeys(_subject(finding.outcome) for finding in report.findings)
        tool: Json = {
            "uuid": self._uuid("tool"),
            "type": "software",
            "title": "harden",
            "description": "Audits Docker Swarm clusters.",
            "props": [_prop("version", _text(report.tool_version))],
            "status": {"state": "operational"},
        }
        definitions: Json = {
            "components": [self._component(subject) for subject in subjects if not self._is_node(subject)],
            "inventory-items": [
                {
                    "uuid": self._subject_uuid((node, "")),
                    "description": f"Node {_markup(node)}",
                    "props": [_prop("node", _text(node))],
                }
                for node in report.nodes
            ],
            "assessment-assets": {
                "components": [tool],
                "assessment-platforms": [{"uuid": self._uuid("platform"), "title": "The operator's machine"}],
            },
        }
        return {key: value for key, value in definitions.items() if value}

    def _component(self, subject: tuple[str, str]) -> Json:
        name, node = subject
        title = _markup(f"{name} on {node}" if node else name)
        return {
            "uuid": self._subject_uuid(subject),
            "type": "service",
            "title": title,
            "description": title,
            "status": {"state": "operational"},
        }

    def _reviewed(self) -> Json:
        asked = [group.check.id for group in self._groups]
        return {
            "control-selections": [{"include-controls": [{"control-id": each} for each in asked]}],
            "control-objective-selections": [{"include-objectives": [{"objective-id": each} for each in asked]}],
        }

    # --- what was seen ----------------------------------------------------------------------------------------------

    def _seen(self, group: Group) -> Iterator[_Observation]:
        """A check's findings, those that differ in their subject only together."""
        alike: dict[tuple[Status, str, str, Waiver | None], list[Finding]] = {}
        for finding in group.findings:
            outcome = finding.outcome
            alike.setdefault((outcome.status, outcome.observed, outcome.expected, finding.waiver), []).append(finding)
        for found in alike.values():
            first = found[0]
            told = (first.outcome.subject, first.outcome.node, first.outcome.status, first.outcome.observed)
            yield _Observation(self._uuid_now("observation", group.check.id, *told), first, found)

    def _observation(self, check: CheckSummary, seen: _Observation) -> Json:
        outcome = seen.first.outcome
        props = [_prop("status", outcome.status)]
        if outcome.expected:
            props.append(_prop("expected", _text(outcome.expected)))
        return {
            "uuid": seen.uuid,
            "title": f"{check.id}: {outcome.status.replace('_', ' ')}",
            "description": _markup(outcome.observed or "Nothing was seen."),
            "props": props,
            "methods": ["TEST"],
            "types": ["finding" if outcome.status is Status.FAIL else "control-objective"],
            "origins": [self._origin()],
            "subjects": list({_subject(each.outcome): self._referred(each.outcome) for each in seen.findings}.values()),
            "collected": self._when,
        }

    def _referred(self, outcome: Outcome) -> Json:
        subject = _subject(outcome)
        kind = "inventory-item" if self._is_node(subject) else "component"
        return {"subject-uuid": self._subject_uuid(subject), "type": kind, "title": _markup(outcome.subject)}

    def _is_node(self, subject: tuple[str, str]) -> bool:
        return not subject[1] and subject[0] in self._report.nodes

    def _subject_uuid(self, subject: tuple[str, str]) -> str:
        if subject not in self._subjects:
            self._subjects[subject] = self._uuid("node" if self._is_node(subject) else "subject", *subject)
        return self._subjects[subject]

    def _origin(self) -> Json:
        return {"actors": [{"type": "tool", "actor-uuid": self._uuid("tool")}]}

    # --- what follows -----------------------------------------------------------------------------------------------

    def _finding(self, group: Group) -> Json:
        status = min((each.outcome.status for each in group.findings), key=STATUSES.index)  # accepted is not satisfied
        state, reason = _STATE[status]
        target: Json = {
            "type": "objective-id",
            "target-id": group.check.id,
            "title": _markup(group.check.title),
            "status": {"state": state, "reason": reason},
        }
        if status in _REMARKS:
            target["remarks"] = _REMARKS[status]
        if status is Status.NOT_APPLICABLE:
            target["implementation-status"] = {"state": "not-applicable"}
        finding: Json = {
            "uuid": self._uuid_now("finding", group.check.id),
            "title": _markup(group.check.title),
            "description": _markup(group.check.rationale),
            "props": _props(group.check),
            "origins": [self._origin()],
            "target": target,
            "related-observations": _related(self._observations[group.check.id]),
        }
        if risks := [{"risk-uuid": risk["uuid"]} for risk in self._risks(group)]:
            finding["related-risks"] = risks
        return finding

    def _risks(self, group: Group) -> list[Json]:
        """What failed and stands, as one risk; what a waiver accepts, as one more for each waiver."""
        by_waiver: dict[Waiver | None, list[_Observation]] = {}
        for seen in self._observations[group.check.id]:
            if seen.first.outcome.status is Status.FAIL:
                by_waiver.setdefault(seen.first.waiver, []).append(seen)
        return [self._risk(group.check, waiver, failed) for waiver, failed in by_waiver.items()]

    def _risk(self, check: CheckSummary, waiver: Waiver | None, failed: list[_Observation]) -> Json:
        accepted = (waiver.subject, waiver.node) if waiver else ()
        risk: Json = {
            "uuid": self._uuid("risk", check.id, *accepted),
            "title": f"Not so: {_markup(check.title)}",
            "description": "; ".join(
                f"{_markup(_named(each.findings))}: {_markup(each.first.outcome.observed)}" for each in failed
            ),
            "statement": _markup(check.rationale),
            "props": _props(check),
            "status": "deviation-approved" if waiver else "open",
            "characterizations": [
                {
                    "origin": self._origin(),
                    "facets": [{"name": "severity", "system": NAMESPACE, "value": check.severity}],
                }
            ],
            "remediations": [
                {
                    "uuid": self._uuid("remediation", check.id, *accepted),
                    "lifecycle": "recommendation",
                    "title": "What to do",
                    "description": _markup(check.remediation),
                }
            ],
            "related-observations": _related(failed),
        }
        if waiver:
            risk["deadline"] = f"{waiver.expires}T00:00:00Z"
            risk["mitigating-factors"] = [
                {
                    "uuid": self._uuid("waiver", check.id, *accepted),
                    "description": f"Accepted by {_markup(waiver.owner)} until {waiver.expires}: "
                    f"{_markup(waiver.reason)}",
                }
            ]
        return risk


def _subject(outcome: Outcome) -> tuple[str, str]:
    """A subject and the node that tells it from others of its name; a node is told by its own name."""
    return (outcome.subject, "" if outcome.node == outcome.subject else outcome.node)


def _named(findings: list[Finding]) -> str:
    """Subjects in a sentence; of many the first, and how many more there are."""
    more = f" and {len(findings) - _NAMED} more" if len(findings) > _NAMED else ""
    return ", ".join(finding.outcome.subject for finding in findings[:_NAMED]) + more


def _related(observations: Iterable[_Observation]) -> list[Json]:
    return [{"observation-uuid": each.uuid} for each in observations]


def _prop(name: str, value: str) -> Json:
    return {"name": name, "ns": NAMESPACE, "value": value}


def _props(check: CheckSummary) -> list[Json]:
    own = [_prop("severity", check.severity), _prop("level", str(check.level)), _prop("area", check.area)]
    return own + [_prop("reference", _text(reference)) for reference in references(check.refs)]


def _text(text: str) -> str:
    """A value of the form that OSCAL demands of strings: one line, not empty, no blanks at its ends."""
    return plain(text).strip() or "-"


def _markup(text: str) -> str:
    """Text that OSCAL's markup, a Markdown, takes as it is; it is never empty."""
    return _MARKUP.sub(r"\\\1", _text(text))
