"""harden-runtime as a program, before a stand-in for runc that writes down how it was called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hardening.node import runtime

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(runtime.__file__)
ID = "4f" * 32
OTHER = "a7" * 32
FILTER = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}
OWN_NETWORK = [{"type": "mount"}, {"type": "network"}]
CAPABILITIES = {"bounding": ["CAP_CHOWN"], "effective": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN"]}


class Node(NamedTuple):
    """A node's files in a folder: policy, filter, AppArmor's list, the engine's state, runc's state, a bundle."""

    root: Path

    @property
    def policy(self) -> Path:
        return self.root / "policy.json"

    @property
    def filter(self) -> Path:
        return self.root / "web.json"

    @property
    def loaded(self) -> Path:
        return self.root / "loaded"

    @property
    def log(self) -> Path:
        return self.root / "log.json"

    @property
    def bundle(self) -> Path:
        return self.root / "task/moby" / ID

    @property
    def record(self) -> Path:
        return self.root / "engine/containers" / ID / "config.v2.json"

    def set_up(self) -> None:
        source = SOURCE.read_text()
        changes = {
            'POLICY = "/etc/harden/policy.json"': f'POLICY = "{self.policy}"',
            'LOADED_PROFILES = "/sys/kernel/security/apparmor/profiles"': f'LOADED_PROFILES = "{self.loaded}"',
            "OWNERS = (0,)": f"OWNERS = (0, {os.getuid()})",
            "RUNTIMES = (": f'RUNTIMES = ("{self.root}/runc", ',
        }
        for old, new in changes.items():
            assert source.count(f"\n{old}") == 1
            source = source.replace(f"\n{old}", f"\n{new}")
        (self.root / "runtime.py").write_text(source)
        shutil.copy(SOURCE.with_name("harden_runtime.py"), self.root / "harden-runtime")
        (self.root / "runc").write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"${0%/*}/called"\n')
        (self.root / "runc").chmod(0o755)
        self.filter.write_text(json.dumps(FILTER))
        self.loaded.write_text("docker-default (enforce)\nharden-web (enforce)\n")
        self.write_policy()
        self.write_bundle()
        self.write_record({"com.docker.swarm.service.name": "shop_web"})

    def write_policy(self, **changes: object) -> None:
        web = {"apparmor": "harden-web", "seccomp": str(self.filter), "no_new_privileges": True}
        policy = {"version": 1, "services": {"shop_web": "web"}, "profiles": {"web": web}}
        self.policy.write_text(json.dumps({**policy, **changes}))

    def write_bundle(self, **changes: object) -> None:
        mount = {"destination": "/etc/hostname", "source": str(self.record.parent / "hostname")}
        process = {"args": ["sh"], "apparmorProfile": "docker-default", "capabilities": CAPABILITIES}
        linux = {"seccomp": {}, "sysctl": {}, "namespaces": OWN_NETWORK}
        spec = {"process": process, "root": {"path": "/x"}, "mounts": [mount], "linux": linux}
        self.bundle.mkdir(parents=True, exist_ok=True)
        (self.bundle / "config.json").write_text(json.dumps({**spec, **changes}))

    def write_record(self, labels: dict[str, str] | None, container: str = ID) -> None:
        path = self.record.parents[1] / container / "config.v2.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"ID": container, "Config": {"Labels": labels}}))
        path.chmod(0o600)

    def write_state(self) -> None:
        """As runc does, whose labels are the bundle's annotations and the bundle."""
        labels = [f"{name}={value}" for name, value in self.spec().get("annotations", {}).items()]
        state = self.root / "state" / ID / "state.json"
        state.parent.mkdir(parents=True)
        content = {"init_process_pid": 77, "config": {"labels": ["x=y", *labels, f"bundle={self.bundle}"]}}
        state.write_text(json.dumps(content))

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-ISE", str(self.root / "harden-runtime")]
        return subprocess.run([*program, *words], capture_output=True, text=True, check=False, timeout=30)

    def create(self, *more: str) -> dict[str, dict[str, object]]:
        """A successful `create` as containerd's shim calls it; the bundle's configuration after it."""
        done = self.call("--root", "/r", "--log", str(self.log), "--log-format", "json", "create", *more,
                         "--bundle", str(self.bundle), "--pid-file", "/p", ID)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return self.spec()

    def refused(self, *words: str) -> str:
        """The message of a call that must not reach runc, as the engine reads it from the log."""
        done = self.call("--log", str(self.log), "--log-format=json", *words)
        assert done.returncode == 1
        assert not (self.root / "called").exists()
        entry = json.loads(self.log.read_text().splitlines()[-1])
        assert entry["level"] == "error"
        assert entry["msg"] in done.stderr
        return str(entry["msg"])

    def refused_create(self) -> str:
        before = (self.bundle / "config.json").read_text()
        message = self.refused("create", "--bundle", str(self.bundle), ID)
        assert (self.bundle / "config.json").read_text() == before
        return message

    def spec(self) -> dict[str, dict[str, object]]:
        content: dict[str, dict[str, object]] = json.loads((self.bundle / "config.json").read_text())
        return content

    def called(self) -> list[str]:
        return (self.root / "called").read_text().splitlines()


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node(tmp_path)
    made.set_up()
    return made


