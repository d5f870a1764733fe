"""At a glance: what is counted, what is a problem, and how the command ends."""

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from hardening import audit, checks, status
from hardening.errors import Exit
from hardening.model.facts import Facts, NodeFacts
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.known import Known
from hardening.model.policy import RoleProfile
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.stack import (
    CERTIFICATE_LABEL,
    OWNER_LABEL,
    PROFILE_HASH_LABEL,
    SECRET_LABEL,
    STACK_LABEL,
    GeneratedSecret,
    ReplicaSet,
    Stack,
    StackService,
)
from hardening.model.status import AuditStatus, Status
from hardening.model.swarm import ReplicatedMode, ServiceMode, Stored, StoredSpec, TaskStatus, UpdateStatus
from hardening.render import document, glance
from tests.unit import facts_factory as made

PROFILE = RoleProfile("web", "harden-web", "profile harden-web {}\n", "{}\n")
SETS = {"rs0": ReplicaSet(("db1", "db2", "db3"), "keyfile", {}, arbiter="tie")}
SERVICES = {"web": StackService("shop_web", "web", "web@sha256:1", {})}
DATABASE = {name: StackService(f"shop_{name}", "", "db@sha256:1", {}) for name in ("db1", "db2", "db3", "tie")}


def project(*, sets: bool = False) -> Project:
    stack = Stack("shop", "stack.yml", "{}", SERVICES | (DATABASE if sets else {}), {}, SETS if sets else {})
    node = Node("node1", "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
    return Project(
        name="shop",
        root=".",
        inventory=Inventory((node,), "test"),
        engine=EngineSettings(),
        swarm=SwarmSettings(),
        stacks=(stack,),
        profiles={"web": PROFILE},
    )


def machine(*processes: Any, **swarm: Any) -> NodeFacts:  # noqa: ANN401 - as the factory, here and below
    labels = {"com.docker.swarm.service.name": "shop_web", PROFILE_HASH_LABEL: PROFILE.hash, STACK_LABEL: "shop"}
    running = made.container(made.inspect(labels=labels), *processes)
    tasks = {"tasks": (made.task(node_id="m1"),)}
    return made.node(running, swarm=Known(made.swarm(**(tasks | swarm))))


def facts(*processes: Any, **swarm: Any) -> Facts:  # noqa: ANN401
    return made.cluster(machine(*processes, **swarm))


def seen(found: Facts | None = None, **changes: Any) -> Status:  # noqa: ANN401
    return status.of(project(), found or facts(**changes))


def text(found: Status, width: int = 100) -> str:
    out = io.StringIO()
    glance.show(found, Console(width=width, file=out, force_terminal=False))
    return out.getvalue()


def test_a_cluster_that_is_well_has_no_problem() -> None:
    found = seen()
    assert found.problems == ()
    assert status.exit_code(found) is Exit.OK
    (web,) = found.services
    assert (web.wanted, web.running, web.unconfined) == (1, 1, ())
    assert [(task.node, task.state) for task in web.tasks] == [("node1", "running")]


FAILED = made.task(id="t2", desired_state="shutdown", status=TaskStatus("failed", "2026-11-02", err="exit 1"))
STARTING = made.task(node_id="m1", status=TaskStatus("starting", "2026-11-02"))
GLOBAL = made.service(mode=ServiceMode(None, {}))
PROBLEMS: dict[str, tuple[dict[str, Any], str]] = {
    "a task that does not run": ({"tasks": (STARTING, FAILED)}, "shop_web: 0 of 1 tasks run: exit 1"),
    "a task too few": (
        {"services": (made.service(mode=ServiceMode(ReplicatedMode(3))),)},
        "shop_web: 1 of 3 tasks run",
    ),
    "a service that is not there": ({"services": (), "tasks": ()}, "shop_web: no task of it should run"),
    "a global service without a node": ({"services": (GLOBAL,), "tasks": ()}, "shop_web: no task of it should run"),
    "an update that was rolled back": (
        {"services": (msgspec.structs.replace(made.service(), update_status=UpdateStatus("rollback_completed")),)},
        "shop_web: its update is rollback_completed",
    ),
    "a node that is down": ({"nodes": (made.member(1, state="down"),)}, "node1: the swarm calls it down"),
    "an authority that ends": (
        {"trust_root": made.authority_pem(made.NOW - 86400, 20)},
        "the swarm's authority: its certificate ends on",
    ),
    "an authority that is none": ({"trust_root": "no PEM"}, "the swarm's authority: cannot be read"),
}


@pytest.mark.parametrize(("changes", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_not_as_it_should_be_is_a_problem(changes: dict[str, Any], problem: str) -> None:
    found = seen(**changes)
    assert [line for line in found.problems if line.startswith(problem)], found.problems
    assert status.exit_code(found) is Exit.FAILED
    assert problem.split(":", maxsplit=1)[0] in text(found)


def test_a_service_of_which_the_kernel_says_otherwise_is_not_confined() -> None:
    found = seen(facts(made.process(apparmor=Known("unconfined"))))
    (web,) = found.services
    assert "AppArmor label is `unconfined`" in web.unconfined[0]
    assert web.unconfined[0] in found.problems
    assert "NO: 1 complaint" in text(found)


def test_a_finished_update_and_a_former_error_are_no_problems() -> None:
    done = msgspec.structs.replace(made.service(), update_status=UpdateStatus("completed"))
    found = seen(services=(done,), tasks=(made.task(node_id="m1"), FAILED))
    assert found.problems == ()
    assert found.services[0].last_error == ""


def test_a_node_that_cannot_be_read_is_exit_3_and_shown_with_its_reason() -> None:
    found = status.of(project(), made.GONE)
    assert status.exit_code(found) is Exit.UNREACHABLE
    assert "Connection timed out" in found.nodes[0].unread
    assert "not read" in text(found)


def test_a_node_whose_engine_does_not_answer_counts_as_unread() -> None:
    found = seen(made.cluster(made.node(engine=made.missing("no socket"), swarm=made.missing("no socket"))))
    assert found.nodes[0].unread == "its engine: no socket"
    assert status.exit_code(found) is Exit.UNREACHABLE


# --- replica sets -----------------------------------------------------------------------------------------------------


def member(name: str, state: str, **changes: Any) -> Any:  # noqa: ANN401
    own = json.dumps({"members": [{"name": "other:1", "stateStr": "PRIMARY"}, {"self": True, "stateStr": state}]})
    values = {"service": f"shop_{name}", "hello": Known('{"setName": "rs0"}'), "replica_status": Known(own)}
    return made.mongod(1, **(values | changes))


def of_set(*members: Any) -> Status:  # noqa: ANN401
    return status.of(project(sets=True), msgspec.structs.replace(facts(), mongo=members))


STANDING_BY = member("tie", "", hello=Known("{}"), replica_status=made.missing("not initiated"))
WELL = (member("db1", "SECONDARY"), member("db2", "PRIMARY"), member("db3", "SECONDARY"), STANDING_BY)


def set_problems(found: Status) -> list[str]:
    return [line for line in found.problems if line.startswith("replica set")]


def test_a_set_names_its_primary_and_the_arbiter_that_stands_by() -> None:
    found = of_set(*WELL)
    (replica_set,) = found.sets
    assert replica_set.primary == "shop_db2"
    assert [each.state for each in replica_set.members] == ["SECONDARY", "PRIMARY", "SECONDARY", "stands by"]
    assert set_problems(found) == []


def test_a_greeting_serves_where_the_status_may_not_be_read() -> None:
    greeting = member(
        "db2",
        "",
        hello=Known('{"setName": "rs0", "isWritablePrimary": true}'),
        replica_status=made.missing("Unauthorized"),
    )
    assert of_set(WELL[0], greeting, *WELL[2:]).sets[0].primary == "shop_db2"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        (WELL[1:], "replica set rs0: shop_db1: does not run, or could not be read"),
        ((WELL[0], *WELL[2:]), "replica set rs0: no primary was seen"),
        ((member("db1", "RECOVERING"), *WELL[1:]), "replica set rs0: shop_db1: RECOVERING"),
        ((member("db1", "", hello=made.missing("refused")), *WELL[1:]), "replica set rs0: shop_db1: refused"),
        (
            (member("db1", "", hello=Known("{}"), replica_status=made.missing("no set")), *WELL[1:]),
            "replica set rs0: shop_db1: in no set",
        ),
    ],
)
def test_a_set_that_lacks_something_says_what(members: tuple[Any, ...], problem: str) -> None:
    assert problem in set_problems(of_set(*members))


# --- certificates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pem", "problem"),
    [
        (made.authority_pem(made.NOW - 86400, 400), ""),
        (made.authority_pem(made.NOW - 86400, 20), "shop: ca: its certificate ends on"),
        ("no PEM", "shop: ca: tells nothing of itself"),
    ],
)
def test_what_deploys_issued_is_watched(pem: str, problem: str) -> None:
    labels = {OWNER_LABEL: "shop", SECRET_LABEL: "ca", CERTIFICATE_LABEL: pem}
    stored = Stored("s9", "2026-11-01T10:00:00Z", "", StoredSpec("shop_ca_1", labels))
    wanted = project()
    stack = msgspec.structs.replace(wanted.stacks[0], secrets={"ca": GeneratedSecret("authority")})
    wanted = msgspec.structs.replace(wanted, stacks=(stack,))
    found = status.of(wanted, facts(secrets=(stored,)))
    assert [line[: len(problem)] for line in found.problems] == ([problem] if problem else [])
    assert [each.name for each in found.certificates] == ["the swarm's authority", "shop: ca"]
    assert ("2; first ends shop: ca, in 399 days" in text(found)) is (not problem)


