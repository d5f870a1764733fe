"""The course of audits over time as a picture: SVG, and a page around it."""

import base64
import hashlib
import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape

from hardening.model.entry import Entry

from .inert import plain
from .trend import COLOURS, WORST_FIRST, when

_UNKNOWN_COLOUR = "#8e5bd0"
_WIDTH, _HEIGHT = 860, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 48, 48
_GRID = 5
_ENOUGH = 2
_DATES = 6
"""Labels on the axis of time."""
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:58rem;margin:2rem auto;padding:0 1rem;color:#1d2330;"
    "background:#fff}svg{width:100%;height:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid #d8dce5}th:first-child,td:first-child"
    "{text-align:left}@media(prefers-color-scheme:dark){body{color:#e6e9f0;background:#14171f}"
    "th,td{border-color:#333a49}}"
)
_FONT = 'font-family="system-ui,sans-serif" font-size="12" fill="currentColor"'


def as_svg(project: str, audits: Sequence[Entry]) -> str:
    """Failures by severity as stacked areas, what could not be seen as a line; time runs to the right."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _svg(project, audits) + "\n"


def as_html(project: str, audits: Sequence[Entry]) -> str:
    """The picture with its figures as a table, in one file that fetches nothing."""
    pin = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    heads = "".join(f'<th scope="col">{each}</th>' for each in ("audit of", *WORST_FIRST, "unknown", "waived"))
    rows = "\n".join(
        f"<tr><td>{when(audit)}</td>"
        + "".join(f"<td>{audit.failed_at(each)}</td>" for each in WORST_FIRST)
        + f"<td>{audit.unknown}</td><td>{audit.summary.waived}</td></tr>"
        for audit in audits
    )
    name = escape(plain(project))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{pin}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Audits of {name} over time</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Audits of {name} over time</h1>
{_svg(project, audits)}
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def _svg(project: str, audits: Sequence[Entry]) -> str:
    across, up = _scales(audits)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {_FONT}>',
        f"<title>Findings of {escape(plain(project))} over {len(audits)} audits</title>",
        *_axes(audits, across, up),
    ]
    floor = [0] * len(audits)
    for severity in reversed(WORST_FIRST):
        roof = [low + audit.failed_at(severity) for low, audit in zip(floor, audits, strict=True)]
        edge = _points(audits, roof, across, up) + list(reversed(_points(audits, floor, across, up)))
        parts.append(f'<polygon fill="{COLOURS[severity]}" fill-opacity="0.85" points="{" ".join(edge)}"/>')
        floor = roof
    line = " ".join(_points(audits, [audit.unknown for audit in audits], across, up))
    parts.append(
        f'<polyline fill="none" stroke="{_UNKNOWN_COLOUR}" stroke-width="2" stroke-dasharray="6 4" points="{line}"/>'
    )
    if len(audits) < _ENOUGH:
        middle = f'x="{_WIDTH / 2:.0f}" y="{_HEIGHT / 2:.0f}" text-anchor="middle"'
        parts.append(f"<text {middle}>A course takes two audits; there is {len(audits) or 'none'} yet</text>")
    return "\n".join([*parts, *_legend(), "</svg>"])


Scale = Callable[[float], float]


def _scales(audits: Sequence[Entry]) -> tuple[Scale, Scale]:
    first, last = (audits[0].gathered_at, audits[-1].gathered_at) if audits else (0.0, 0.0)
    most = _most(audits)
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def across(when: float) -> float:
        return _LEFT + (width / 2 if last == first else width * (when - first) / (last - first))

    def up(count: float) -> float:
        return _TOP + height * (1 - count / most)

    return across, up


def _most(audits: Sequence[Entry]) -> int:
    """The top of the axis; at least 1."""
    return max((max(audit.failed, audit.unknown) for audit in audits), default=0) or 1


def _grid(most: int) -> int:
    """The distance of the lines: 1, 2 or 5 times a power of ten, so that there are few."""
    steps = (factor * int(10**power) for power in itertools.count() for factor in (1, 2, 5))
    return next(step for step in steps if most <= step * _GRID)


def _axes(audits: Sequence[Entry], across: Scale, up: Scale) -> list[str]:
    lines = []
    most = _most(audits)
    for step in range(0, most + 1, _grid(most)):
        y = up(step)
        lines.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#8a93a6" stroke-opacity="0.3"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step}</text>')
    every = max(1, -(-len(audits) // _DATES))
    for audit in audits[::every]:
        x = across(audit.gathered_at)
        lines.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{_day(audit)}</text>')
    return lines


def _legend() -> list[str]:
    parts, x = [], float(_LEFT)
    for name, colour in (
        *((each.value, COLOURS[each]) for each in WORST_FIRST),
        ("could not be seen", _UNKNOWN_COLOUR),
    ):
        parts.append(f'<rect x="{x:.0f}" y="14" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18:.0f}" y="24">{name}</text>')
        x += 40 + 7 * len(name)
    return parts


def _points(audits: Sequence[Entry], counts: Sequence[int], across: Scale, up: Scale) -> list[str]:
    return [f"{across(audit.gathered_at):.1f},{up(count):.1f}" for audit, count in zip(audits, counts, strict=True)]


def _day(audit: Entry) -> str:
    return datetime.fromtimestamp(audit.gathered_at, UTC).strftime("%-d %b %Y")
