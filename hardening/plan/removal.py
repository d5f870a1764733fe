"""What `harden destroy` takes away, in order. Pure."""

from collections.abc import Iterator

from hardening.errors import Exit, HardenError
from hardening.model.inventory import Inventory, NodeRole
from hardening.model.plan import LeaveSwarm, Phase, Plan, RemoveSecrets, RemoveStack, RemoveVolumes, Step
from hardening.model.removal import Remains

KEPT = "its volumes and the secrets that their data was made with are kept"


def make(inventory: Inventory, remains: Remains, *, volumes: bool, swarm: bool) -> Plan:
    """Steps to remove the stacks; with `volumes` their data and secrets too; with `swarm` the swarm as well.

    Raises:
        HardenError: a machine would have to be asked that is away, or the swarm would take along the secrets that kept
            data needs.
    """
    if remains.away and (volumes or swarm):
        away = "\n".join(f"  - {name}: {reason}" for name, reason in remains.away.items())
        raise HardenError(f"nothing was changed, because these could not be asked:\n{away}", exit_code=Exit.UNREACHABLE)
    kept = sorted({name for names in remains.volumes.values() for name in names})
    if swarm and kept and not volumes:
        raise HardenError(
            f"the swarm holds the secrets without which {', '.join(kept)} cannot be used again",
            "add --volumes to remove the data as well, or leave the swarm as it is",
        )
    steps = [*_stacks(remains, volumes=volumes)]
    if volumes:
        steps += [*_secrets(remains), *_volumes(remains)]
    if swarm:
        steps += _leaving(inventory, remains)
    return Plan(tuple(steps))


def _step(node: str, summary: str, before: str, action: RemoveStack | RemoveSecrets | RemoveVolumes | LeaveSwarm,
          after: str = "gone") -> Step:  # fmt: skip
    return Step(node, Phase.REMOVAL, summary, before, after, action)


def _stacks(remains: Remains, *, volumes: bool) -> Iterator[Step]:
    for name, stack in remains.stacks.items():
        if not stack.services and not stack.networks:
            continue
        before = f"services {', '.join(stack.services) or 'none'}; networks {', '.join(stack.networks) or 'none'}"
        after = "gone" if volumes else f"gone; {KEPT}"
        yield _step(remains.seen_from, f"Remove the stack {name}", before, RemoveStack(name), after)


def _secrets(remains: Remains) -> Iterator[Step]:
    for name, stack in remains.stacks.items():
        if stack.secrets:
            names = ", ".join(secret.spec.name for secret in stack.secrets)
            action = RemoveSecrets(tuple(secret.spec.name for secret in stack.secrets))
            yield _step(remains.seen_from, f"Remove the secrets of {name}", names, action)


def _volumes(remains: Remains) -> Iterator[Step]:
    for node, names in remains.volumes.items():
        if names:
            yield _step(node, "Remove volumes and the data on them", ", ".join(names), RemoveVolumes(names))


def _leaving(inventory: Inventory, remains: Remains) -> list[Step]:
    """Workers first: a manager that is left alone has nobody to tell."""
    order = sorted(
        (node for node in inventory.nodes if node.name in remains.members),
        key=lambda node: node.role is NodeRole.MANAGER,
    )
    return [_step(node.name, "Leave the swarm", f"member, {node.role}", LeaveSwarm(), "no member") for node in order]
