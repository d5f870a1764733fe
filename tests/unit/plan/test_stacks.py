"""What a plan says of a replica set, from the facts of its members."""

import json
from typing import Any

import msgspec
import pytest

from hardening import plan
from hardening.model.facts import MongoMember
from hardening.model.known import Known, Unavailable
from hardening.model.plan import Phase
from hardening.model.stack import SPEC_LABEL, ReplicaSet, Stack, StackService
from hardening.plan.stacks import replica_set_lacks
from hardening.stack import compose, only
from tests.unit.facts_factory import deployed, mongod

Kit = Any  # conftest.Kit, which a test module cannot import by name

WANTED = ReplicaSet(("mongo1", "mongo2", "mongo3"), "key", {}, arbiter="arbiter")
SERVICES = ("mongo1", "mongo2", "mongo3", "arbiter")
TIMES = {
    "chainingAllowed": False,
    "heartbeatTimeoutSecs": 3,
    "electionTimeoutMillis": 5000,
    "catchUpTimeoutMillis": 500,
}
MAJORITY = {"defaultWriteConcern": {"w": "majority"}, "defaultWriteConcernSource": "global"}
DATE = {"$date": "2026-01-01T00:00:10Z"}


def config(*members: str, **settings: int) -> Known[str]:
    entries = [{"host": f"{name}:27017", "priority": 2 if name == "mongo1" else 1, "votes": 1} for name in members]
    return Known(json.dumps({"_id": "rs0", "version": 2, "members": entries, "settings": TIMES | settings}))


def status(*states: str) -> Known[str]:
    members = [
        {"name": f"mongo{number}:27017", "health": int(state != "DOWN"), "stateStr": state, "optimeDate": DATE}
        for number, state in enumerate(states, start=1)
    ]
    return Known(json.dumps({"myState": 1, "date": DATE, "members": members}))


def seen(**changes: Any) -> list[str]:  # noqa: ANN401
    """What is lacking when every member of the set says the same, whole but for the changes."""
    whole: dict[str, Any] = {
        "replica_config": config("mongo1", "mongo2", "mongo3"),
        "replica_status": status("PRIMARY", "SECONDARY", "SECONDARY"),
        "default_concern": Known(json.dumps(MAJORITY)),
    }
    members: tuple[MongoMember, ...] = tuple(mongod(number, **(whole | changes)) for number in (1, 2, 3))
    services = {name: StackService(f"shop_{name}", "", "", {}) for name in SERVICES}
    return replica_set_lacks(Stack("shop", "f", "{}", services, {}, {"rs0": WANTED}), WANTED, members)


LACKING = {
    "nothing": ({}, []),
    "never initiated": ({"replica_config": Unavailable("NotYetInitialized")}, ["its configuration"]),
    "a member": (
        {"replica_config": config("mongo1", "mongo2"), "replica_status": status("PRIMARY", "SECONDARY")},
        ["Add mongo3:27017 (no member → 1 vote, priority 1)"],
    ),
    "other times": (
        {"replica_config": config("mongo1", "mongo2", "mongo3", electionTimeoutMillis=10000)},
        ["Set how soon a loss is made up for (electionTimeoutMillis 10000 → electionTimeoutMillis 5000)"],
    ),
    "a default that nobody set": (
        {"default_concern": Known(json.dumps(MAJORITY | {"defaultWriteConcernSource": "implicit"}))},
        ["Set the default write concern (not set → w: majority)"],
    ),
    "a primary": ({"replica_status": status("SECONDARY", "SECONDARY", "DOWN")}, ["a primary"]),
    "a state that was not told": ({"replica_status": Unavailable("Unauthorized")}, ["a primary"]),
    "a member that is away, which is healing's business": (
        {"replica_status": status("PRIMARY", "SECONDARY", "DOWN")},
        [],
    ),
}


@pytest.mark.parametrize(("changes", "lacks"), LACKING.values(), ids=LACKING)
def test_a_plan_says_what_a_replica_set_lacks(changes: dict[str, Any], lacks: list[str]) -> None:
    assert seen(**changes) == lacks


def with_set() -> Stack:
    services = {name: StackService(f"shop_{name}", "", f"{name}@sha256:1", {}) for name in ("web", *SERVICES)}
    document = json.dumps({"services": {name: {"image": each.image} for name, each in services.items()}})
    return Stack("shop", "stack.yml", document, services, {}, {"rs0": WANTED})


def planned(kit: Kit, **running: str) -> list[tuple[Phase, str]]:
    """The steps of a stack with a replica set, where some of its services run, by their definitions' hashes."""
    stack = with_set()
    document = compose(stack, {}, {})
    services = deployed("shop", only(document, running))
    for each in services:
        if said := running[each.spec.name.removeprefix("shop_")]:
            assert each.spec.labels
            each.spec.labels[SPEC_LABEL] = said
    swarm = msgspec.structs.replace(kit.swarm({"edge": "true"}), services=services)
    first = kit.hardened("n1", swarm_state=kit.member("n1"), swarm=Known(swarm))
    second = kit.hardened("n2", swarm_state=kit.member("n2"))
    made = plan.make(kit.project(stacks=(stack,)), kit.facts(first, second)).steps
    return [(step.phase, step.summary) for step in made if step.phase >= Phase.FIRST_START]


START = (Phase.FIRST_START, "Start the databases of shop")
ORDERS: dict[str, tuple[dict[str, str], list[tuple[Phase, str]]]] = {
    "nothing runs": (
        {},
        [START, (Phase.FIRST_START, "Prepare replica set rs0 of shop"), (Phase.STACK, "Deploy the stack shop")],
    ),
    "stopped when all members had started": (
        dict.fromkeys(SERVICES, ""),
        [(Phase.FIRST_START, "Prepare replica set rs0 of shop"), (Phase.STACK, "Deploy the stack shop")],
    ),
    "all run, one differently": (
        dict.fromkeys(("web", *SERVICES), "") | {"mongo2": "former"},
        [(Phase.STACK, "Deploy the stack shop"), (Phase.DATABASE, "Prepare replica set rs0 of shop")],
    ),
    "members run differently, and alone": (
        dict.fromkeys(SERVICES, "former"),
        [(Phase.STACK, "Deploy the stack shop"), (Phase.DATABASE, "Prepare replica set rs0 of shop")],
    ),
}


@pytest.mark.parametrize(("running", "order"), ORDERS.values(), ids=ORDERS)
def test_databases_come_before_what_asks_them_at_a_first_start_only(
    kit: Kit, running: dict[str, str], order: list[tuple[Phase, str]]
) -> None:
    assert planned(kit, **running) == order
