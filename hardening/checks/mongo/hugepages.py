"""Do the node's huge pages suit the server's memory allocator?"""

from collections.abc import Iterator

from hardening.checks import versions
from hardening.checks.subjects import per_member
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Outcome,
    Severity,
    cis_mongodb,
    failed,
    given,
    passed,
    unknown,
)
from hardening.model.facts import Facts, MongoMember

TURN = (8, 0)
"""From this release on the allocator wants huge pages; before it, they hurt (MongoDB production notes)."""


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """The node's kernel setting against the member's release."""
    return per_member(lambda member: given(member.version, lambda version: _judge(facts, member, version)))(facts)


def _judge(facts: Facts, member: MongoMember, version: str) -> Answer:
    node = facts.nodes.get(member.node)
    if not isinstance(node, Known):
        return unknown(f"the node {member.node} was not read")
    wanted = ("always",) if versions.parse(version) >= TURN else ("never", "madvise")

    def read(setting: str) -> Answer:
        return (passed if setting in wanted else failed)(f"{setting}, mongod {version}", " or ".join(wanted))

    return given(node.value.transparent_hugepages, read)


CHECK = Check(
    id="mongo-hugepages",
    title="Transparent huge pages are set as the server's release wants them",
    area=Area.MONGO,
    severity=Severity.LOW,
    level=2,
    refs=cis_mongodb("6.2"),
    rationale="Up to 7.0 they make memory use jump until the container's limit kills the server; from 8.0 it counts "
    "on them.",
    remediation="`echo never > /sys/kernel/mm/transparent_hugepage/enabled` at boot (up to 7.0), `always` (from 8.0).",
    evaluate=evaluate,
)