# --- the last audit ---------------------------------------------------------------------------------------------------


def write_report(path: Path, project_name: str, moment: float) -> None:
    read = msgspec.structs.replace(made.GONE, gathered_at=moment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document.render(audit.run(read, checks.load()[:5], project_name)))


def test_the_newest_report_of_the_project_is_found(tmp_path: Path) -> None:
    write_report(tmp_path / "z-old.json", "shop", 100)
    write_report(tmp_path / "deep" / "new.json", "shop", 200)
    write_report(tmp_path / "other.json", "another", 300)
    (tmp_path / "facts.json").write_text('{"version": 1}')
    (tmp_path / "broken.json").write_bytes(b"\xff{")
    found = status.last_audit(tmp_path, "shop")
    assert found
    assert (found.file, found.gathered_at) == (str(tmp_path / "deep" / "new.json"), 200)
    assert found.unknown > 0


def test_without_a_report_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert status.last_audit(tmp_path / "nowhere", "shop") is None
    assert "harden audit -o reports/out/audit.json" in text(seen())


# --- how it looks -----------------------------------------------------------------------------------------------------


def test_it_fits_on_one_screen() -> None:
    found = msgspec.structs.replace(
        of_set(*WELL), audit=AuditStatus("reports/out/audit.json", made.NOW - 7200, {"high": 2}, 1)
    )
    shown = text(found, 80)
    assert len(shown.splitlines()) <= 40
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "2 h ago: 2 high, 1 unknown" in shown


def test_text_from_the_cluster_cannot_speak_to_the_terminal() -> None:
    evil = TaskStatus("starting", "2026", err="\x1b]0;owned\x07\u202ebad")
    found = seen(tasks=(made.task(node_id="m1", status=evil),))
    for shown in (text(found), glance.as_json(found)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_as_json_it_can_be_read_back() -> None:
    found = of_set(*WELL)
    assert msgspec.json.decode(glance.as_json(found), type=Status) == found
