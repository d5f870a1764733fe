from typing import Any

import msgspec
import pytest

from hardening import plan
from hardening.errors import Exit, HardenError
from hardening.model.engine import SwarmState
from hardening.model.facts import Facts
from hardening.model.known import Known, Unavailable
from hardening.model.plan import InstallFile, Phase, Step
from hardening.model.project import EngineSettings
from hardening.plan import node_files

Kit = Any  # conftest.Kit, which a test module cannot import by name


def steps(kit: Kit, *machines: object, **settings: object) -> tuple[Step, ...]:
    return plan.make(kit.project(**settings), kit.facts(*machines)).steps


def members(kit: Kit, *, labels: dict[str, str], **changes: object) -> tuple[object, object]:
    first = kit.hardened("n1", swarm_state=kit.member("n1"), swarm=Known(kit.swarm(labels)), **changes)
    return first, kit.hardened("n2", swarm_state=kit.member("n2"))


def test_bare_machines_get_everything_in_order(kit: Kit) -> None:
    made = steps(kit, kit.machine("n1"), kit.machine("n2"))
    assert [step.phase for step in made] == sorted(step.phase for step in made)
    assert {step.phase for step in made} == set(Phase) - {Phase.DATABASE, Phase.CLEANUP}


def test_the_runtime_is_in_place_before_the_engine_uses_it(kit: Kit) -> None:
    made = steps(kit, kit.machine("n1"), kit.machine("n2"))
    order = [step.action.path for step in made if isinstance(step.action, InstallFile) and step.node == "n2"]
    assert order.index(node_files.RUNTIME) < order.index(node_files.DAEMON_FILE)


def test_hardened_members_need_neither_files_nor_a_swarm(kit: Kit) -> None:
    made = steps(kit, *members(kit, labels={"edge": "true"}))
    assert {step.phase for step in made} == {Phase.SECRETS, Phase.IMAGES, Phase.STACK}


def test_two_entries_that_lead_to_one_machine_are_refused(kit: Kit) -> None:
    twins = dict.fromkeys(("n1", "n2"), Known(kit.machine("twin")))
    facts = msgspec.structs.replace(kit.facts(kit.machine("n1")), nodes=twins)
    with pytest.raises(HardenError, match="n1 and n2 both answer as `twin`"):
        plan.make(kit.project(), facts)


def test_a_missing_label_is_the_only_membership_step(kit: Kit) -> None:
    made = [step for step in steps(kit, *members(kit, labels={})) if step.phase is Phase.MEMBERSHIP]
    assert [(step.node, step.before, step.after) for step in made] == [
        ("n1", "manager edge=(none)", "manager edge=true"),
        ("n2", "worker edge=(none)", "worker edge=true"),
    ]


@pytest.mark.parametrize(
    ("changes", "summary"),
    [
        ({"apparmor_profiles": Known({"harden-web": "complain"})}, "Load the AppArmor profile harden-web"),
        ({"apparmor_profiles": Known({})}, "Load the AppArmor profile harden-web"),
        ({"sysctls": Known(dict.fromkeys(node_files.SYSCTLS, "0"))}, "Set kernel parameters"),
        ({"daemon_started": Known(1.6e9)}, "Restart the engine"),
    ],
    ids=["a profile in complain mode", "a profile not loaded", "a parameter undone", "an engine older than its file"],
)
def test_what_is_not_in_force_is_put_in_force(kit: Kit, changes: dict[str, object], summary: str) -> None:
    made = steps(kit, *members(kit, labels={"edge": "true"}, **changes))
    assert [step.summary for step in made if step.phase in {Phase.FILES, Phase.ENGINE}] == [summary]


def test_settings_of_the_user_in_daemon_json_are_kept(kit: Kit) -> None:
    present = {"registry-mirrors": ["https://mirror.example"], "log-opts": {"max-size": "50m"}, "icc": True}
    merged = node_files.daemon_config(kit.project(), present)
    assert merged["registry-mirrors"] == present["registry-mirrors"]
    assert merged["log-opts"] == {"max-size": "50m", "max-file": "3"}
    assert merged["icc"] is False


def test_a_project_cannot_undo_a_hardened_setting(kit: Kit) -> None:
    with pytest.raises(HardenError, match="sets icc, which harden sets itself"):
        node_files.daemon_config(kit.project(engine=EngineSettings(daemon={"icc": True})), {})


UNFIT = {
    "no AppArmor": ({"lsm": Known(("lockdown",))}, "n2: AppArmor is not active"),
    "an engine too old": ({"engine_version": "19.03.15"}, "n2: engine 19.03.15 is too old"),
    "no engine": ({"engine": Unavailable("no such socket")}, "n2: the Docker engine could not be read: no such socket"),
    "no parser": ({"programs": {}}, "n2: apparmor_parser is missing"),
    "old Python": ({"python": "3.7.3"}, "n2: Python 3.7.3 is too old"),
    "another architecture": ({"architecture": "aarch64"}, "n2: architecture aarch64"),
    "a swarm of its own": (
        {"swarm_state": SwarmState(node_id="x", local_node_state="active")},
        "n2: is in a swarm already without userns-remap",
    ),
}


@pytest.mark.parametrize(("changes", "message"), UNFIT.values(), ids=UNFIT)
def test_an_unfit_machine_stops_everything(kit: Kit, changes: dict[str, object], message: str) -> None:
    with pytest.raises(HardenError) as caught:
        steps(kit, kit.machine("n1"), kit.machine("n2", **changes))
    assert message in caught.value.message
    assert caught.value.exit_code is Exit.BAD_INPUT


def test_a_taken_port_is_named_with_its_holder(kit: Kit) -> None:
    with pytest.raises(HardenError, match="port 80 is taken by apache2 on n1"):
        steps(kit, kit.machine("n1", listeners=Known((kit.listener(80, "apache2"),))), kit.machine("n2"))


def test_every_problem_is_named_at_once(kit: Kit) -> None:
    with pytest.raises(HardenError) as caught:
        steps(kit, kit.machine("n1", lsm=Known(())), kit.machine("n2", lsm=Known(())))
    assert "n1: AppArmor" in caught.value.message
    assert "n2: AppArmor" in caught.value.message


def test_an_unread_machine_is_unreachable_not_bad_input(kit: Kit) -> None:
    facts = Facts(1.8e9, {"n1": Known(kit.machine("n1")), "n2": Unavailable("no SSH connection")}, (), ())
    with pytest.raises(HardenError, match="n2: no SSH connection") as caught:
        plan.make(kit.project(), facts)
    assert caught.value.exit_code is Exit.UNREACHABLE
