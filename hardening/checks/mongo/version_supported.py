"""Is the server from a release line that still gets fixes?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from hardening.checks import versions
from hardening.checks.authority import at, day
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Outcome,
    Severity,
    cis_mongodb,
    failed,
    given,
    passed,
    per_member,
    unknown,
)
from hardening.model.facts import Facts

END_OF_LIFE: dict[tuple[int, ...], datetime] = {
    (5, 0): datetime(2024, 10, 31, tzinfo=UTC),
    (6, 0): datetime(2025, 7, 31, tzinfo=UTC),
    (7, 0): datetime(2027, 8, 31, tzinfo=UTC),
    (8, 0): datetime(2029, 10, 31, tzinfo=UTC),
}
"""Major release -> last day of fixes, by MongoDB's software lifecycle schedule."""
EXPECTED = "a major release that still receives fixes"


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """The version against the day on which the facts were read."""
    today = at(facts.gathered_at)
    return per_member(lambda member: given(member.version, lambda text: _judge(text, today)))(facts)


def _judge(text: str, today: datetime) -> Answer:
    version = versions.parse(text)
    if not version:
        return unknown(f"`{text}` is no version")
    line = version[:2]
    if line > max(END_OF_LIFE):
        return passed(f"{text}, newer than every line known here", EXPECTED)
    end = END_OF_LIFE.get(line)
    if end is None:
        return failed(f"{text}, a line without long support", EXPECTED)
    told = f"{text}, fixes until {day(end)}"
    return (passed if today <= end else failed)(told, EXPECTED)


CHECK = Check(
    id="mongo-version-supported",
    title="Database members run a release that still receives fixes",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=cis_mongodb("1.1"),
    rationale="A database that gets no fixes keeps its published holes, some of them open before any login.",
    remediation="Upgrade one major release at a time, member by member, and raise the feature compatibility version.",
    evaluate=evaluate,
)
