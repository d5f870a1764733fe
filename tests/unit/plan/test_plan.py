import json
from fnmatch import fnmatch
from typing import Any

import msgspec
import pytest

from hardening import plan
from hardening.errors import Exit, HardenError
from hardening.model.dns import Hidden, NodeDns, ProjectDns
from hardening.model.engine import SwarmState
from hardening.model.facts import Facts
from hardening.model.inventory import Inventory
from hardening.model.known import Known, Unavailable
from hardening.model.plan import InstallFile, Phase, Plan, Step
from hardening.model.project import AppArmor, EngineSettings
from hardening.node import inodes
from hardening.plan import node_files, node_policy
from hardening.render import changes

Kit = Any  # conftest.Kit, which a test module cannot import by name


def steps(kit: Kit, *machines: object, **settings: object) -> tuple[Step, ...]:
    return plan.make(kit.project(**settings), kit.facts(*machines)).steps


def members(kit: Kit, *, labels: dict[str, str], **changes: object) -> tuple[object, object]:
    first = kit.hardened("n1", swarm_state=kit.member("n1"), swarm=Known(kit.swarm(labels)), **changes)
    return first, kit.hardened("n2", swarm_state=kit.member("n2"))


def test_bare_machines_get_everything_in_order(kit: Kit) -> None:
    made = steps(kit, kit.machine("n1"), kit.machine("n2"))
    assert [step.phase for step in made] == sorted(step.phase for step in made)
    assert {step.phase for step in made} == set(Phase) - {
        Phase.FIRST_START,
        Phase.DATABASE,
        Phase.CLEANUP,
        Phase.REMOVAL,
    }


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
        ({"apparmor_in_force": Known({"harden-web": False})}, "Load the AppArmor profile harden-web"),
        ({"sysctls": Known(dict.fromkeys(node_files.SYSCTLS, "0"))}, "Set kernel parameters"),
        ({"daemon_started": Known(1.6e9)}, "Restart the engine"),
    ],
    ids=[
        "a profile in complain mode",
        "a profile not loaded",
        "a profile loaded with other rules",
        "a parameter undone",
        "an engine older than its file",
    ],
)
def test_what_is_not_in_force_is_put_in_force(kit: Kit, changes: dict[str, object], summary: str) -> None:
    made = steps(kit, *members(kit, labels={"edge": "true"}, **changes))
    assert [step.summary for step in made if step.phase in {Phase.FILES, Phase.ENGINE}] == [summary]


@pytest.mark.parametrize(
    ("rules", "in_force"),
    [
        (("-w /usr/bin/docker -p rwxa -k harden", "-a always,exit -F dir=/var/lib/docker -F perm=wa"), True),
        (("-w /usr/bin/dockerd -p rwxa -k harden", "-a always,exit -F dir=/var/lib/docker -F perm=wa"), False),
        (("-w /usr/bin/docker -p rwxa -k harden", "-a always,exit -F dir=/var/lib/docker-old -F perm=wa"), False),
    ],
    ids=["both paths", "a longer file", "a longer folder"],
)
def test_what_exists_is_watched_and_only_its_own_rule_counts(kit: Kit, rules: tuple[str, ...], in_force: bool) -> None:
    installed = (f"-w {path} -p wa -k harden" for path in node_files.INSTALLED_BEFORE)
    there = {path: Known(kit.inode("", 0o755)) for path in ("/usr/bin/docker", "/var/lib/docker")}
    machine = kit.machine("n1", files=there, audit_rules=Known((*installed, *rules)))
    files = node_files.wanted(kit.project(), machine, node_policy.NodePolicy())
    (file,) = (each for each in files if each.path == node_files.AUDIT_FILE)
    assert file.in_force is in_force
    assert "-w /usr/bin/docker -p rwxa -k harden\n" in file.content
    assert "-F dir=/var/lib/docker -F perm=wa -F auid!=unset" in file.content
    assert "/etc/docker" not in file.content


@pytest.mark.parametrize(
    ("programs", "files"),
    [
        ({"augenrules": "/sbin/augenrules", "systemctl": "/bin/systemctl"}, ["d /run/containerd 0711 root root"]),
        ({"augenrules": "/sbin/augenrules"}, []),
        ({"systemctl": "/bin/systemctl"}, []),
    ],
    ids=["systemd", "something else", "no audit"],
)
def test_a_folder_that_each_boot_makes_anew_is_there_when_audit_starts(
    kit: Kit, programs: dict[str, str], files: list[str]
) -> None:
    there = {"/run/containerd": Known(kit.inode("", 0o711))}
    machine = kit.machine("n1", files=there, audit_rules=Known(()), programs=programs)
    wanted = list(node_files.wanted(kit.project(), machine, node_policy.NodePolicy()))
    made = [each.content.splitlines()[1] for each in wanted if each.path == node_files.TMPFILES_FILE]
    assert made == files
    paths = [each.path for each in wanted]
    assert not made or paths.index(node_files.TMPFILES_FILE) < paths.index(node_files.AUDIT_FILE)


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