COMMAND_LINES = [
    (["--root", "/r", "--log", "/l", "--log-format", "json", "create", "-b", "/b", ID], "create", "/l"),
    (["--root=/r", "--log=/l", "--systemd-cgroup", "create", "--bundle=/b", ID], "create", "/l"),
    (["-root", "/r", "-log=/l", "--debug=true", "exec", "--process", "/p", ID], "exec", "/l"),
    (["--log", "create", "delete", "--force", ID], "delete", "create"),
    (["--log", "/a", "--log", "/b", "state", ID], "state", "/b"),
    (["--version"], "", ""),
    ([], "", ""),
]


@pytest.mark.parametrize(("words", "command", "log"), COMMAND_LINES)
def test_the_command_is_found_behind_general_options_in_every_form(words: list[str], command: str, log: str) -> None:
    options = runtime.Options(words, interleaved=False)
    assert (options.rest[:1], options.last("log")) == ([command] if command else [], log)


def test_options_may_stand_behind_the_container_where_runc_reads_them_there() -> None:
    options = runtime.Options([ID, "--bundle", "/b", "--pid-file=/p"], interleaved=True)
    assert (options.rest, options.last("bundle")) == ([ID], "/b")


def test_the_command_of_an_exec_is_not_searched_for_options() -> None:
    options = runtime.Options(["--user", "1", ID, "sh", "--process", "x"], interleaved=False)
    assert (options.rest, options.last("process")) == ([ID, "sh", "--process", "x"], "")


@pytest.mark.parametrize(
    "words", [["state", ID], ["kill", "--all", ID, "9"], ["--version"], ["features"], ["--log", "x"]]
)
def test_other_commands_reach_runc_as_they_came_whatever_the_policy(node: Node, words: list[str]) -> None:
    node.policy.unlink()
    assert node.call(*words).returncode == 0
    assert node.called() == words


@pytest.mark.parametrize("command", ["create", "run", "restore"])
def test_a_start_is_confined_and_then_reaches_runc_as_it_came(node: Node, command: str) -> None:
    words = ["--root", "/r", command, "--bundle", str(node.bundle), ID]
    assert node.call(*words).returncode == 0
    assert node.called() == words
    spec = node.spec()
    assert spec["process"]["apparmorProfile"] == "harden-web"
    assert spec["process"]["noNewPrivileges"] is True
    assert spec["linux"] == {"seccomp": FILTER, "sysctl": {}, "namespaces": OWN_NETWORK}


def test_rewriting_keeps_mode_and_leaves_nothing_behind(node: Node) -> None:
    (node.bundle / "config.json").chmod(0o640)
    node.create()
    assert (node.bundle / "config.json").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in node.bundle.iterdir()] == ["config.json"]


def test_the_policys_entry_wins_over_a_label(node: Node) -> None:
    node.write_record({"com.docker.swarm.service.name": "shop_web", "harden.profile": "none"})
    assert node.create()["process"]["apparmorProfile"] == "harden-web"


