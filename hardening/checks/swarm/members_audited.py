"""Is every member of the swarm among the machines that this audit reads?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Known, Severity, Verdict, failed, of_swarm, passed, unknown
from hardening.model.facts import Facts, SwarmFacts

EXPECTED = "read once, and of this swarm"


def judge(facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """Compare swarm node ids with those of the engines that were read; one in none, or locked, tells none."""
    read: dict[str, list[str]] = {}
    for name, node in facts.nodes.items():
        if isinstance(node, Known) and isinstance(node.value.engine, Known):
            read.setdefault(node.value.engine.value.info.swarm.node_id, []).append(name)
    read.pop("", None)
    for member in swarm.nodes:
        part, names = f"member {member.description.hostname}", read.pop(member.id, [])
        if len(names) > 1:
            yield failed(f"is {' and '.join(names)}: one machine under several names", EXPECTED, part)
        elif names:
            yield passed("was read", EXPECTED, part)
        else:
            yield unknown("was not read: it is not in the inventory, or its engine did not answer", part)
    for name in (each for names in read.values() for each in names):
        yield failed(
            f"is no member of the swarm that {swarm.seen_from} manages: nobody looked at its own", EXPECTED, name
        )


CHECK = Check(
    id="swarm-members-audited",
    title="Every member of the swarm is read by this audit, and no machine of another one",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A machine that joined and that nobody lists is where an intruder lives; no check looks at it.",
    remediation="Add it to the inventory, once, or remove it: `docker node rm --force NODE`. A machine of another "
    "swarm is audited for itself, or leaves: `docker swarm leave --force`.",
    evaluate=of_swarm(judge),
)
