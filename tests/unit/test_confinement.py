"""The read-back: what the kernel says of every process decides, and what was not seen is not confirmed."""

from typing import Any

import msgspec
import pytest

from hardening.confinement import lacking, mismatches, starting
from hardening.model.facts import ContainerFacts, Facts
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.known import Known
from hardening.model.policy import Egress, RoleProfile
from hardening.model.project import AppArmor, EngineSettings, Project, SwarmSettings
from hardening.model.stack import PROFILE_HASH_LABEL, STACK_LABEL, Stack, StackService
from hardening.model.swarm import ContainerStatus, TaskStatus
from tests.unit import facts_factory as made

PROFILE = RoleProfile("web", "harden-web", "profile harden-web {}\n", "{}\n")
LABELS = {"com.docker.swarm.service.name": "shop_web", PROFILE_HASH_LABEL: PROFILE.hash, STACK_LABEL: "shop"}
PROJECT = Project(
    name="shop",
    root=".",
    inventory=Inventory((Node("node1", "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport()),), "test"),
    engine=EngineSettings(),
    swarm=SwarmSettings(),
    stacks=(Stack("shop", "stack.yml", "{}", {"web": StackService("shop_web", "web", "web@sha256:1", {})}, {}, {}),),
    profiles={"web": PROFILE},
)


def container(*processes: Any, labels: dict[str, str] = LABELS, **changes: Any) -> ContainerFacts:  # noqa: ANN401 - as the factory
    return made.container(made.inspect(labels=labels), *processes, **changes)


def facts(*containers: ContainerFacts, **changes: Any) -> Facts:  # noqa: ANN401 - as above
    return Facts(gathered_at=made.NOW, nodes={"node1": Known(made.node(*containers, **changes))}, mongo=(), nginx=())


def test_a_task_whose_every_process_is_confined_is_no_mismatch() -> None:
    assert mismatches(PROJECT, facts(container(made.process(pid=1), made.process(pid=2)))) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"apparmor": Known("unconfined")}, "AppArmor label is `unconfined`, not `harden-web (enforce)`"),
        ({"apparmor": Known("harden-web (complain)")}, "AppArmor label is `harden-web (complain)`"),
        ({"apparmor": made.missing("gone")}, "its AppArmor label could not be read: gone"),
        ({"seccomp": 0}, "no seccomp filter is on"),
        ({"no_new_privileges": False}, "NoNewPrivs is off"),
        ({"cap_bounding": 1 << 21}, "has capabilities (0000000000200000) although all were dropped"),
        ({"uid_map": ((0, 0, 4294967295),)}, "its user namespace is the host's"),
    ],
)
def test_one_process_that_differs_is_named_with_what_differs(change: dict[str, Any], complaint: str) -> None:
    (line,) = mismatches(PROJECT, facts(container(made.process(pid=1), made.process(pid=77, **change))))
    assert complaint in line
    assert "node1: shop_web (c1): process 77 (web)" in line


@pytest.mark.parametrize(
    ("container", "complaint"),
    [
        (container(processes=made.missing("no /proc")), "its processes could not be read: no /proc"),
        (container(processes=Known(())), "it has no process to look at"),
        (container(root_read_only=Known(value=False)), "its root file system is writable"),
        (container(root_read_only=made.missing("raced")), "its root file system could not be looked at: raced"),
        (container(fence=Known("no fence stands")), "it is not kept within its networks: no fence stands"),
        (container(fence=made.missing("gone")), "whether it is kept within its networks could not be read: gone"),
        (container(labels=LABELS | {PROFILE_HASH_LABEL: "old"}), "was started under another version of its profile"),
    ],
)
def test_a_container_that_differs_or_cannot_be_read_is_a_mismatch(container: ContainerFacts, complaint: str) -> None:
    (line,) = mismatches(PROJECT, facts(container))
    assert line == f"node1: shop_web (c1): {complaint}"


def test_a_service_without_a_container_is_not_confirmed() -> None:
    lines = mismatches(PROJECT, facts())
    assert lines[0] == "shop_web: no running container was found on any node"


def test_a_running_task_whose_container_was_not_seen_is_not_confirmed() -> None:
    other = made.task(id="t2", status=TaskStatus("running", container_status=ContainerStatus("c9" * 32, 1)))
    swarm = Known(made.swarm(tasks=(made.task(), other)))
    (line,) = mismatches(PROJECT, facts(container(), swarm=swarm))
    assert line == "shop_web: the container c9c9c9c9c9c9 of a running task was seen on no node"


