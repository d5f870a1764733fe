"""What a destroy takes away, in which order, and what it refuses."""

import pytest

from hardening.errors import Exit, HardenError
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.plan import LeaveSwarm, Plan, RemoveSecrets, RemoveStack, RemoveVolumes
from hardening.model.removal import Remains, StackRemains
from hardening.model.swarm import Stored, StoredSpec
from hardening.plan import removal
from hardening.render import changes

INVENTORY = Inventory(
    (
        Node("n1", "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport()),
        Node("n2", "10.0.0.2", NodeRole.WORKER, {}, LocalTransport()),
    ),
    "test",
)
SECRET = Stored("s1", "", "", StoredSpec("shop_key_abc"))


def remains(*, away: dict[str, str] | None = None, volumes: tuple[str, ...] = ("shop_data",)) -> Remains:
    stack = StackRemains(("shop_web",), ("shop_own",), (SECRET,))
    return Remains({"shop": stack}, {"n1": (), "n2": volumes}, ("n1", "n2"), away or {}, "n1")


GONE = Remains({"shop": StackRemains((), (), ())}, {"n1": (), "n2": ()}, (), {}, "")


def actions(plan: Plan) -> list[tuple[str, object]]:
    return [(step.node, step.action) for step in plan.steps]


def test_data_and_its_secrets_stay_unless_they_are_named() -> None:
    plan = removal.make(INVENTORY, remains(), volumes=False, swarm=False)
    assert actions(plan) == [("n1", RemoveStack("shop"))]
    assert "are kept" in changes.as_text(plan, command="harden destroy")


def test_everything_goes_in_an_order_that_works() -> None:
    plan = removal.make(INVENTORY, remains(), volumes=True, swarm=True)
    assert actions(plan) == [
        ("n1", RemoveStack("shop")),
        ("n1", RemoveSecrets(("shop_key_abc",))),
        ("n2", RemoveVolumes(("shop_data",))),
        ("n2", LeaveSwarm()),
        ("n1", LeaveSwarm()),
    ]


def test_secrets_that_outlived_their_stack_go_with_the_data() -> None:
    left = Remains({"shop": StackRemains((), (), (SECRET,))}, {"n1": (), "n2": ()}, ("n1",), {}, "n1")
    assert removal.make(INVENTORY, left, volumes=False, swarm=False).steps == ()
    assert actions(removal.make(INVENTORY, left, volumes=True, swarm=False)) == [
        ("n1", RemoveSecrets(("shop_key_abc",)))
    ]


def test_a_swarm_that_holds_the_key_to_kept_data_stays() -> None:
    with pytest.raises(HardenError, match="without which shop_data cannot be used again") as caught:
        removal.make(INVENTORY, remains(), volumes=False, swarm=True)
    assert "--volumes" in caught.value.hint
    assert removal.make(INVENTORY, remains(volumes=()), volumes=False, swarm=True).steps


def test_a_machine_that_is_away_stops_what_would_need_it() -> None:
    away = {"n2": "no SSH connection"}
    assert removal.make(INVENTORY, remains(away=away), volumes=False, swarm=False).steps
    for flags in ({"volumes": True, "swarm": False}, {"volumes": True, "swarm": True}):
        with pytest.raises(HardenError, match="n2: no SSH connection") as caught:
            removal.make(INVENTORY, remains(away=away), **flags)
        assert caught.value.exit_code is Exit.UNREACHABLE


def test_what_is_gone_already_is_no_step() -> None:
    assert removal.make(INVENTORY, GONE, volumes=True, swarm=True).steps == ()
