"""The script's verdicts beside an audit's, by benchmark item and node."""

import re
from collections.abc import Iterable, Iterator, Mapping

from hardening.model.bench import Agreement, BenchComparison, BenchVerdict, ComparedItem
from hardening.model.findings import Finding, Report, Status
from hardening.model.known import Known, Unavailable

from .read import BenchReport

BENCHMARK = "CIS Docker"
NUMBERING = "1.6.0"
"""The version whose item numbers the script uses; it calls its own version the same."""
_WORST = (Status.FAIL, Status.UNKNOWN, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)
_CLEAR = {"PASS": True, "WARN": False}
"""Results of the script that are a verdict. INFO and NOTE leave it to the reader."""
_FINE = {Status.PASS: True, Status.NOT_APPLICABLE: True, Status.FAIL: False}
_ITEM = re.compile(r"\d+(\.\d+)+")
_SHOWN = 3
"""Facts that one item spells out."""


def compare(report: Report, answers: Mapping[str, Known[BenchReport] | Unavailable], script: str) -> BenchComparison:
    """Every item of every node that answered; a node that did not is told with its reason.

    Args:
        report: the audit. Its waivers play no part: what counts is what was seen.
        answers: by node.
        script: what the user called the script.
    """
    ours = _ours(report)
    unread: dict[str, str] = {}
    items: list[ComparedItem] = []
    for node, answer in answers.items():
        match answer:
            case Unavailable(reason=reason):
                unread[node] = reason
            case Known(value=found) if found.version != NUMBERING:
                unread[node] = f"it numbers items by {found.version or 'no version'}; what is read is {NUMBERING}"
            case Known(value=found):
                items += _of_node(node, found, ours)
    return BenchComparison(script, f"{BENCHMARK} {NUMBERING}", unread, tuple(items))


def _ours(report: Report) -> dict[str, list[Finding]]:
    """Item of the script's numbering -> our findings that refer to it."""
    sections = {
        check.id: [ref.section for ref in check.refs if (ref.benchmark, ref.version) == (BENCHMARK, NUMBERING)]
        for check in report.checks
    }
    found: dict[str, list[Finding]] = {section: [] for each in sections.values() for section in each}
    for finding in report.findings:
        for section in sections[finding.check]:
            found[section].append(finding)
    return found


def _of_node(node: str, found: BenchReport, ours: Mapping[str, list[Finding]]) -> Iterator[ComparedItem]:
    theirs = {verdict.item: verdict for verdict in found.verdicts}
    for item in sorted({*theirs, *ours}, key=_order):
        here = [each for each in ours.get(item, ()) if each.outcome.node in {"", node}]
        verdict = theirs.get(item)
        if verdict is None and not here:
            continue
        yield _compared(node, item, verdict, here)


def _compared(node: str, item: str, theirs: BenchVerdict | None, here: list[Finding]) -> ComparedItem:
    status = min((each.outcome.status for each in here), key=_WORST.index, default=None)
    agreement = _agreement(theirs, status)
    deciding = _deciding(here, status, theirs)
    return ComparedItem(
        node=node,
        item=item,
        agreement=agreement,
        theirs=theirs,
        ours=status,
        checks=tuple(dict.fromkeys(each.check for each in here)),
        fact=_told(deciding) if deciding else "no check of this audit refers to the item",
    )


def _agreement(theirs: BenchVerdict | None, ours: Status | None) -> Agreement:
    if ours is None:
        return Agreement.THEIRS_ONLY
    if theirs is None:
        return Agreement.OURS_ONLY
    if theirs.result not in _CLEAR or ours not in _FINE:
        return Agreement.UNDECIDED
    return Agreement.AGREE if _CLEAR[theirs.result] == _FINE[ours] else Agreement.DISAGREE


def _deciding(here: Iterable[Finding], status: Status | None, theirs: BenchVerdict | None) -> list[Finding]:
    """The findings behind our answer; first those about something that the script names."""
    named = " ".join((*theirs.items, theirs.details)) if theirs else ""
    found = [each for each in here if each.outcome.status is status]
    return sorted(found, key=lambda each: each.outcome.subject not in named)


def _told(findings: list[Finding]) -> str:
    told = [f"{each.outcome.subject}: {each.outcome.observed}" for each in findings[:_SHOWN]]
    more = len(findings) - len(told)
    return "; ".join(told) + (f" and {more} more" if more else "")


def _order(item: str) -> tuple[tuple[int, ...], str]:
    """By number; what is none, such as `C.1`, comes last."""
    numbers = tuple(map(int, item.split("."))) if _ITEM.fullmatch(item) else (99,)
    return numbers, item