@pytest.mark.parametrize(
    "labels", [{"harden.profile": "web"}, {"com.docker.swarm.service.name": "x", "harden.profile": "web"}]
)
def test_a_label_fills_the_gap_of_the_policy(node: Node, labels: dict[str, str]) -> None:
    node.write_record(labels)
    assert node.create()["process"]["apparmorProfile"] == "harden-web"


@pytest.mark.parametrize("labels", [None, {}, {"com.docker.swarm.service.name": "other"}])
def test_a_container_nobody_named_gets_no_new_privileges_and_nothing_else(
    node: Node, labels: dict[str, str] | None
) -> None:
    node.write_record(labels)
    before = node.spec()
    before["process"]["noNewPrivileges"] = True
    assert node.create() == before


def test_a_bundle_without_an_engine_is_left_alone_but_for_no_new_privileges(node: Node) -> None:
    bundle = node.root / "task/default" / ID
    bundle.mkdir(parents=True)
    (bundle / "config.json").write_text(json.dumps({"process": {}, "root": {"path": "rootfs"}}))
    assert node.call("create", "-b", str(bundle), ID).returncode == 0
    expected = {"process": {"noNewPrivileges": True}, "root": {"path": "rootfs"}}
    assert json.loads((bundle / "config.json").read_text()) == expected


def test_the_record_is_found_beside_the_one_whose_network_is_shared(node: Node) -> None:
    node.write_record({"harden.profile": "none"}, OTHER)
    mount = {"destination": "/etc/hostname", "source": str(node.record.parents[1] / OTHER / "hostname")}
    node.write_bundle(mounts=[mount])
    assert node.create()["process"]["apparmorProfile"] == "harden-web"


def test_the_record_is_found_above_the_root_file_system(node: Node) -> None:
    node.write_bundle(mounts=[], root={"path": str(node.root / "engine/overlay2/abc/merged")})
    assert node.create()["process"]["apparmorProfile"] == "harden-web"


def test_an_annotation_cannot_pretend_that_a_container_is_confined(node: Node) -> None:
    node.write_record({})
    node.write_bundle(annotations={"harden.profile": "web", "harden.egress": "none", "a": "b"})
    assert node.create()["annotations"] == {"a": "b"}


def _make_policy_a_pipe(node: Node) -> None:
    node.policy.unlink()
    os.mkfifo(node.policy)


def _make_policy_a_link(node: Node) -> None:
    node.policy.rename(node.root / "elsewhere")
    node.policy.symlink_to("elsewhere")


def _name_itself_as_runc(node: Node) -> None:
    (node.root / "harden-runtime").chmod(0o755)
    node.write_policy(runtime=f"{node.root}/harden-runtime")


def _damage_policy(node: Node, text: str) -> None:
    node.policy.write_text(text)


