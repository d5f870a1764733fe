"""What would a set lose with each machine?"""

from collections.abc import Iterator

from hardening.checks.mongo_answers import Document, configuration, is_called, members_of, whole
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    failed,
    given,
    not_applicable,
    passed,
    per_replica_set,
    unknown,
)
from hardening.model.facts import MongoMember

EXPECTED = "a primary can be elected, and a majority can confirm writes"


def judge(name: str, members: tuple[MongoMember, ...]) -> Answer:
    """Take each machine away in turn: votes that are left, and members that can confirm a write."""
    if not name:
        return not_applicable("a standalone server falls with its machine")
    return given(configuration(members), lambda config: _judge(config, members))


def _judge(config: Document, members: tuple[MongoMember, ...]) -> Iterator[Verdict]:
    voters = [entry for entry in members_of(config) if whole(entry.get("votes", 1)) > 0]
    machines: dict[str, list[Document]] = {}
    lost = []
    for entry in voters:
        host = str(entry.get("host", "")).partition(":")[0]
        member = next((each for each in members if is_called(each.service, host)), None)
        if member is None:
            lost.append(host)
        else:
            machines.setdefault(member.node, []).append(entry)
    if lost:
        yield unknown(f"the machine of {', '.join(lost)} is not known")
    for machine, gone in sorted(machines.items()):
        yield _without(machine, gone, voters)


def _without(machine: str, gone: list[Document], voters: list[Document]) -> Verdict:
    """The verdict on one machine's loss.

    A write is confirmed by a majority of the voting members, or by all that hold data where those are fewer.
    """
    majority = len(voters) // 2 + 1
    data = sum(not entry.get("arbiterOnly") for entry in voters)
    votes_left = len(voters) - len(gone)
    data_left = data - sum(not entry.get("arbiterOnly") for entry in gone)
    confirms = min(majority, data)
    observed = f"{votes_left} of {len(voters)} votes, {data_left} of {data} data members are left"
    part = f"loss of {machine}"
    if votes_left < majority:
        return failed(f"no primary: {observed}, {majority} votes are needed", EXPECTED, part)
    if data_left < confirms:
        return failed(f"majority writes stop: {observed}, {confirms} have to confirm", EXPECTED, part)
    return passed(observed, EXPECTED, part)


CHECK = Check(
    id="mongo-machine-loss",
    title="No machine's loss leaves a replica set without a primary or without majority writes",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="Four votes on three machines look safer than three and are not: one of the machines holds two.",
    remediation="Three voting data members on three machines, the arbiter on stand-by; `topology: resilient`.",
    evaluate=per_replica_set(judge),
)