def test_a_task_that_ended_needs_no_container() -> None:
    ended = made.task(id="t2", status=TaskStatus("failed", container_status=ContainerStatus("c9" * 32, 1)))
    assert mismatches(PROJECT, facts(container(), swarm=Known(made.swarm(tasks=(made.task(), ended))))) == []


def test_a_node_or_a_swarm_that_was_not_read_is_not_confirmed() -> None:
    unread = Facts(gathered_at=made.NOW, nodes={"node1": made.missing("timed out")}, mongo=(), nginx=())
    assert "timed out" in mismatches(PROJECT, unread)[0]
    assert "engine stopped" in " ".join(mismatches(PROJECT, facts(container(), engine=made.missing("engine stopped"))))


def test_a_container_that_only_carries_the_stacks_label_is_a_stranger() -> None:
    stranger = made.container(made.inspect(id="c2", name="/odd", labels={STACK_LABEL: "shop"}))
    (line,) = mismatches(PROJECT, facts(container(), stranger))
    assert "/odd carries the stack's label shop and is no service of it" in line


def test_a_process_that_calls_itself_the_runtime_is_told_apart_to_be_looked_at_again() -> None:
    entering = made.process(pid=9, command="runc:[2:INIT]", apparmor=Known("unconfined"), seccomp=0)
    seen = facts(container(made.process(pid=1), entering))
    assert mismatches(PROJECT, seen) == []
    assert starting(PROJECT, seen) == {("node1", 9)}
    assert starting(PROJECT, facts(container())) == frozenset()


WITHOUT = msgspec.structs.replace(PROJECT, engine=EngineSettings(apparmor=AppArmor.WHEN_THERE))
BARE = made.process(apparmor=made.missing("AppArmor is not active on this node"))


def test_a_kernel_without_apparmor_is_a_mismatch_where_it_is_required() -> None:
    (line,) = mismatches(PROJECT, facts(container(BARE), lsm=Known(("lockdown",))))
    assert "AppArmor is not active on this node" in line
    assert lacking(PROJECT, facts(container(BARE), lsm=Known(("lockdown",)))) == []


@pytest.mark.parametrize(
    ("lsm", "why"),
    [
        (Known(("lockdown",)), "its kernel has no AppArmor"),
        (
            made.missing("/sys/kernel/security/lsm: No such file"),
            "cannot be read (/sys/kernel/security/lsm: No such file)",
        ),
    ],
)
def test_a_single_engine_that_goes_on_without_apparmor_says_so(lsm: Any, why: str) -> None:  # noqa: ANN401 - as above
    read = facts(container(BARE), lsm=lsm)
    assert mismatches(WITHOUT, read) == []
    (line,) = lacking(WITHOUT, read)
    assert why in line


def test_what_else_a_kernel_can_do_is_still_looked_at() -> None:
    bare = made.process(apparmor=BARE.apparmor, seccomp=0)
    (line,) = mismatches(WITHOUT, facts(container(bare), lsm=Known(())))
    assert "no seccomp filter is on" in line


def test_where_apparmor_is_there_going_without_is_no_leave() -> None:
    (line,) = mismatches(WITHOUT, facts(container(made.process(apparmor=Known("unconfined")))))
    assert "AppArmor label is `unconfined`" in line
    assert lacking(WITHOUT, facts(container(made.process()))) == []


def test_root_that_is_root_outside_is_said_to_be() -> None:
    shared = msgspec.structs.replace(PROJECT, engine=EngineSettings(userns_remap=False))
    assert lacking(shared, facts(container())) == ["root inside of a container is root outside: `userns_remap` is off"]


def test_a_role_that_may_dial_anywhere_needs_no_fence() -> None:
    free = msgspec.structs.replace(PROFILE, egress=Egress.ANY)
    project = msgspec.structs.replace(PROJECT, profiles={"web": free})
    assert free.hash != PROFILE.hash, "a change of it replaces tasks"
    seen = container(labels=LABELS | {PROFILE_HASH_LABEL: free.hash}, fence=Known("no fence stands"))
    assert mismatches(project, facts(seen)) == []