REFUSALS: dict[str, tuple[Callable[[Node], object], str]] = {
    "policy missing": (lambda node: node.policy.unlink(), "policy cannot be read: No such file"),
    "policy no JSON": (lambda node: _damage_policy(node, "{"), "malformed policy"),
    "policy no object": (lambda node: _damage_policy(node, "[]"), "an object is expected"),
    "policy not UTF-8": (lambda node: node.policy.write_bytes(b"\xff{}"), "malformed policy"),
    "policy nested without end": (lambda node: _damage_policy(node, "[" * 100000), "malformed policy"),
    "policy of another version": (lambda node: node.write_policy(version=2), "version 2 is not 1"),
    "policy with an unknown key": (lambda node: node.write_policy(service={}), "unknown key 'service'"),
    "policy without services": (lambda node: node.write_policy(services=None), "services: malformed"),
    "policy others may write": (lambda node: node.policy.chmod(0o664), "others than root can change it"),
    "policy a link": (_make_policy_a_link, "cannot be read"),
    "policy a pipe": (_make_policy_a_pipe, "not a regular file"),
    "policy in an open folder": (lambda node: node.root.chmod(0o777), "others than root can change the folder"),
    "profile unknown": (lambda node: node.write_policy(services={"shop_web": "wbe"}), "there is no profile 'wbe'"),
    "label unknown": (lambda node: node.write_record({"harden.profile": ""}), "there is no profile ''"),
    "profile empty": (lambda node: node.write_policy(profiles={"web": {}}), "confines nothing"),
    "profile mistyped": (
        lambda node: node.write_policy(profiles={"web": {"seccomp": 1}}),
        "'seccomp' is unknown or not",
    ),
    "profile with an unknown egress": (
        lambda node: node.write_policy(profiles={"web": {"seccomp": "/x", "egress": "some"}}),
        "egress is 'some', neither `none` nor `any`",
    ),
    "profile with a typing error": (lambda node: node.write_policy(profiles={"web": {"aparmor": "x"}}), "'aparmor'"),
    "filter missing": (lambda node: node.filter.unlink(), "seccomp filter cannot be read"),
    "filter others may write": (lambda node: node.filter.chmod(0o606), "others than root can change it"),
    "filter no filter": (lambda node: node.filter.write_text("{}"), "not a seccomp filter"),
    "filter that allows": (
        lambda node: node.filter.write_text(json.dumps({**FILTER, "defaultAction": "SCMP_ACT_ALLOW"})),
        "allows every call it does not name",
    ),
    "filter in Docker's form": (
        lambda node: node.filter.write_text(json.dumps({**FILTER, "archMap": []})),
        "'archMap' is not OCI seccomp",
    ),
    "AppArmor profile not loaded": (lambda node: node.loaded.write_text("harden-web2 (enforce)\n"), "is not loaded"),
    "no AppArmor": (lambda node: node.loaded.unlink(), "this kernel has no AppArmor"),
    "bundle without a process": (lambda node: node.write_bundle(process=None), "process: malformed"),
    "bundle no JSON": (lambda node: (node.bundle / "config.json").write_text("x"), "malformed bundle"),
    "record of another": (
        lambda node: node.record.write_text(json.dumps({"ID": OTHER, "Config": {}})),
        "is the record of another container",
    ),
    "record others may write": (lambda node: node.record.chmod(0o622), "others than root can change it"),
    "record missing": (lambda node: node.record.unlink(), "the engine's record of this container was not found"),
    "runc missing": (lambda node: node.write_policy(runtime="/none"), "no runc at /none"),
    "runc others may write": (lambda node: (node.root / "runc").chmod(0o777), "others than root can change it"),
    "runc is itself": (_name_itself_as_runc, "no runc at"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_read_understood_or_trusted_is_refused_with_the_reason(node: Node, case: str) -> None:
    damage, reason = REFUSALS[case]
    damage(node)
    if case.startswith("runc"):  # found out last, when the bundle is confined already
        assert reason in node.refused("create", "--bundle", str(node.bundle), ID)
    else:
        assert reason in node.refused_create()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["create", "--bundle", "/b"], "one container id is expected"),
        (["create", "--bundle", "/b", "one", "two"], "one container id is expected"),
        (["create", "--bundle"], "--bundle needs a value"),
        (["create", "--new-in-runc", "x", ID], "--new-in-runc: unknown option"),
        (["--new-in-runc", "create", ID], "--new-in-runc: unknown option"),
        (["create", "../x"], "is no container id"),
        (["restore", "--bundle", "/none", ID], "bundle cannot be read"),
    ],
)
def test_a_command_line_that_is_not_understood_is_refused(node: Node, words: list[str], reason: str) -> None:
    done = node.call(*words)
    assert done.returncode == 1
    assert reason in done.stderr
    assert not (node.root / "called").exists()


def test_restore_may_not_bring_its_own_lsm_profile(node: Node) -> None:
    words = ("restore", "--lsm-profile", "apparmor:unconfined", "--bundle", str(node.bundle), ID)
    assert "--lsm-profile may not replace" in node.refused(*words)