NAMES = {"n2": NodeDns("https://dns.example/nic/update", "agent", ("a.example.org",), {"fixed": "192.0.2.1"}, 300)}


@pytest.mark.parametrize(
    ("login", "programs", "message"),
    [
        (Unavailable("dns.credentials: cannot be read"), {"systemctl": "/bin/systemctl"}, "dns.credentials: cannot be"),
        (Known(Hidden("…")), {}, "n2: has no systemd to keep host names"),
    ],
    ids=["no login", "no systemd"],
)
def test_host_names_that_cannot_be_kept_stop_everything(
    kit: Kit, login: Known[Hidden] | Unavailable, programs: dict[str, str], message: str
) -> None:
    second = kit.machine("n2")
    second = msgspec.structs.replace(second, programs={**second.programs, **programs})
    with pytest.raises(HardenError) as caught:
        steps(kit, kit.machine("n1"), second, dns=ProjectDns(NAMES, login))
    assert message in caught.value.message
    assert "n1: " not in caught.value.message


def test_a_node_with_host_names_gets_their_program_and_its_plan_no_secret(kit: Kit) -> None:
    second = kit.machine("n2")
    second = msgspec.structs.replace(second, programs={**second.programs, "systemctl": "/bin/systemctl"})
    login = Known(Hidden("password: hunter2"))
    made = steps(kit, kit.machine("n1"), second, dns=ProjectDns(NAMES, login))
    assert {step.node for step in made if "harden-dns" in step.summary} == {"n2"}
    assert "hunter2" not in changes.as_text(Plan(made)) + changes.as_json(Plan(made)) + repr(made)


WHEN_THERE = EngineSettings(apparmor=AppArmor.WHEN_THERE)


def alone(kit: Kit) -> Inventory:
    return Inventory(kit.project().inventory.nodes[:1], "test")


@pytest.mark.parametrize("lsm", [Known(("lockdown",)), Unavailable("no securityfs")], ids=["none", "not readable"])
def test_a_single_engine_without_apparmor_is_told_how_to_go_on(kit: Kit, lsm: Any) -> None:  # noqa: ANN401 - a fact
    with pytest.raises(HardenError, match=r"engine: \{apparmor: when-there\}"):
        steps(kit, kit.machine("n1", lsm=lsm, programs={"docker": "x"}), inventory=alone(kit))


@pytest.mark.parametrize("lsm", [Known(("lockdown",)), Unavailable("no securityfs")], ids=["none", "not readable"])
def test_it_goes_on_with_what_its_kernel_has(kit: Kit, lsm: Any) -> None:  # noqa: ANN401 - a fact
    bare = kit.machine("n1", lsm=lsm, programs={"docker": "x"})
    made = plan.make(kit.project(inventory=alone(kit), engine=WHEN_THERE), kit.facts(bare))
    files = {step.action.path: step.action for step in made.steps if isinstance(step.action, InstallFile)}
    assert "/etc/harden/seccomp/web.json" in files
    assert "/etc/apparmor.d/harden-web" not in files
    policy = json.loads(files[node_policy.POLICY_FILE].content or "")
    assert policy["profiles"]["web"] == {
        "seccomp": "/etc/harden/seccomp/web.json",
        "no_new_privileges": True,
        "egress": "none",
    }
    (line,) = made.lacking
    assert f"Lacking: {line}" in changes.as_text(made)
    assert json.loads(changes.as_json(made))["lacking"] == [line]


def test_in_a_cluster_no_node_goes_without_apparmor(kit: Kit) -> None:
    with pytest.raises(HardenError, match="n2: AppArmor is not active"):
        steps(kit, kit.machine("n1"), kit.machine("n2", lsm=Known(())), engine=WHEN_THERE)


def test_where_apparmor_is_there_a_single_engine_uses_it(kit: Kit) -> None:
    made = plan.make(kit.project(inventory=alone(kit), engine=WHEN_THERE), kit.facts(kit.machine("n1")))
    assert "/etc/apparmor.d/harden-web" in {getattr(step.action, "path", "") for step in made.steps}
    assert made.lacking == ()


def test_every_file_that_is_kept_on_a_node_is_read_there_with_its_content(kit: Kit) -> None:
    there = {"/run/containerd": Known(kit.inode("", 0o711))}
    programs = {"augenrules": "/sbin/augenrules", "systemctl": "/bin/systemctl"}
    machine = kit.machine("n1", files=there, audit_rules=Known(()), programs=programs)
    for file in node_files.wanted(kit.project(), machine, node_policy.NodePolicy()):
        assert file.path.startswith(inodes.HASHED), file.path
        assert file.path in inodes.PATHS or any(fnmatch(file.path, each) for each in inodes.PATTERNS), file.path
