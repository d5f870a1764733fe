"""`waivers.yml`: what the project accepts, and which findings that meets.

Failures and matters for a person can be accepted. What could not be seen cannot: nobody knows what they would accept.
A check that can never be answered on some cluster is left out with `--skip`, which the report says.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from msgspec import Struct

from . import checks, documents
from .errors import encodable
from .model.findings import Area, Check, Finding, Status
from .model.waiver import Waiver, WaiverUse

FILE = "waivers.yml"
WAIVABLE = frozenset({Status.FAIL, Status.MANUAL})


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    check: str
    subject: str
    reason: str
    owner: str
    expires: date
    node: str = "*"


def read(path: Path, known: Collection[Check]) -> tuple[Waiver, ...]:
    """The waivers of a file; an empty file has none.

    Args:
        path: YAML, a list of `{check, subject, reason, owner, expires, node?}`.
        known: every check there is, whether it is asked or not.

    Raises:
        HardenError: with file and line: a key is missing, unknown or no fit, or no check has that id.
    """
    document = documents.read(path)
    entries = document.convert(tuple[_Entry, ...]) if document.content is not None else ()
    areas = {check.id: check.area for check in known}
    for index, entry in enumerate(entries):
        for key, value in msgspec.structs.asdict(entry).items():
            if not str(value).strip():
                raise document.error((index, key), f"`[{index}].{key}`: is empty")
        if entry.check not in areas:
            hint = checks.near(entry.check, areas)
            raise document.error((index, "check"), f"there is no check `{entry.check}`", hint)
        if areas[entry.check] is Area.AUDIT:
            raise document.error((index, "check"), f"`{entry.check}` judges waivers, and cannot be waived itself")
    return tuple(
        Waiver(**msgspec.structs.asdict(entry), place=encodable(f"{path}:{document.lines[(index,)]}"))
        for index, entry in enumerate(entries)
    )


def apply(waivers: Iterable[Waiver], findings: Iterable[Finding], now: float) -> tuple[Finding, ...]:
    """Findings with the first waiver that meets each; an expired one meets nothing.

    Args:
        waivers: in the order of their file.
        findings: without waivers.
        now: when the facts were read, seconds since the epoch.
    """
    valid: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        if not _expired(waiver, now):
            valid.setdefault(waiver.check, []).append(waiver)

    def judged(finding: Finding) -> Finding:
        met = next((waiver for waiver in valid.get(finding.check, ()) if _meets(waiver, finding)), None)
        return msgspec.structs.replace(finding, waiver=met) if met else finding

    return tuple(judged(finding) for finding in findings)


def uses(
    waivers: Iterable[Waiver], findings: Iterable[Finding], asked: Collection[str], now: float
) -> tuple[WaiverUse, ...]:
    """What each waiver met, expired ones included; see `apply`. `asked` holds the ids of the checks that were put."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    return tuple(
        WaiverUse(
            waiver=waiver,
            expired=_expired(waiver, now),
            asked=waiver.check in asked,
            met=sum(_meets(waiver, finding) for finding in by_check.get(waiver.check, ())),
            unseen=_gap(waiver, by_check.get(waiver.check, ())),
        )
        for waiver in waivers
    )


def _expired(waiver: Waiver, now: float) -> bool:
    return waiver.expires < datetime.fromtimestamp(now, UTC).date()


def _meets(waiver: Waiver, finding: Finding) -> bool:
    outcome = finding.outcome
    return (
        outcome.status in WAIVABLE
        and fnmatchcase(outcome.subject, waiver.subject)
        and fnmatchcase(outcome.node, waiver.node)
    )


def _gap(waiver: Waiver, findings: Iterable[Finding]) -> str:
    """Why the waiver may have more to meet than was seen; empty when it has not."""
    for finding in findings:
        outcome = finding.outcome
        if outcome.status is Status.UNKNOWN and (not outcome.node or fnmatchcase(outcome.node, waiver.node)):
            return f"{outcome.node or outcome.subject}: {outcome.observed}"
    return ""