def test_without_json_the_log_gets_a_line_of_text(node: Node) -> None:
    node.policy.unlink()
    assert node.call("--log", str(node.log), "create", "--bundle", str(node.bundle), ID).returncode == 1
    assert 'level=error msg="harden-runtime: ' in node.log.read_text()


class TestExec:
    def _run(self, node: Node, process: dict[str, object]) -> dict[str, object]:
        path = node.root / "process.json"
        path.write_text(json.dumps(process))
        done = node.call("--root", str(node.root / "state"), "exec", "--process", str(path), "--detach", ID)
        assert done.returncode == 0, done.stderr
        content: dict[str, object] = json.loads(path.read_text())
        return content

    def test_a_process_gets_its_containers_profile_and_no_more_capabilities(self, node: Node) -> None:
        node.create()
        node.write_state()
        wanted = {"bounding": ["CAP_CHOWN", "CAP_SYS_ADMIN"], "effective": ["CAP_SYS_ADMIN"], "ambient": None}
        process = self._run(node, {"args": ["sh"], "apparmorProfile": "unconfined", "capabilities": wanted})
        assert process == {
            "args": ["sh"],
            "apparmorProfile": "harden-web",
            "noNewPrivileges": True,
            "capabilities": {"bounding": ["CAP_CHOWN"], "effective": [], "ambient": []},
        }

    def test_a_process_follows_its_container_even_when_the_policy_is_gone(self, node: Node) -> None:
        node.create()
        node.write_state()
        node.policy.unlink()
        assert self._run(node, {})["apparmorProfile"] == "harden-web"

    def test_in_a_container_nobody_named_only_no_new_privileges_is_set(self, node: Node) -> None:
        node.write_record({})
        node.create()
        node.write_state()
        wanted: dict[str, object] = {"apparmorProfile": "unconfined", "capabilities": {"bounding": ["CAP_SYS_ADMIN"]}}
        assert self._run(node, dict(wanted)) == {**wanted, "noNewPrivileges": True}

    @pytest.mark.parametrize("option", ["--apparmor=unconfined", "--cap=CAP_SYS_ADMIN", "-c=CAP_SYS_ADMIN"])
    def test_options_cannot_undo_the_confinement(self, node: Node, option: str) -> None:
        node.create()
        node.write_state()
        (node.root / "called").unlink()
        message = node.refused("--root", str(node.root / "state"), "exec", option, ID, "sh")
        assert "may not change what its profile sets" in message

    def test_a_container_runc_does_not_know_is_refused(self, node: Node) -> None:
        message = node.refused("--root", str(node.root / "state"), "exec", "--process", "/p", ID)
        assert "runc's state cannot be read" in message

    def test_a_process_file_that_is_a_link_is_refused(self, node: Node) -> None:
        node.create()
        node.write_state()
        (node.root / "called").unlink()
        (node.root / "link").symlink_to("process.json")
        words = ("--root", str(node.root / "state"), "exec", "--process", str(node.root / "link"), ID)
        assert "process file cannot be read" in node.refused(*words)


