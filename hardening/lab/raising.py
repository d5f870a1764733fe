"""Bringing nodes up together, and taking them back when that is interrupted."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from hardening.errors import FailedError, HardenError, HostError
from hardening.hosts import connect

from .fleet import Fleet
from .inventory import inventory_of
from .locking import deferred
from .machine import State
from .pace import patience
from .records import LabNode
from .reporting import Reporter
from .resources import require_memory

Action = Callable[[LabNode], None]


def raise_all(fleet: Fleet, count: int, report: Reporter) -> None:
    """Make the lab's nodes run, `count` in all.

    Raises:
        HardenError: a node does not start. The others run, that one is off.
    """
    known = {node.name for node in fleet.record.nodes if node.adopted}
    fleet.add(count)
    if fleet.switch.pid is None:  # machines do not find their way to a new switch while they run
        save([node for node in fleet.record.nodes if node.adopted and fleet.machine(node).pid], fleet, report)
    fleet.switch.start()
    raise_nodes(fleet, fleet.record.nodes, report)
    if known and known != {node.name for node in fleet.record.nodes}:
        _together(fleet.tell_hosts, [node for node in fleet.record.nodes if node.name in known])


def raise_nodes(fleet: Fleet, nodes: tuple[LabNode, ...], report: Reporter) -> None:
    """Make some nodes run; see `raise_all`."""
    before = {node.name: fleet.machine(node).state for node in nodes}
    lost = [name for name, state in before.items() if state is State.UNRESPONSIVE]
    if lost:
        raise HardenError(f"{lost[0]}: QEMU does not answer", f"cut its power with: harden lab kill {lost[0]}")
    idle = [node for node in nodes if not node.adopted or before[node.name] is not State.RUNNING]
    begun = [node for node in idle if before[node.name] is not State.FROZEN or not node.adopted]
    if not idle:
        return
    require_memory(sum(fleet.machine(node).pid is None for node in begun), fleet.record.memory)
    report(f"starting {', '.join(node.name for node in idle)}")

    def retreat(failed: list[LabNode]) -> None:
        _retreat(fleet, [node for node in failed if node in begun], before)

    _together(fleet.begin, idle, retreat)
    # all at once, so that no node sees the others missing for long
    _together(lambda node: fleet.finish(node, before[node.name]), idle, retreat)
    _together(lambda node: _log_in(fleet, node), idle, retreat)


def save(nodes: list[LabNode], fleet: Fleet, report: Reporter) -> None:
    """Save running nodes: all are frozen first, so that none sees another one missing for long."""
    if not nodes:
        return
    report(f"saving {', '.join(node.name for node in nodes)}")
    with deferred():
        for node in nodes:
            fleet.machine(node).freeze()
        _together(lambda node: fleet.machine(node).save(), nodes)


def _log_in(fleet: Fleet, node: LabNode) -> None:
    """See that the way which everybody takes is open.

    After a pause all that a guest has to do falls due at once, and SSH is slow to greet: that is waited for.
    """
    deadline = time.monotonic() + patience(400)
    while True:
        try:
            return _ask_engine(fleet, node)
        except (HostError, FailedError):
            if time.monotonic() > deadline or fleet.machine(node).pid is None:  # somebody gave up meanwhile
                raise
            time.sleep(1)


def _ask_engine(fleet: Fleet, node: LabNode) -> None:
    with connect(inventory_of(fleet)) as hosts:
        answer = hosts[node.name].run(("docker", "info", "--format", "{{.ID}}"), timeout=patience(120))
    if not answer.ok:
        raise FailedError(f"{node.name}: its engine does not answer: {answer.complaint}")


def _together(action: Action, nodes: list[LabNode], retreat: Callable[[list[LabNode]], None] | None = None) -> None:
    """Do something for each node at the same time.

    Where it fails, the others are still seen through. An interruption does not wait: `retreat` takes all back.
    """
    pool = ThreadPoolExecutor(max_workers=len(nodes))
    futures = {pool.submit(action, node): node for node in nodes}
    try:
        failed = _failures(futures)
    except BaseException:
        with deferred():
            if retreat:
                retreat(nodes)
            pool.shutdown(wait=True, cancel_futures=True)
            if retreat:  # what was just being started when the first retreat came by
                retreat(nodes)
        raise
    pool.shutdown()
    if failed:
        if retreat:
            retreat([node for node, _ in failed])
        raise failed[0][1]


def _failures(futures: dict[Future[None], LabNode]) -> list[tuple[LabNode, HardenError]]:
    failed = []
    for future in as_completed(futures):
        error = future.exception()
        if isinstance(error, HardenError):
            failed.append((futures[future], error))
        elif error is not None:
            raise error
    return failed


def _retreat(fleet: Fleet, nodes: list[LabNode], before: dict[str, State]) -> None:
    """Undo a start: what was saved is saved again, anything else loses its power."""
    for node in nodes:
        machine = fleet.machine(node)
        if machine.pid is None:
            continue
        if before[node.name] is State.SAVED and node.adopted and not machine.memory.exists():
            machine.freeze()
            machine.save()
        else:
            machine.power_off()
    if all(fleet.machine(node).pid is None for node in fleet.record.nodes):
        fleet.switch.stop()
