"""Do all members of the swarm answer?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """The state that managers keep of each member."""
    for node in swarm.nodes:
        message = f": {node.status.message}" if node.status.message else ""
        verdict = passed if node.status.state == "ready" else failed
        yield verdict(f"{node.status.state}{message}", "ready", f"member {node.description.hostname}")


CHECK = Check(
    id="swarm-nodes-ready",
    title="Every member of the swarm answers",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A member that is gone takes its share of the tasks, and one that was stolen is still a member.",
    remediation="Bring it back, or `docker node rm --force NODE` and rotate the join token.",
    evaluate=of_swarm(judge),
)
