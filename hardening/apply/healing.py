"""What an operator asks of a replica set that runs: how it is, heal it, let its primary hand over.

None of it needs the manager: members are found by asking every machine, and the manager may be the one that is lost.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from hardening.errors import HardenError, HostError
from hardening.model.replica_set import Decision, SetReport, SetView
from hardening.model.stack import ReplicaSet, Stack
from hardening.plan.replica_set import heal as healed
from hardening.plan.set_outlook import losses

from .locking import deploy_lock
from .set_changes import SETTLE_SECONDS, Handover, hand_over, settle
from .set_members import Members, observe, reach

if TYPE_CHECKING:
    from .running import Cluster

ANSWER_SECONDS = 10
DEMOTE_AFTER_SECONDS = 60
"""Until a data member that is away loses its vote: longer than a restart of its task or a short reboot takes."""


def chosen(stacks: tuple[Stack, ...], name: str) -> tuple[Stack, str]:
    """The stack and the name of a replica set.

    Args:
        stacks: of the project.
        name: `SET` or `STACK/SET`; may be empty when there is one.

    Raises:
        HardenError: there is none, or it is not clear which one is meant.
    """
    known = {f"{stack.name}/{each}": (stack, each) for stack in stacks for each in stack.replica_sets}
    if not known:
        raise HardenError("harden.yml: no stack has a replica set", "name one under `x-harden: replica_sets:`")
    found = {key: place for key, place in known.items() if name in {"", key, place[1]}}
    if len(found) != 1:
        problem = f"there is no replica set `{name}`" if not found else "there are several replica sets"
        raise HardenError(problem, f"name one of: {', '.join(known)}")
    return next(iter(found.values()))


def status(cluster: "Cluster", stack: Stack, name: str, *, demote_after: float = DEMOTE_AFTER_SECONDS) -> SetReport:
    """How a set is, what the loss of each machine would do, and what `heal` would do now.

    Raises:
        HostError: no member could be read.
        HardenError: the set was never initiated.
    """
    wanted = stack.replica_sets[name]
    with reach(cluster.hosts, stack, wanted, seconds=ANSWER_SECONDS * cluster.pace) as members:
        view = _seen(members, name)
        return _report(stack, members, view, _decider(wanted, members, demote_after)(view))


def heal(
    cluster: "Cluster",
    stack: Stack,
    name: str,
    consent: Callable[[SetReport], bool],
    *,
    demote_after: float = DEMOTE_AFTER_SECONDS,
) -> SetReport | None:
    """Take the vote of data members that stay away, let the arbiter vote instead, and undo both when they are back.

    Args:
        cluster: project, machines and limits.
        stack: that has the set.
        name: of the set.
        consent: shown what would be done, when there is something; False ends it with nothing changed.
        demote_after: seconds after which a member that is away loses its vote.

    Returns:
        How the set is at the end; None when consent was refused.

    Raises:
        FailedError: a change was refused, or the set needs another one than was agreed to.
        HostError: no member could be read.
    """
    wanted = stack.replica_sets[name]
    with _undisturbed(cluster), reach(cluster.hosts, stack, wanted, seconds=ANSWER_SECONDS * cluster.pace) as members:
        view = _seen(members, name)
        decided = _decider(wanted, members, demote_after)
        report = _report(stack, members, view, decided(view))
        if not report.decision.steps:
            return report
        if not consent(report):
            return None
        settled = settle(
            members,
            decided,
            lambda line: cluster.report("", line),
            seconds=SETTLE_SECONDS * cluster.pace,
            agreed=report.decision.steps,
        )
        return _report(stack, members, settled, decided(settled))


def stepdown(cluster: "Cluster", stack: Stack, name: str) -> Handover:
    """Let the primary hand over, and wait until its successor has a write confirmed by the majority.

    Raises:
        FailedError: there is no primary, or nobody could take over.
    """
    wanted = stack.replica_sets[name]
    with _undisturbed(cluster), reach(cluster.hosts, stack, wanted, seconds=ANSWER_SECONDS * cluster.pace) as members:
        _seen(members, name)
        return hand_over(members, seconds=SETTLE_SECONDS * cluster.pace)


def _report(stack: Stack, members: Members, view: SetView, decision: Decision) -> SetReport:
    hosts = {member.host for member in view.members}
    standby = {
        service: each.node
        for service, each in members.reached.items()
        if members.replica_set.host(service) not in hosts
    }
    return SetReport(stack.name, view, losses(view), decision, members.silent | members.gaps, standby)


def _decider(wanted: ReplicaSet, members: Members, demote_after: float) -> Callable[[SetView], Decision]:
    def decided(view: SetView) -> Decision:
        return healed(wanted, view, arbiter_runs=wanted.arbiter in members.reached, demote_after=demote_after)

    return decided


def _seen(members: Members, name: str) -> SetView:
    view = observe(members)
    if view is None:
        raise HardenError(f"replica set {name} was never initiated", "harden deploy does it")
    return view


@contextmanager
def _undisturbed(cluster: "Cluster") -> Generator[None]:
    """Keep deploys out. One cannot be under way where its manager does not answer: it needs that manager itself."""
    with ExitStack() as held:
        try:
            held.enter_context(deploy_lock(cluster.hosts[cluster.leader.name]))
        except HostError as error:
            cluster.report("", f"{error.message}; no deploy can be under way, going on without its lock")
        yield
