"""Projects share a cluster: a deploy of one leaves the entries of the others."""

import json

import pytest

from hardening.errors import HardenError
from hardening.model.known import Known, Unavailable
from hardening.model.stack import STACK_LABEL
from hardening.plan.node_policy import NodePolicy, others_policy, policy
from tests.unit import facts_factory as made

from . import conftest as kit

OTHER = {"apparmor": "harden-till", "seccomp": "/etc/harden/seccomp/till.json", "no_new_privileges": True}


def on_a_node(services: dict[str, str], profiles: dict[str, dict[str, object]]) -> Known[str]:
    return Known(json.dumps({"version": 1, "services": services, "profiles": profiles}))


def present(*policies: Known[str] | Unavailable, running: tuple[str, ...] = ()) -> NodePolicy:
    machines = [(f"n{number}", kit.machine(f"n{number}", policy=each)) for number, each in enumerate(policies, start=1)]
    services = tuple(made.service(name, labels={STACK_LABEL: name.partition("_")[0]}) for name in running)
    return others_policy(kit.project(), machines, made.swarm(services=services))


def test_entries_of_another_project_whose_service_runs_are_kept() -> None:
    found = present(on_a_node({"till_web": "till"}, {"till": OTHER}), Known(""), running=("till_web",))
    merged = json.loads(policy(kit.project(), found, apparmor=True))
    assert merged["services"] == {"till_web": "till", "shop_web": "web"}
    assert merged["profiles"]["till"] == OTHER
    assert set(merged["profiles"]) == {"till", "web"}


def test_a_service_that_is_gone_is_dropped_and_its_profile_stays() -> None:
    found = present(on_a_node({"till_web": "till"}, {"till": OTHER}))
    merged = json.loads(policy(kit.project(), found, apparmor=True))
    assert merged["services"] == {"shop_web": "web"}
    assert "till" in merged["profiles"]


def test_a_service_that_the_project_no_longer_confines_is_dropped_although_it_runs() -> None:
    found = present(on_a_node({"shop_old": "web", "shop_web": "web"}, {"web": OTHER}), running=("shop_old", "shop_web"))
    assert json.loads(policy(kit.project(), found, apparmor=True))["services"] == {"shop_web": "web"}


def test_the_projects_own_profile_replaces_one_of_the_same_name() -> None:
    found = present(on_a_node({}, {"web": OTHER}))
    assert json.loads(policy(kit.project(), found, apparmor=True))["profiles"]["web"]["apparmor"] == "harden-web"


def test_every_node_gets_the_same_policy_whatever_each_has() -> None:
    one = on_a_node({"till_web": "till"}, {"till": OTHER})
    assert present(one, Known(""), running=("till_web",)) == present(Known(""), one, running=("till_web",))


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"services": 3}'])
def test_a_policy_under_which_nothing_starts_is_replaced_whole(text: str) -> None:
    assert present(Known(text)) == NodePolicy()


def test_a_policy_that_cannot_be_read_is_not_overwritten() -> None:
    with pytest.raises(HardenError, match=r"n1: /etc/harden/policy\.json could not be read: denied"):
        present(Unavailable("denied"))
