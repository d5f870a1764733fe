"""Containers where they run, with what swarm asked of them."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from hardening.model.facts import ContainerFacts, EngineFacts, Facts, NodeFacts
from hardening.model.findings import Outcome
from hardening.model.known import Known, Unavailable
from hardening.model.swarm import Task

from .subjects import Evaluate, outcomes
from .verdict import Answer, not_applicable, unknown


class Place(Struct, frozen=True):
    """A container where it runs.

    Attributes:
        tasks: what swarm asked for, by task id.
    """

    tasks: Known[dict[str, Task]] | Unavailable
    node: str
    machine: NodeFacts
    engine: EngineFacts
    container: ContainerFacts

    @property
    def subject(self) -> str:
        """A name that survives a restart: `<service>.<slot>`, the service alone where each node runs one task."""
        service, _, slot = self.container.label("com.docker.swarm.task.name").rpartition(".")[0].rpartition(".")
        if not service:
            return self.container.inspect.name.lstrip("/")
        return f"{service}.{slot}" if slot.isdigit() else service

    @property
    def task(self) -> Known[Task] | Unavailable | None:
        """What swarm asked for; None for a container that is no swarm task."""
        task_id = self.container.label("com.docker.swarm.task.id")
        if not task_id:
            return None
        match self.tasks:
            case Known(value=tasks) if task_id in tasks:
                return Known(tasks[task_id])
            case Known():
                return Unavailable(f"the swarm does not know its task {task_id}")
            case Unavailable() as gap:
                return gap


def per_container(judge: Callable[[Place], Answer]) -> Evaluate:
    """Ask every running container."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        asked = False
        for outcome in _containers(facts, judge):
            asked = True
            yield outcome
        if not asked and facts.nodes:
            yield not_applicable("no container runs").about("cluster")

    return evaluate


def containers(facts: Facts) -> Iterator[Place]:
    """Every running container that was read."""
    tasks = _tasks(facts)
    for name, node in facts.nodes.items():
        match node:
            case Known(value=NodeFacts(engine=Known(value=EngineFacts(containers=Known(value=found)) as engine))):
                for container in found:
                    yield Place(tasks, name, node.value, engine, container)
            case _:
                pass


def _tasks(facts: Facts) -> Known[dict[str, Task]] | Unavailable:
    match facts.swarm:
        case Known(value=swarm):
            return Known({task.id: task for task in swarm.tasks})
        case Unavailable() as gap:
            return gap


def _containers(facts: Facts, judge: Callable[[Place], Answer]) -> Iterator[Outcome]:
    tasks = _tasks(facts)
    for name, node in facts.nodes.items():
        if isinstance(node, Unavailable):
            yield unknown(node.reason).about(name, name)
            continue
        machine = node.value
        if isinstance(machine.engine, Unavailable):
            yield unknown(machine.engine.reason).about(name, name)
            continue
        engine = machine.engine.value
        if isinstance(engine.containers, Unavailable):
            yield unknown(engine.containers.reason).about(name, name)
            continue
        for container in engine.containers.value:
            place = Place(tasks, name, machine, engine, container)
            yield from outcomes(place.subject, name, judge, place)
