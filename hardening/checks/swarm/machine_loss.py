"""What would stop if one machine were lost?"""

from collections import Counter
from collections.abc import Iterator

from hardening.checks.verdict import listed
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts
from hardening.model.swarm import SwarmNode

EXPECTED = "a majority of managers, and a task of every service that has several"


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """Take away each machine in turn: the managers that are left, and the running tasks."""
    if len(swarm.nodes) == 1:
        yield not_applicable("the swarm has one machine, and falls with it")
        return
    running = Counter((task.node_id, task.service_id) for task in swarm.tasks if task.status.state == "running")
    everywhere: Counter[str] = Counter()
    for (_, service), count in running.items():
        everywhere[service] += count
    names = {service.id: service.spec.name for service in swarm.services}
    for node in swarm.nodes:
        fallen = [each for each in names if 0 < running[node.id, each] == everywhere[each]]
        stops = sorted(names[identity] for identity in fallen if everywhere[identity] == 1)
        complaints = [f"every task of {names[each]} falls" for each in fallen if everywhere[each] > 1]
        if quorum := _quorum(node, swarm):
            complaints.append(quorum)
        part = f"loss of {node.description.hostname}"
        moved = f"stops until started elsewhere: {listed(stops)}" if stops else "stops no service"
        yield failed("; ".join([*complaints, moved]), EXPECTED, part) if complaints else passed(moved, EXPECTED, part)


def _quorum(lost: SwarmNode, swarm: SwarmFacts) -> str:
    """What would be left of the managers, where that is no majority."""
    managers = [node for node in swarm.nodes if node.manager_status]
    reachable = [node for node in managers if node.manager_status and node.manager_status.reachability == "reachable"]
    left = sum(node.id != lost.id for node in reachable)
    majority = len(managers) // 2 + 1
    if lost not in managers or left >= majority:
        return ""
    return f"{left} of {len(managers)} managers are left, {majority} are needed"


CHECK = Check(
    id="swarm-machine-loss",
    title="No machine's loss ends a replicated service or the management of the swarm",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Machines fail one at a time; what falls with one of them is known beforehand, or learned on that day.",
    remediation="Spread replicas (`placement: {preferences: [{spread: node.id}]}`) and managers over machines.",
    evaluate=of_swarm(judge),
)
