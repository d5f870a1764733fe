"""The page: its template, filled in under a policy that lets nothing else in."""

import base64
import hashlib
from datetime import UTC, datetime

import jinja2
from markupsafe import Markup

from hardening import data
from hardening.model.findings import Report, Severity, Status
from hardening.render.grouped import STATUSES, WAIVED, WORDS, grouped, left_out
from hardening.render.inert import plain
from hardening.render.words import counted, verdict

from . import confinement, overview, roles, sections, topology

TEMPLATES = "reports/templates"
MEANINGS = {
    Severity.CRITICAL: "A way to take over a machine or the data stands open.",
    Severity.HIGH: "One more mistake away from that.",
    Severity.MEDIUM: "A safety net is missing.",
    Severity.LOW: "Tidiness, and small leaks.",
}
"""What a severity means, for a reader who has to decide what is done first."""


def render(report: Report) -> str:
    """The page as text."""
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
        verdict=verdict(report, groups).rstrip("."),
        words={**WORDS, WAIVED: WAIVED},
        statuses=STATUSES,
        severities=sorted(Severity, key=lambda each: -each.weight),
        meanings=MEANINGS,
        areas=overview.AREAS,
        sections=sections.make(groups, report.unread_nodes),
        failed=tuple(group for group in groups if group.status is Status.FAIL),
        by_area=overview.by_area(groups),
        rows=overview.matrix(report),
        bar=overview.bar(report),
        picture=topology.draw(report.cluster) if report.cluster else None,
        layers=confinement.HEADINGS,
        confined=confinement.rows(report.cluster) if report.cluster else (),
        cluster=overview.CLUSTER,
        left_out=left_out(report),
        count=counted,
        told={role.role for role in report.roles},
        worst=roles.worst,
        share=roles.share,
        reasons=roles.REASONS,
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
