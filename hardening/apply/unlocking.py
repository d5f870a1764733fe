"""Opening managers that restarted, all at once: one alone cannot start before a majority of them is open."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from hardening.errors import Exit, HardenError, HostError
from hardening.hosts import Host
from hardening.hosts.engine import engine

LOCKED = "locked"


class Opened(Struct, frozen=True):
    """What became of a manager: its swarm state now, or why it could not be opened."""

    node: str
    was_locked: bool = False
    state: str = ""
    problem: str = ""
    exit_code: Exit = Exit.OK


def unlock(hosts: Mapping[str, Host], managers: Sequence[str], key: Callable[[], str]) -> tuple[Opened, ...]:
    """Open every manager that is locked; one that cannot be reached does not keep the others closed.

    Of three managers that all restarted, the engine of the first answers only when the second is open as well: the
    quorum is theirs together. So they are opened side by side.

    Args:
        hosts: machines by name.
        managers: names, in the order in which they are told of.
        key: gives the unlock key; called once, and only when a manager is locked.
    """
    with ThreadPoolExecutor(max(len(managers), 1), thread_name_prefix="unlock") as pool:
        looked = list(pool.map(lambda name: _look(hosts[name]), managers))
        locked = [each.node for each in looked if each.was_locked]
        secret = key() if locked else ""
        opened = dict(zip(locked, pool.map(lambda name: _open(hosts[name], secret), locked), strict=True))
    return tuple(opened.get(each.node, each) for each in looked)


def _look(host: Host) -> Opened:
    try:
        with engine(host) as running:
            state = running.swarm_state()
    except HostError as error:
        return Opened(host.node.name, problem=error.message, exit_code=error.exit_code)
    return Opened(host.node.name, was_locked=state == LOCKED, state=state)


def _open(host: Host, key: str) -> Opened:
    try:
        with engine(host) as running:
            running.unlock(key)
            return Opened(host.node.name, was_locked=True, state=running.swarm_state())
    except HardenError as error:
        return Opened(host.node.name, was_locked=True, problem=error.message, exit_code=error.exit_code)
