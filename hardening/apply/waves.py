"""Members of a replica set, restarted one after another: the set keeps its majority, and its primary hands over."""

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hardening.errors import FailedError, HostError
from hardening.model.replica_set import Decision, RemoveMember, Restart, SetView, StepDown
from hardening.model.stack import ReplicaSet, Stack
from hardening.plan.replica_set import conform
from hardening.plan.set_outlook import next_restart

from .set_changes import SETTLE_SECONDS, hand_over, settle
from .set_members import Members, observe, reach, serves_now

if TYPE_CHECKING:
    from .running import Cluster

MEMBER_SECONDS = 180
"""Until a member that restarted does its part again, on a machine of common speed."""
ANSWER_SECONDS = 10
_POLL_SECONDS = 1.0


def in_turn(
    cluster: "Cluster", stack: Stack, name: str, services: Sequence[str], restart: Callable[[str], None]
) -> None:
    """Restart services of a set one at a time: secondaries first, the primary last, once it has handed over.

    Before each, every other voting member must be up; after each, it must be up itself. Where there is no set yet, or
    all of it is down, nothing is restarted here: there is nothing to go easy on.

    Args:
        cluster: project, machines and limits.
        stack: that has the set.
        name: of the set.
        services: of the set that are to be restarted.
        restart: restarts one and returns when its task runs.

    Raises:
        FailedError: a member is not up in time, or the primary does not hand over.
    """
    replica_set = stack.replica_sets[name]
    left = {replica_set.host(service): service for service in services}
    while left:
        due = _due(cluster, stack, replica_set, left.keys())
        if due is None:
            return
        cluster.report(cluster.leader.name, f"replica set {name}: {due.host} restarts")
        service = left.pop(due.host)
        restart(service)
        _until_back(cluster, stack, replica_set, due.host)


def retire(cluster: "Cluster", stack: Stack) -> None:
    """Take members out of their sets that the stack no longer names, while they still run to hand over."""
    for replica_set in stack.replica_sets.values():
        with reach(cluster.hosts, stack, replica_set, seconds=ANSWER_SECONDS * cluster.pace) as members:
            if _observed(members) is None:
                continue
            settle(
                members,
                partial(_leaving, replica_set),
                lambda line: cluster.report(cluster.leader.name, line),
                seconds=SETTLE_SECONDS * cluster.pace,
            )


def _leaving(wanted: ReplicaSet, view: SetView) -> Decision:
    decision = conform(wanted, view, arbiter_runs=False)
    steps = tuple(step for step in decision.steps if isinstance(step.change, StepDown | RemoveMember))
    return msgspec.structs.replace(decision, steps=steps)


def _due(cluster: "Cluster", stack: Stack, replica_set: ReplicaSet, hosts: Collection[str]) -> Restart | None:
    """The member to restart now, which is not primary any more; None where there is no set to go easy on."""
    found: list[Restart | None] = []

    def answered(members: Members, view: SetView | None) -> str:
        due = next_restart(hosts, view) if view else None
        if due and due.waits_for:
            return f"{due.host} may not restart while {', '.join(due.waits_for)}"
        if due and due.primary:
            done = hand_over(members, seconds=SETTLE_SECONDS * cluster.pace)
            cluster.report(cluster.leader.name, f"{done.after} took over from {done.before} in {done.writes_out:.1f} s")
        found.append(due)
        return ""

    _poll(cluster, stack, replica_set, answered)
    return found[0]


def _until_back(cluster: "Cluster", stack: Stack, replica_set: ReplicaSet, host: str) -> None:
    service = host.rpartition(":")[0]

    def answered(members: Members, view: SetView | None) -> str:
        member = view.member(host) if view else None
        if member is None:
            return ""
        if service not in members.reached:
            return f"{host} after its restart: {members.gaps.get(service, 'it was not asked')}"
        # Its own word as well: others may not have noticed yet that it was gone.
        serves = serves_now(members.reached[service])
        return "" if serves and member.is_up else f"{host} is {member.state} after its restart"

    _poll(cluster, stack, replica_set, answered)


def _poll(
    cluster: "Cluster", stack: Stack, replica_set: ReplicaSet, answered: Callable[[Members, SetView | None], str]
) -> None:
    """Look at the set until there is nothing to wait for.

    Args:
        cluster: project, machines and limits.
        stack: that has the set.
        replica_set: of the stack.
        answered: says what is waited for; nothing when the wait is over.
    """
    deadline, shown = time.monotonic() + MEMBER_SECONDS * cluster.pace, ""
    while True:
        try:
            # Anew each time: containers come and go meanwhile.
            with reach(cluster.hosts, stack, replica_set, seconds=ANSWER_SECONDS * cluster.pace) as members:
                lacking = answered(members, _observed(members))
        except HostError as error:
            lacking = error.message
        if not lacking:
            return
        if time.monotonic() > deadline:
            raise FailedError(f"{stack.name}: {lacking}", "see: harden replicaset status")
        if lacking != shown:
            cluster.report(cluster.leader.name, f"waiting: {lacking}")
            shown = lacking
        time.sleep(_POLL_SECONDS)


def _observed(members: Members) -> SetView | None:
    """The set; None where it was never initiated, or where no machine runs any of its data members."""
    if members.absent >= set(members.replica_set.members):
        return None
    return observe(members)
