"""Does one machine hold more than one vote?"""

from collections import Counter
from collections.abc import Iterable

from hardening.checks.mongo_answers import Document, configuration, is_called, members_of, whole
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    all_of,
    given,
    not_applicable,
    per_replica_set,
    unknown,
)
from hardening.model.facts import MongoMember


def judge(name: str, members: tuple[MongoMember, ...]) -> Answer:
    """Members of the configuration, and the machines they were seen on; one without a vote has the data as well."""
    if not name:
        return not_applicable("a standalone server is alone")
    return given(configuration(members), lambda config: _judge(config, members))


def _judge(config: Document, members: Iterable[MongoMember]) -> Verdict:
    machines: Counter[str] = Counter()
    lost = []
    for entry in members_of(config):
        host = str(entry.get("host", "")).partition(":")[0]
        member = next((each for each in members if is_called(each.service, host)), None)
        if member is None:
            lost.append(host)
        elif whole(entry.get("votes", 1)):
            machines[member.node] += 1
    verdict = all_of(
        (f"{machine} holds {count} votes" if count > 1 else None for machine, count in machines.items()),
        fine=", ".join(f"{machine}: {count} vote" for machine, count in machines.items()),
        expected="one vote on each machine",
    )
    if lost and not any(count > 1 for count in machines.values()):
        return unknown(f"the machine of {', '.join(lost)} is not known")
    return verdict


CHECK = Check(
    id="mongo-members-spread",
    title="No machine holds more than one vote of a replica set",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Two votes of four on one machine: when it dies, no majority is left and the database stops.",
    remediation="Pin each member to a machine of its own (`placement: {constraints: [node.labels.mongo1 == true]}`).",
    evaluate=per_replica_set(judge),
)
