"""Does the server log all of it, and keep it over a restart?"""

from collections.abc import Iterator

from hardening.checks.mongo_answers import at, option, parameter
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Severity,
    Unavailable,
    all_of,
    cis_mongodb,
    given,
    per_member,
)
from hardening.model.facts import MongoMember

NOWHERE = "/dev/null"


def judge(member: MongoMember) -> Answer:
    """On standard output the engine keeps it; a file must be appended to. Quiet it can be made while it runs."""
    return given(
        option(member, "systemLog"),
        lambda log: all_of(
            [*_observations(log or {}), _now(member)],
            fine=_described(log or {}),
            expected="not quiet; files appended to",
        ),
    )


def _observations(log: object) -> Iterator[str | None]:
    yield "quiet: true" if at(log, "quiet", default=False) is True else None
    is_file = at(log, "destination", "") == "file"
    yield "the log is thrown away" if is_file and at(log, "path", "") == NOWHERE else None
    overwritten = is_file and at(log, "logAppend", default=False) is not True
    yield "the log file is overwritten at each start" if overwritten else None


def _now(member: MongoMember) -> str | Unavailable | None:
    match parameter(member, "quiet"):
        case Known(value=quiet):
            return "made quiet while it runs" if quiet in (True, 1) else None
        case Unavailable() as gap:
            return gap


def _described(log: object) -> str:
    return f"written to {at(log, 'destination', '') or 'standard output'}, not quiet"


CHECK = Check(
    id="mongo-log-kept",
    title="Database members log connections, and keep the log over a restart",
    area=Area.MONGO,
    severity=Severity.LOW,
    level=2,
    refs=cis_mongodb("5.3", "5.4"),
    rationale="Who connected before the crash is what an investigation asks first.",
    remediation="Remove `systemLog.quiet`, or say `db.adminCommand({setParameter: 1, quiet: false})`; set "
    "`logAppend: true`, or log to standard output.",
    evaluate=per_member(judge),
)
