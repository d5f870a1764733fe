"""Is every member of the swarm among the machines that this audit reads?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Known, Severity, Verdict, of_swarm, passed, unknown
from hardening.model.facts import Facts, SwarmFacts


def judge(facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """Compare swarm node ids with those of the engines that were read."""
    seen = {
        node.value.engine.value.info.swarm.node_id
        for node in facts.nodes.values()
        if isinstance(node, Known) and isinstance(node.value.engine, Known)
    }
    for member in swarm.nodes:
        part = f"member {member.description.hostname}"
        if member.id in seen:
            yield passed("was read", "read by this audit", part)
        else:
            yield unknown("was not read: it is not in the inventory, or its engine did not answer", part)


CHECK = Check(
    id="swarm-members-audited",
    title="Every member of the swarm is read by this audit",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A machine that joined and that nobody lists is where an intruder lives; no check looks at it.",
    remediation="Add it to the inventory, or remove it: `docker node rm --force NODE`.",
    evaluate=of_swarm(judge),
)
