"""What did the server warn about when it started?"""

from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, cis_mongodb, given, per_member
from hardening.model.facts import MongoMember


def judge(member: MongoMember) -> Answer:
    """Each warning counts; the server gives few, and means them."""
    return given(
        member.startup_warnings,
        lambda warnings: all_of(warnings or [None], fine="no warning", expected="no warning"),
    )


CHECK = Check(
    id="mongo-startup-warnings",
    title="Database members start without warnings",
    area=Area.MONGO,
    severity=Severity.LOW,
    level=1,
    refs=cis_mongodb("6.2"),
    rationale="They name limits and kernel settings that make the server slow or lose connections under load.",
    remediation="Follow the warning: XFS for the data, `nofile` 64000, `vm.max_map_count`, transparent huge pages off "
    "up to 7.0 and on from 8.0.",
    evaluate=per_member(judge),
)
