from __future__ import annotations

import contextlib
import json
import resource
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from hardening import record
from hardening.confine import library
from hardening.errors import FailedError, HardenError, HostError
from hardening.model.recording import Origin
from hardening.model.result import Result
from hardening.model.verification import Denial, Minimisation, Need, Verification
from hardening.record import driving, minimising
from hardening.record.answer import Audit, Counted, Failed
from hardening.record.session import Target
from hardening.record.subject import PROFILE_LABEL, Subject
from hardening.record.verifying import only_service, own_filter_again, trial, trials, verify, verifying_filter, write
from tests.unit.record.test_recordings import FILTERED, FREE, GROUP, WEB, answer, number, of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardening.hosts import Host

PROFILES = Path(__file__).parents[3] / "profiles"
CONTAINER = "c0" * 32
NAMES = {CONTAINER: "shop_web.1.abc"}
DENIED = (
    'type=AVC msg=audit(1.5:9): apparmor="DENIED" operation="open" class="file" profile="harden-web" '
    'name="/etc/shadow" pid=4711 comm="web" requested_mask="r" denied_mask="r" fsuid=101 ouid=0'
)


@pytest.mark.parametrize("role", library.roles(PROFILES))
def test_the_verifying_filter_refuses_the_same_with_another_errno(role: str) -> None:
    own = json.loads(library.profile(PROFILES, role).seccomp)
    other = json.loads(verifying_filter(library.profile(PROFILES, role).seccomp))
    assert other.pop("defaultErrnoRet") == 133
    assert own.pop("defaultErrnoRet") == 1
    assert other == own  # the rule of newer calls keeps ENOSYS


def test_rules_that_refuse_with_eperm_by_name_are_changed_too() -> None:
    rules = [{"names": ["a"], "action": "SCMP_ACT_ERRNO"}, {"names": ["b"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]
    other = json.loads(verifying_filter(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules})))
    assert [rule["errnoRet"] for rule in other["syscalls"]] == [133, 38]


def test_a_refused_call_is_tied_to_process_task_and_node() -> None:
    failed = (
        Failed(GROUP, WEB, 0, number("ptrace"), 133, "web", 2),
        Failed(GROUP, WEB, 0, number("ptrace"), 1, "web", 5),  # the kernel's own refusal
    )
    found = trial("load", {"node1": answer(failed=failed, names=NAMES), "node2": answer(calls=(), groups={})})
    assert found.calls == 3
    assert found.denials == (Denial("seccomp", "ptrace", "/usr/sbin/web", "web", "node1", "shop_web.1.abc", 2),)


@pytest.mark.parametrize(
    ("homes", "groups", "task"),
    [
        ({"4711": GROUP}, {str(GROUP): CONTAINER, "8": "d0" * 32}, "shop_web.1.abc"),
        ({}, {str(GROUP): CONTAINER}, "shop_web.1.abc"),
        ({}, {str(GROUP): CONTAINER, "8": "d0" * 32}, ""),
    ],
    ids=["known process", "only task", "one of several tasks"],
)
def test_a_refused_access_is_tied_to_its_task(homes: dict[str, int], groups: dict[str, str], task: str) -> None:
    logged = answer(
        audit=Audit((DENIED, DENIED.replace(":9)", ":10)")), 0, "4.0"), homes=homes, groups=groups, names=NAMES
    )
    found = trial("load", {"node1": logged})
    assert found.denials == (Denial("apparmor", "open /etc/shadow r", "", "web", "node1", task, 2),)


@pytest.mark.parametrize("lossy", [{"missed": 1}, {"uncounted": 1}, {"audit": Audit((), 1, "4.0")}])
def test_a_loss_proves_nothing(lossy: dict[str, object]) -> None:
    with pytest.raises(FailedError, match="1 events were lost"):
        trial("load", {"node1": answer(**lossy)})


