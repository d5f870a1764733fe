"""Which options of `lab up` can be, and which fit the lab there is."""

from hardening.errors import HardenError

from .accelerator import Choice
from .records import MOST_NODES, LabRecord

LEAST_MEMORY = 512
"""MiB; the guests' kernel and engine alone take half of it."""


def check_options(nodes: int | None, memory: int | None, accel: str) -> Choice:
    """See that the options can be; the accelerator they ask for."""
    if nodes is not None and not 1 <= nodes <= MOST_NODES:
        raise HardenError(f"--nodes {nodes}: a lab has 1 to {MOST_NODES} nodes")
    if memory is not None and memory < LEAST_MEMORY:
        raise HardenError(f"--memory {memory}: a guest needs at least {LEAST_MEMORY} MiB")
    if accel not in list(Choice):
        raise HardenError(f"--accel {accel}: it is auto, kvm or tcg")
    return Choice(accel)


def check_fits(record: LabRecord, nodes: int | None, memory: int | None, choice: Choice) -> None:
    """A lab can grow; its other properties are part of its saved states."""
    anew = "for another one: harden lab destroy, then harden lab up"
    if nodes is not None and nodes < len(record.nodes):
        raise HardenError(f"the lab has {len(record.nodes)} nodes already, --nodes {nodes} is fewer", anew)
    if memory is not None and memory != record.memory:
        raise HardenError(f"the lab's guests have {record.memory} MiB, not --memory {memory}", anew)
    if choice is not Choice.AUTO and choice.value != record.accel:
        raise HardenError(f"the lab runs under {record.accel}, not --accel {choice}", anew)
