"""Roles in force: those under whose profile some container runs."""

from collections.abc import Callable, Iterator

from hardening.checks.policy import read_policy
from hardening.checks.subjects import all_read, hidden
from hardening.checks.vocabulary import Known, Outcome, Unavailable, Verdict, not_applicable, unknown
from hardening.model.facts import ContainerFacts, EngineFacts, Facts, NodeFacts

Running = tuple[tuple[EngineFacts, ContainerFacts], ...]
"""Containers, each with the engine that runs it."""


def per_role(judge: Callable[[Facts, str, Running], Verdict]) -> Callable[[Facts], Iterator[Outcome]]:
    """Put a question to every role in force; what hides one is unknown."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        yield from hidden(facts)
        roles: dict[str, Running] = {}
        whole = all_read(facts)
        for name, node in facts.nodes.items():
            if not isinstance(node, Known):
                continue
            match read_policy(node.value):
                case Unavailable(reason=reason):
                    whole = False
                    yield unknown(reason).about(name, name)
                case Known(value=policy) if policy is not None:
                    for engine, container in _containers(node.value):
                        if role := policy.role_of(container):
                            roles[role] = (*roles.get(role, ()), (engine, container))
        if not roles and whole:
            yield not_applicable("no container runs under a role's profile").about("cluster")
        for role, running in sorted(roles.items()):
            yield judge(facts, role, running).about(f"role {role}")

    return evaluate


def _containers(machine: NodeFacts) -> Iterator[tuple[EngineFacts, ContainerFacts]]:
    if isinstance(machine.engine, Known) and isinstance(machine.engine.value.containers, Known):
        for container in machine.engine.value.containers.value:
            yield machine.engine.value, container
