"""The report as one self-contained HTML file: nothing is fetched, and nothing in it can run but its own script."""

import base64
import hashlib
from collections.abc import Container, Iterable
from datetime import UTC, datetime

import jinja2
import msgspec
from markupsafe import Markup
from msgspec import Struct

from hardening import data
from hardening.model.findings import Area, Outcome, Report, Severity, Status

from .grouped import STATUSES, WORDS, Group, grouped, left_out, references, waived
from .inert import plain

TEMPLATES = "reports/templates"
HEADINGS = {
    Status.FAIL.value: "Broken",
    Status.UNKNOWN.value: "Could not be seen",
    Status.MANUAL.value: "For a person to judge",
    "unread": "Open only because a node could not be read",
    Status.PASS.value: "Passed",
    Status.NOT_APPLICABLE.value: "Do not apply here",
}
"""Sections of the page, in order."""
AREAS = {
    Area.NODE: "Nodes",
    Area.ENGINE: "Engines",
    Area.CONTAINER: "Containers",
    Area.SWARM: "Swarm",
    Area.MONGO: "MongoDB",
    Area.NGINX: "NGINX",
    Area.AUDIT: "Audit",
}
CLUSTER = "cluster"
"""The row of the matrix for outcomes that belong to no single node."""
_LISTED = {Status.FAIL: 2000, Status.UNKNOWN: 200, Status.MANUAL: 200, Status.PASS: 30, Status.NOT_APPLICABLE: 30}
"""Outcomes of one check and status that the page spells out; the JSON report has all of them."""


class Cell(Struct, frozen=True):
    """One node and area of the matrix."""

    area: Area
    counts: dict[Status, int]

    @property
    def worst(self) -> Status | None:
        """What the cell is coloured by; None where nothing was asked."""
        return next((status for status in STATUSES if self.counts.get(status)), None)


class Row(Struct, frozen=True):
    """One node of the matrix."""

    node: str
    unread: str
    cells: tuple[Cell, ...]


class Segment(Struct, frozen=True):
    """A part of the bar of all answers; in percent of its length."""

    status: Status
    count: int
    start: float
    width: float


class Section(Struct, frozen=True):
    """Checks under one heading. `key` is the worst status of each, or `unread` (see `_key`)."""

    key: str
    heading: str
    listed: tuple["Listed", ...]


class Listed(Struct, frozen=True):
    """A check as the page shows it; `hidden` counts outcomes that are left out."""

    group: Group
    outcomes: tuple[Outcome, ...]
    hidden: int
    references: tuple[str, ...]

    @property
    def search(self) -> str:
        """What the search field looks in."""
        check = self.group.check
        subjects = " ".join(f"{outcome.subject} {outcome.observed}" for outcome in self.outcomes[:200])
        return plain(f"{check.id} {check.title} {' '.join(self.references)} {subjects}").lower()

    @property
    def nodes(self) -> str:
        """Pairs of node and status that filters match, as JSON."""
        pairs = {(plain(outcome.node or CLUSTER), outcome.status.value) for outcome in self.group.outcomes}
        return msgspec.json.encode(sorted(pairs)).decode()


def render(report: Report) -> str:
    """The page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data.folder(TEMPLATES)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"plain": plain, "coded": coded}
    style, script = (environment.loader.get_source(environment, name)[0] for name in ("report.css", "report.js"))  # type: ignore[union-attr]  # set above
    groups = grouped(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        when=datetime.fromtimestamp(report.gathered_at, UTC),
        policy=_policy(style, script),
        style=style,
        script=script,
        words=WORDS,
        statuses=STATUSES,
        severities=sorted(Severity, key=lambda each: -each.weight),
        areas=AREAS,
        sections=_sections(groups, report.unread_nodes),
        failed=tuple(group for group in groups if group.status is Status.FAIL),
        rows=_matrix(report),
        bar=_bar(report),
        cluster=CLUSTER,
        waived=waived(report),
        left_out=left_out(report),
    )


def _policy(style: str, script: str) -> str:
    """Content security policy: this style, this script, nothing else."""

    def pin(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return f"default-src 'none'; style-src {pin(style)}; script-src {pin(script)}; base-uri 'none'; form-action 'none'"


def coded(text: str) -> Markup:
    """Text of a check with what stands between backticks as code."""
    parts = plain(text).split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def _sections(groups: Iterable[Group], unread: Container[str]) -> tuple[Section, ...]:
    found: dict[str, list[Listed]] = {key: [] for key in HEADINGS}
    for group in groups:
        shown = tuple(outcome for status in STATUSES for outcome in group.of(status)[: _LISTED[status]])
        hidden = len(group.outcomes) - len(shown)
        found[_key(group, unread)].append(Listed(group, shown, hidden, references(group.check.refs)))
    return tuple(Section(key, HEADINGS[key], tuple(listed)) for key, listed in found.items() if listed)


def _key(group: Group, unread: Container[str]) -> str:
    """One node that is gone leaves nearly every check open: those are told apart from what is open elsewhere."""
    if group.status is Status.UNKNOWN and all(outcome.node in unread for outcome in group.of(Status.UNKNOWN)):
        return "unread"
    return group.status.value


def _matrix(report: Report) -> tuple[Row, ...]:
    area = {check.id: check.area for check in report.checks}
    counts: dict[str, dict[Area, dict[Status, int]]] = {
        node: {each: {} for each in Area} for node in (*report.nodes, CLUSTER)
    }
    for finding in report.findings:
        if finding.waiver:
            continue
        outcome = finding.outcome
        row = counts.get(outcome.node or CLUSTER, counts[CLUSTER])
        cell = row[area[finding.check]]
        cell[outcome.status] = cell.get(outcome.status, 0) + 1
    return tuple(
        Row(node, report.unread_nodes.get(node, ""), tuple(Cell(each, cells[each]) for each in Area))
        for node, cells in counts.items()
    )


def _bar(report: Report) -> tuple[Segment, ...]:
    total = sum(report.summary.by_status.values()) or 1
    segments, start = [], 0.0
    for status in STATUSES:
        count = report.summary.by_status.get(status, 0)
        if count:
            width = 100 * count / total
            segments.append(Segment(status, count, start, width))
            start += width
    return tuple(segments)