def test_silence_proves_nothing() -> None:
    for calls in ((), (Counted(GROUP, WEB, FREE, 0, 0, 5),)):
        with pytest.raises(FailedError, match="no call of the service under a filter was seen"):
            trial("load", {"node1": answer(calls=calls)})
    assert trial("load", {"node1": answer(calls=(Counted(GROUP, WEB, FILTERED, 0, 0, 1),))}).denials == ()


def test_a_verification_is_written_beside_the_policy(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    origin = Origin("", "26.1.5", "runc 1.1", "6.12", "x86_64", "bpftrace 0.23", "2026-11-24T07:00:00Z")
    made = Verification("web", "shop_web", "abc", ("seccomp",), origin, (trial("load", {"node1": answer()}),))
    path = write(tmp_path, made)
    assert path == tmp_path / "web/verified.json"
    assert msgspec.json.decode(path.read_bytes(), type=Verification) == made
    assert made.is_clean


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    origin = Origin("", "26.1.5", "runc 1.1", "6.12", "x86_64", "bpftrace 0.23", "2026-11-24T07:00:00Z")
    verified = Verification("web", "shop_web", "abc", ("seccomp",), origin, (trial("load", {"node1": answer()}),))
    needed = Minimisation("web", "abc", ("start",), (Need("read", ("start", "load")),))
    stores: tuple[Callable[[], Path], ...] = (
        lambda: record.write(tmp_path, of()),
        lambda: write(tmp_path, verified),
        lambda: minimising.write(tmp_path, needed),
    )
    before = {path: path.read_bytes() for path in (store() for store in stores)}
    with files_end_after(64):
        for store in stores:
            with pytest.raises(HardenError, match=r"\.json: cannot be written: File too large"):
                store()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@contextmanager
def files_end_after(size: int) -> Iterator[None]:
    """No file takes more bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_only_service_of_a_role_needs_no_name() -> None:
    services = {"shop_web": "web", "shop_db1": "db", "shop_db2": "db"}
    assert only_service(services, "web", "") == "shop_web"
    assert only_service(services, "db", "shop_db2") == "shop_db2"
    with pytest.raises(HardenError, match="db: is the profile of 2 services of the project: shop_db1, shop_db2"):
        only_service(services, "db", "")
    with pytest.raises(HardenError, match="cache: is the profile of 0 services"):
        only_service(services, "cache", "")


class Node:
    """A node that puts a filter in place, or says why not."""

    def __init__(self, error: str) -> None:
        self.error = error
        self.requests: list[object] = []

    @contextmanager
    def serve(self, program: str, request: object, *, timeout: float = 60) -> Iterator[bytes]:
        assert (program, timeout) == ("variant", 60)
        self.requests.append(request)
        yield json.dumps({"error": self.error}).encode()


def test_a_node_that_refuses_stops_a_verification_before_anything_is_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    restarted: list[str] = []
    monkeypatch.setattr(driving, "replace", lambda subject, _: restarted.append(subject.name))
    profile = library.profile(PROFILES, "nginx")
    node = Node("shop_db runs under the profile db here")
    hosts = cast("dict[str, Host]", {"node1": node})
    subject = Subject("shop_db", hosts, is_service=True, labels={PROFILE_LABEL: "db"})
    with pytest.raises(HostError, match="node1: shop_db runs under the profile db here"):
        verify(subject, Target(service="shop_db"), profile, {}, lambda *_: None)
    assert restarted == []
    (request,) = node.requests
    assert request == {
        "role": "nginx",
        "content": verifying_filter(profile.seccomp),
        "profile": "harden-nginx",
        "apparmor": profile.apparmor,
        "policy": "/etc/harden/policy.json",
        "service": "shop_db",
        "label": "db",
    }


class Engine:
    """A node with one container, which the engine's client stops, starts and tells of; one word is interrupted."""

    def __init__(self, *, runs: bool, interrupted: str = "") -> None:
        self.node = cast("object", SimpleNamespace(name="node1"))
        self.runs, self._interrupted = runs, interrupted
        self.asked: list[str] = []

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        assert not stdin
        assert timeout
        word = argv[1]
        if word not in {"ps", "inspect"}:
            self.asked.append(word)
        self.runs = {"stop": False, "kill": False, "start": True, "restart": True}.get(word, self.runs)
        if word == self._interrupted:
            raise KeyboardInterrupt
        told = "true" if word == "inspect" else CONTAINER if self.runs else ""
        return Result(argv, 0, told.encode(), b"")


def container(engine: Engine) -> Subject:
    return Subject("web", cast("dict[str, Host]", {"node1": engine}), is_service=False, labels={})


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_who_interrupts_the_restart_of_a_container_does_not_leave_it_stopped(how: str) -> None:
    for word in (how, "restart"):
        engine = Engine(runs=True, interrupted=word)
        with contextlib.suppress(KeyboardInterrupt):
            driving.replace(container(engine), how)
        assert engine.runs, engine.asked


def test_a_container_that_ended_under_the_verifying_filter_runs_again_under_its_own() -> None:
    """As it does when a call was taken out without which it cannot start."""
    engine = Engine(runs=True)
    with own_filter_again(container(engine), lambda *_: None):
        engine.runs = False
    assert engine.runs
    engine = Engine(runs=True)
    with contextlib.suppress(FailedError), own_filter_again(container(engine), lambda *_: None):
        engine.runs = False
        raise FailedError("the load failed")
    assert engine.runs


def test_tasks_are_restarted_first_also_where_a_scenario_is_called_start(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(driving, "replace", lambda _, how: done.append(how))
    subject = Subject("web", {}, is_service=False, labels={})
    found = trials(subject, {name: partial(done.append, f"drive {name}") for name in ("load", "start")})
    assert list(found) == ["start", "load"]
    for drive in found.values():
        drive()
    assert done == ["stop", "drive start", "drive load"]


# --- minimising -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", library.roles(PROFILES))
def test_a_filter_without_a_call_allows_all_others(role: str) -> None:
    text = library.profile(PROFILES, role).seccomp
    names = minimising.allowed(text)
    for call in ("execve", "socket", names[0], names[-1]):
        assert minimising.allowed(minimising.without(text, call)) == tuple(name for name in names if name != call)


def test_what_is_known_is_kept_and_read_again(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    known = Minimisation("web", "abc", ("start", "load"), (Need("read", ("start", "load")), Need("bind", ())))
    assert minimising.read(tmp_path, "web") is None
    path = minimising.write(tmp_path, known)
    assert minimising.read(tmp_path, "web") == known
    path.write_text("{")
    with pytest.raises(HardenError, match=r"needed\.json"):
        minimising.read(tmp_path, "web")


def test_lost_events_do_not_show_that_a_call_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = library.profile(PROFILES, "nginx")
    watching = SimpleNamespace(finish=lambda: {"node1": answer(missed=2)})
    monkeypatch.setattr(minimising, "variant", lambda *_: nullcontext())
    monkeypatch.setattr(minimising, "watch_refusals", lambda *_: nullcontext(watching))
    monkeypatch.setattr(driving, "replace", lambda *_: None)
    kept: list[Minimisation] = []
    subject = Subject("web", {}, is_service=False, labels={})
    with pytest.raises(FailedError, match="start: 2 events were lost"):
        minimising.minimise(
            subject, Target(), profile, {}, lambda *_: None, before=None, keep=kept.append, calls=("read",)
        )
    assert kept == []


def test_calls_that_are_known_are_not_tried_again() -> None:
    profile = library.profile(PROFILES, library.roles(PROFILES)[0])
    nobody = Subject("web", {}, is_service=False, labels={})
    needs = tuple(Need(call, ()) for call in minimising.allowed(profile.seccomp))
    before = Minimisation(profile.role, profile.hash, ("start",), needs)
    kept: list[Minimisation] = []
    found = minimising.minimise(nobody, Target(), profile, {}, lambda *_: None, before=before, keep=kept.append)
    assert (found, kept) == (before, [])
