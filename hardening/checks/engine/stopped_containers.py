"""Do stopped containers pile up?"""

from hardening.checks.verdict import listed
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_engine
from hardening.model.facts import EngineFacts, NodeFacts, StoppedContainer

EXPECTED = "none but those that Swarm keeps as the history of its tasks"


def judge(_machine: NodeFacts, engine: EngineFacts) -> Answer:
    """A swarm clears its own away; a plain one is somebody's."""

    def read(stopped: tuple[StoppedContainer, ...]) -> Answer:
        plain = [f"{container.name} ({container.state})" for container in stopped if not container.service]
        kept = f"{len(stopped) - len(plain)} of ended tasks"
        return failed(f"{listed(plain)}; {kept}", EXPECTED) if plain else passed(kept, EXPECTED)

    return given(engine.stopped, read)


CHECK = Check(
    id="engine-stopped-containers",
    title="Containers that ended are cleared away",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("6.2"),
    rationale="A stopped container keeps its files, with whatever was in them, and starts again with its old rights.",
    remediation="`docker container prune` on a timer; `docker run --rm` for what is needed once.",
    evaluate=per_engine(judge),
)