class TestEgress:
    """What `create` leaves for `start` of a profile with `egress: none`, and what `start` makes of it.

    The fence itself is put up in tests/engine/test_egress.py; here its program writes down for whom it was called.
    """

    @staticmethod
    def _set_up(node: Node, fence: str = "open(__file__ + '.called', 'w').write(str(pid))", **profile: object) -> None:
        web = {"apparmor": "harden-web", "seccomp": str(node.filter), "egress": "none", **profile}
        node.write_policy(profiles={"web": web})
        path = node.root / "fence.py"
        path.write_text(f"__file__ = {str(path)!r}\ndef put_up(pid):\n    {fence}\n")

    def _start(self, node: Node) -> list[str]:
        """The call as it reached runc."""
        words = ["--root", str(node.root / "state"), "start", ID]
        assert node.call(*words).returncode == 0
        assert node.called() == words
        return node.called()

    def test_start_puts_the_fence_up_for_the_containers_process(self, node: Node) -> None:
        self._set_up(node)
        node.create()
        node.write_state()
        node.policy.unlink()  # what the container was created with counts
        self._start(node)
        assert (node.root / "fence.py.called").read_text() == "77"

    @pytest.mark.parametrize("egress", [{"egress": "any"}, {}])
    def test_nothing_is_put_up_where_the_profile_does_not_ask(self, node: Node, egress: dict[str, object]) -> None:
        self._set_up(node)
        node.write_policy(profiles={"web": {"seccomp": str(node.filter), **egress}})
        node.create()
        node.write_state()
        self._start(node)
        assert not (node.root / "fence.py.called").exists()

    def test_a_container_nobody_named_needs_no_fence_to_be_there(self, node: Node) -> None:
        node.write_record({})
        node.create()
        node.write_state()
        self._start(node)

    @pytest.mark.parametrize(
        ("fence", "reason"),
        [
            ("raise OSError('no such module')", "cannot be kept within its networks, as `egress: none` asks: no such"),
            ("raise KeyError(1)", "internal error, nothing was started: KeyError"),
            ("", "internal error, nothing was started: "),
        ],
    )
    def test_without_its_fence_nothing_is_started(self, node: Node, fence: str, reason: str) -> None:
        self._set_up(node, fence)
        node.create()
        node.write_state()
        (node.root / "called").unlink()
        assert reason in node.refused("--root", str(node.root / "state"), "start", ID)

    def test_a_fence_that_others_could_write_is_not_run(self, node: Node) -> None:
        self._set_up(node)
        (node.root / "fence.py").chmod(0o666)
        node.create()
        node.write_state()
        (node.root / "called").unlink()
        assert "others than root" in node.refused("--root", str(node.root / "state"), "start", ID)

    @pytest.mark.parametrize("namespaces", [[], None, [{"type": "network", "path": "/proc/7/ns/net"}]])
    def test_a_network_that_is_not_its_own_is_refused(self, node: Node, namespaces: object) -> None:
        self._set_up(node)
        node.write_bundle(linux={"namespaces": namespaces})
        message = node.refused_create()
        assert "profile 'web' has `egress: none`" in message
        assert "shares the network of the node or of another container" in message

    @pytest.mark.parametrize("command", ["run", "restore"])
    def test_what_starts_at_once_is_refused(self, node: Node, command: str) -> None:
        self._set_up(node)
        assert f"cannot be kept with `{command}`" in node.refused(command, "--bundle", str(node.bundle), ID)

    def test_capabilities_that_lead_past_it_are_taken_away(self, node: Node) -> None:
        self._set_up(node)
        sets = {name: ["CAP_CHOWN", "CAP_NET_ADMIN", "CAP_NET_RAW"] for name in ("bounding", "effective")}
        node.write_bundle(process={"capabilities": {**sets, "ambient": None}})
        kept = {"bounding": ["CAP_CHOWN"], "effective": ["CAP_CHOWN"], "ambient": []}
        assert node.create()["process"]["capabilities"] == kept


class TestCompiled:
    """Python compiles the runtime once, not at each start of a process in a container."""

    def test_what_was_compiled_is_kept(self, node: Node) -> None:
        node.create()
        assert [path.name.partition(".")[0] for path in (node.root / "__pycache__").iterdir()] == ["runtime"]

    def test_nobody_else_may_write_what_was_compiled(self, node: Node) -> None:
        before = os.umask(0)
        try:
            node.create()
        finally:
            os.umask(before)
        assert (node.root / "__pycache__").stat().st_mode & 0o777 == 0o700

    def test_a_runtime_that_was_replaced_counts_at_once(self, node: Node) -> None:
        node.create()
        module = node.root / "runtime.py"
        module.write_text(module.read_text().replace("harden-runtime: {reason}", "another: {reason}"))
        node.policy.unlink()
        node.call("--log", str(node.log), "create", "--bundle", str(node.bundle), ID)
        assert "another: " in node.log.read_text()

    def test_without_its_module_nothing_is_started(self, node: Node) -> None:
        (node.root / "runtime.py").unlink()
        done = node.call("create", "--bundle", str(node.bundle), ID)
        assert done.returncode == 1
        assert "runtime" in done.stderr
        assert not (node.root / "called").exists()
