"""What would become of a replica set: were a machine lost now, and as its members restart. Pure."""

from collections.abc import Collection

from hardening.model.replica_set import Loss, Member, Restart, SetView


def losses(view: SetView) -> tuple[Loss, ...]:
    """What the loss of each machine that holds members would do, were it lost now."""
    nodes = sorted({member.node for member in view.members if member.node})
    return tuple(_loss(view, node) for node in nodes)


def _loss(view: SetView, node: str) -> Loss:
    there = [member for member in view.members if member.node == node]
    left = [member for member in view.members if member.node != node and member.is_up]
    elects = sum(member.votes for member in left) >= view.majority and any(
        member.confirms and member.priority > 0 for member in left
    )
    return Loss(
        node=node,
        members=tuple(member.host for member in there),
        primary=any(member is view.primary for member in there),
        elects=elects,
        writes=elects and sum(member.confirms for member in left) >= view.write_majority,
    )


def next_restart(hosts: Collection[str], view: SetView) -> Restart:
    """Which of the members that must restart does so next, and whom it waits for.

    Those whose restart costs nothing come first: down already, or without a vote; then arbiters, secondaries, and the
    primary last, so that it hands over once.
    """
    host = min(hosts, key=lambda each: (_cost(view.member(each)), each))
    member = view.member(host)
    if not member or not member.votes or not member.is_up:
        return Restart(host, primary=False, waits_for=())
    others = (each for each in view.members if each.votes and not each.is_up)
    return Restart(host, primary=member is view.primary, waits_for=tuple(f"{o.host} is {o.state}" for o in others))


def _cost(member: Member | None) -> int:
    if not member or not member.is_up:
        return 0
    if not member.votes:
        return 1
    return {"ARBITER": 2, "SECONDARY": 3}.get(member.state, 4)
