"""The parts of the recorder that run on nodes, with what bpftrace, auditd and containers may say to them."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import struct
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from hardening.hosts import process, program
from hardening.node import audit_trail, bpftrace, recorded, recorder, recorder_script, refusals, variant
from hardening.node.bpftrace import Bpftrace, _decoded, _text
from hardening.node.container_root import Root, loader
from hardening.node.control_groups import group_path
from hardening.node.fact import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = "0123456789abcdef" * 4
PLACE = recorder_script.Place("cgroup", 0, "/system.slice/docker-")
CALLS = {
    *recorder_script.VALUES,
    *recorder_script.OPENING,
    *recorder_script.CHANGING,
    *recorder_script.MEETING,
    *recorder_script.LOCKING,
}
VERSIONS = [(0, 17), (0, 23)]


@pytest.mark.parametrize("name", ["recorder", "recorder_answer", "variant", "load", "refusals"])
def test_programs_travel_whole(name: str) -> None:
    """Sent as they are to nodes, they start, read a request and answer with an error of their own."""
    request = {
        "socket": "/nowhere",
        "service": "",
        "container": "x",
        "engine_socket": "/nowhere",
        "profile": "",
        "since": None,
        "role": "x",
        "policy": "/nowhere",
        "label": "",
    }
    result = process.run(
        program.ARGV,
        stdin=program.package(name, {**request, "audit": "try", "complain": False, "refusals_only": False}),
        timeout=60,
    )
    assert "Traceback" not in result.stderr.decode() or name == "recorder_answer", result.stderr.decode()
    assert b"error" in result.stdout or b"No such file" in result.stderr


# --- the script -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_script_is_balanced_and_names_only_tracepoints_that_exist(version: tuple[int, int]) -> None:
    text = recorder_script.script(
        PLACE, {5: [], 6: [71, 72]}, CALLS - {"open", "unlink"}, {recorder_script.KPROBES}, version
    )
    assert text.count("{") == text.count("}")
    assert text.count("(") == text.count(")")
    assert "CGROUP" not in text
    assert "sys_enter_open " not in text
    assert "sys_enter_openat " in text
    assert "@watched[(uint64)5] = 1; @watched[(uint64)6] = 1; @member[(int32)71] = (uint64)6;" in text
    assert "kprobe:cap_capable" in text


@pytest.mark.parametrize("version", VERSIONS)
def test_a_verification_asks_for_calls_and_programs_only(version: tuple[int, int]) -> None:
    text = recorder_script.script(PLACE, {5: [71]}, CALLS, {recorder_script.KPROBES}, version, refusals_only=True)
    assert set(re.findall(r"@(\w+)[ \[]", text)) == {
        *("watched", "member", "born", "total", "calls", "failed", "ran", "home"),
    }
    assert "sys_enter_" not in text
    assert "cap_capable" not in text
    assert text.endswith("END { clear(@watched); clear(@member); }")


@pytest.mark.parametrize("version", VERSIONS)
def test_where_names_of_tracepoints_are_broken_they_are_not_used(version: tuple[int, int]) -> None:
    text = recorder_script.script(PLACE, {}, CALLS, {recorder_script.CAPABILITIES}, version)
    assert ("rawtracepoint:cgroup_mkdir" in text) == (version >= (0, 20))
    assert "kprobe" not in text


# --- what it counted --------------------------------------------------------------------------------------------------


def known(text: str) -> dict[str, object]:
    return {"Image": "sha256:1", "Config": {"WorkingDir": text}}


def test_rows_of_other_groups_are_left_out_and_loss_is_the_difference() -> None:
    maps = {"@total": 10, "@calls": {"7,100,2,0,1": 4, "8,100,2,0,1": 3}, "@received": {"7,15,a,b": 1}}
    found = recorded.rows(maps, {7: ID}, {ID: known("/")}, 180)
    assert found["uncounted"] == 3
    assert found["calls"] == [[7, 100, 2, 0, 1, 4]]
    assert found["received"] == [[7, 0, 15, "a,b", 1]]


def test_a_path_that_was_cut_off_or_not_read_is_not_guessed() -> None:
    long = "/" + "x" * 179
    maps = {
        "@opened": {f"7,100,5,1,1,0,33188,0,{long}": 1, "7,100,6,1,1,0,33188,44,": 1, "7,100,7,1,1,0,33188,44,near": 1},
        "@changed": {f"7,100,{recorder_script.ON_PATHS.index(('connect', 0))},0,": 1},
    }
    found = recorded.rows(maps, {7: ID}, {ID: known("/")}, 180)
    assert [row[7] for row in found["opened"]] == [None, None, None]
    assert found["changed"] == []


@pytest.mark.parametrize(
    ("said", "path"),
    [
        (b"/caf\\uffffffc3\\uffffffa9", "/caf\u00e9"),  # as version 0.17 writes it
        (b"/caf\xc3\xa9", "/caf\u00e9"),
        (b'/a\\\\uffffffe9\\u0009\\"b', '/a\\uffffffe9\t"b'),
        (b"/caf\\uffffffe9", None),
        (b"/caf\xe9", None),
    ],
)
def test_names_are_told_by_their_bytes_and_those_that_are_no_utf_8_are_a_loss(said: bytes, path: str | None) -> None:
    line = b'{"type": "map", "data": {"@opened": {"7,100,5,1,1,0,33188,0,%b": 1}}}' % said
    _, maps = _decoded(_text(line))
    found = recorded.rows(maps, {7: ID}, {ID: known("/")}, 180)
    assert [row[7] for row in found["opened"]] == [path]


def test_a_relative_path_is_told_by_the_folder_it_was_in() -> None:
    """Also of folders that were entered by relative paths, and are told of in no order."""
    maps = {
        "@moved": {"7,62,61,inner": 1, "7,61,0,/data": 1},
        "@opened": {"7,100,5,1,2,0,33188,62,file": 1},
        "@changed": {f"7,100,{recorder_script.ON_PATHS.index(('rename', 1))},61,../moved": 1},
    }
    found = recorded.rows(maps, {7: ID}, {ID: known("/")}, 180)
    assert found["opened"][0][7] == "/data/inner/file"
    assert found["changed"][0][4] == "/moved"


@pytest.mark.parametrize("maps", [{"@calls": {"7,100": 1}}, {"@calls": 5}])
def test_a_form_that_is_not_known_is_told(maps: dict[str, object]) -> None:
    with pytest.raises(NotReadable, match="bpftrace printed @calls in an unknown form"):
        recorded.rows(maps, {7: ID}, {}, 180)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"type": "map", "data": {"@a": {"1,x\\"y": 2}}}', ("map", {"@a": {'1,x"y': 2}})),
        ('{"type": "attached_probes", "data": {"probes": 3}}', ("attached_probes", {"probes": 3})),
        (
            '{"type": "helper_error", "msg": "x", "helper": "map_update_elem", "retcode": -7}',
            ("helper_error", "map_update_elem"),
        ),
        ("\n", ("", None)),
    ],
)
def test_bpftraces_lines_are_read(line: str, expected: tuple[str, object]) -> None:
    assert _decoded(line) == expected


@pytest.mark.parametrize("line", ["Attaching 3 probes...", "[]", "{}", '{"type": "map", "data": {'])
def test_a_line_that_is_none_is_told(line: str) -> None:
    with pytest.raises(NotReadable, match="bpftrace said something unknown"):
        _decoded(line)


STAND_IN = """#!/bin/sh
[ "$1" = --version ] && echo bpftrace v0.17.0 && exit
trap "cat '{maps}'; exit 0" INT TERM
echo '{{"type": "printf", "data": "ready 5"}}'
while :; do sleep 0.05; done
"""


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bpftrace]:
    """A program that says what bpftrace does, and ends as well as it when it is asked; its maps are a file's."""
    program = tmp_path / "bpftrace"
    program.write_text(STAND_IN.format(maps=tmp_path / "maps"))
    program.chmod(0o755)
    (tmp_path / "maps").write_text('{"type": "map", "data": {"@total": 3}}\n')
    monkeypatch.setattr(bpftrace, "PROGRAM", str(program))
    monkeypatch.setattr(bpftrace, "_TYPES", "/")
    monkeypatch.setattr(bpftrace, "_see_tracing", lambda: None)
    monkeypatch.setattr(bpftrace, "_known_calls", set)
    monkeypatch.setattr(bpftrace, "_known_ways", lambda: {recorder_script.KPROBES})
    running = Bpftrace(PLACE, {})
    yield running
    running.kill()


def test_a_table_that_is_full_is_a_loss(counting: Bpftrace, tmp_path: Path) -> None:
    full = {f"7,100,2,0,{number}": 1 for number in range(16384)}
    rows = [{"@total": 16384}, {"@opened": full}, {"@ran": {"7,100,/x": 1}}]
    (tmp_path / "maps").write_text("".join(f"{json.dumps({'type': 'map', 'data': row})}\n" for row in rows))
    maps, lost = counting.finish()
    assert (maps["@total"], lost) == (16384, 1)


def test_what_was_counted_is_read_when_it_is_ended(counting: Bpftrace) -> None:
    assert counting.finish() == ({"@total": 3}, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_bpftrace_that_somebody_ended_has_not_seen_everything(counting: Bpftrace, number: int) -> None:
    os.kill(counting.pid, number)
    os.waitid(os.P_PID, counting.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(NotReadable, match="bpftrace ended before it was asked to"):
        counting.finish()


def test_groups_that_were_made_meanwhile_are_known_by_their_container() -> None:
    maps = {"@born": {f"9,/system.slice/docker-{ID}.scope": 1, "10,/system.slice/docker-short.scope": 1}}
    assert recorded.born(maps) == {9: ID}


@pytest.mark.parametrize(("hierarchy", "path"), [(0, f"/docker/{ID}"), (4, "/a:b"), (9, "")])
def test_the_path_in_one_hierarchy(hierarchy: int, path: str) -> None:
    assert group_path(f"4:memory:/a:b\n0::/docker/{ID}\n", hierarchy) == path


@pytest.mark.parametrize(
    ("early", "late", "complaint"),
    [
        ({7: ID}, {7: ID, 9: ID[::-1]}, ""),
        ({7: ID, 8: ID[::-1]}, {7: ID}, ID[::-1][:12]),
        ({7: ID}, {7: ID, 8: ID[::-1]}, ID[::-1][:12]),
    ],
    ids=["all were seen", "one started while bpftrace compiled", "one runs where none was expected"],
)
def test_a_container_that_was_not_watched_is_told(
    early: dict[int, str], late: dict[int, str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = iter([{7: ID}, early, late])
    maps = {"@born": {f"9,/system.slice/docker-{ID[::-1]}.scope": 1}}
    watched = SimpleNamespace(
        look=lambda: {ID: {}, ID[::-1]: {}}, engine=lambda: ("26.1", "runc 1.1", "systemd"), image=str
    )
    child = SimpleNamespace(
        pid=os.getpid(), own_group=5, version=(0, 17), longest=179, finish=lambda: (maps, 0), kill=lambda: None
    )
    monkeypatch.setattr(recorder, "Watched", lambda *_: watched)
    monkeypatch.setattr(recorder, "place", lambda *_: PLACE)
    monkeypatch.setattr(recorder, "numbers", lambda *_: next(running))
    monkeypatch.setattr(recorder, "number", lambda *_: 5)
    monkeypatch.setattr(recorder, "Bpftrace", lambda *_, **__: child)
    request = {"engine_socket": "", "service": "shop_web", "container": "", "profile": "", "audit": "try"}
    watching = recorder.Recorder({**request, "complain": False, "refusals_only": False})
    if not complaint:
        assert watching.finish()["groups"] == {"7": ID, "9": ID[::-1]}
        return
    with pytest.raises(NotReadable, match=f"^{complaint} started before the watching did"):
        watching.finish()


# --- a container's files ----------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Root]:
    """A folder as a container's root."""
    for folder in ("etc", "usr/lib", "data", "proc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/hostname").write_text("x")
    (tmp_path / "lib").symlink_to("usr/lib")
    (tmp_path / "absolute").symlink_to("/etc")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "escape").symlink_to("../../../../etc")
    (tmp_path / "data/up").symlink_to("../etc/hostname")
    (tmp_path / "usr/lib/script").write_text("#!/bin/sh -e\n")
    opened = os.open

    def inside(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        return opened(str(tmp_path) if path == "/proc/1/root" else path, flags, mode, dir_fd=dir_fd)

    with ExitStack() as stack:
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", inside)
            root = Root(1)
        stack.callback(root.close)
        yield root


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("/etc/hostname", "/etc/hostname"),
        ("//etc/./hostname/", "/etc/hostname"),
        ("/lib/script", "/usr/lib/script"),
        ("/absolute/hostname", "/etc/hostname"),
        ("/data/up", "/etc/hostname"),
        ("/escape/hostname", "/etc/hostname"),
        ("/../../etc/hostname", "/etc/hostname"),
        ("/etc/none/../x", "/etc/x"),
        ("/etc/new", "/etc/new"),
        ("/proc/self/status", "/proc/self/status"),
        ("/proc/thread-self/comm", "/proc/thread-self/comm"),
        ("/loop", "/loop"),
        ("/", "/"),
    ],
)
def test_links_are_followed_within_the_container(root: Root, path: str, real: str) -> None:
    assert root.real(path) == real


def test_inodes_and_beginnings_are_of_what_a_path_leads_to(root: Root, tmp_path: Path) -> None:
    assert root.inode("/absolute/hostname") == (tmp_path / "etc/hostname").stat().st_ino
    assert root.inode("/none") == 0
    assert loader(root.head("/lib/script")) == "/bin/sh"
    assert root.head("/etc") == b""


def test_no_descriptor_is_left(root: Root) -> None:
    before = descriptors()
    for path in ("/lib/script", "/loop", "/none/x", "/proc/self/x", "/escape"):
        root.real(path)
        root.inode(path)
        root.head(path)
    assert descriptors() == before


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_an_elf_files_interpreter() -> None:
    name = b"/lib64/ld-linux-x86-64.so.2\0"
    header = bytearray(64)
    header[:5] = b"\x7fELF\x02"
    struct.pack_into("<Q", header, 32, 64)
    struct.pack_into("<HH", header, 54, 56, 1)
    entry = bytearray(56)
    struct.pack_into("<I", entry, 0, 3)
    struct.pack_into("<Q", entry, 8, 120)
    struct.pack_into("<Q", entry, 32, len(name))
    whole = bytes(header + entry) + name
    assert loader(whole) == "/lib64/ld-linux-x86-64.so.2"
    for length in range(len(whole)):
        loader(whole[:length])
    assert loader(Path("/bin/sh").read_bytes()[:4096]).startswith("/lib")


# --- audit ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An audit log, and an auditctl that writes into it as auditd would."""
    path = tmp_path / "audit.log"
    path.write_text("before\n")
    state = tmp_path / "lost"
    state.write_text("3")
    monkeypatch.setattr(audit_trail, "LOG", str(path))

    def output(*argv: str, seconds: float = 0) -> bytes:  # noqa: ARG001 - the door's own signature
        if argv[1] == "-m":
            with path.open("a") as file:
                file.write(f"type=USER {argv[2]}\n")
            return b""
        return b"auditctl version 4.0.2" if argv[1] == "-v" else b"enabled 1\npid 5\nlost %b\n" % state.read_bytes()

    monkeypatch.setattr(audit_trail, "output", output)
    return path


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_lines_about_the_profile_since_the_start_are_read(log: Path) -> None:
    trail = audit_trail.AuditTrail("harden-web")
    add(log, 'a profile="harden-web" x\nb profile="harden-webs"\nc profile="harden-web//null-/bin/sh"\n')
    (log.parent / "lost").write_text("5")
    assert trail.finish() == {
        "lines": ['a profile="harden-web" x', 'c profile="harden-web//null-/bin/sh"'],
        "lost": 2,
        "version": "4.0.2",
    }


def test_two_questions_have_what_was_refused_between_them(log: Path) -> None:
    first = refusals.told("harden-web", None)
    assert (first["lines"], first["lost"]) == ([], 0)
    add(log, 'a profile="harden-web" x\nb profile="harden-webs"\n')
    (log.parent / "lost").write_text("4")
    second = refusals.told("harden-web", list(first["since"]))
    assert (second["lines"], second["lost"]) == (['a profile="harden-web" x'], 1)


def test_a_log_that_was_rotated_is_read_on(log: Path) -> None:
    trail = audit_trail.AuditTrail("harden-web")
    add(log, 'one profile="harden-web"\n')
    for number in (2, 1):
        source = log.with_name(f"audit.log.{number - 1}") if number > 1 else log
        if source.exists():
            source.rename(log.with_name(f"audit.log.{number}"))
    log.write_text('two profile="harden-web"\n')
    assert [line[:3] for line in trail.finish()["lines"]] == ["one", "two"]


def test_a_log_that_was_rotated_away_is_told(log: Path) -> None:
    trail = audit_trail.AuditTrail("harden-web")
    log.rename(log.with_name("gone"))
    log.write_text("new\n")
    with pytest.raises(NotReadable, match="was rotated away during the recording: raise num_logs"):
        trail.finish()


@pytest.mark.parametrize(
    ("rule", "is_deaf"),
    [
        ("-a always,exclude -F msgtype=AVC", True),
        ("-a never,exclude -F pid=5", True),
        ("-a always,exclude -F msgtype>=1300", True),
        ("-a always,exclude -F msgtype=CWD", False),
        ("-a always,exit -F arch=b64 -S execve -F key=exec", False),
        ("No rules", False),
    ],
)
def test_rules_by_which_auditd_hears_nothing_of_apparmor_are_told(
    rule: str, is_deaf: bool, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log.exists()
    others = vars(audit_trail)["output"]  # of the fixture
    monkeypatch.setattr(audit_trail, "output", lambda *argv: f"{rule}\n".encode() if argv[1] == "-l" else others(*argv))
    if not is_deaf:
        assert audit_trail.AuditTrail("harden-web").finish()["lines"] == []
        return
    with pytest.raises(NotReadable, match=f"by the audit rule `{re.escape(rule)}` auditd hears nothing of AppArmor"):
        audit_trail.AuditTrail("harden-web")


@pytest.mark.parametrize("status", [b"enabled 0\npid 5\nlost 0\n", b"enabled 1\npid 0\nlost 0\n"])
def test_without_auditd_there_is_no_trail(status: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_trail, "output", lambda *_: status)
    with pytest.raises(NotReadable, match="auditd does not run"):
        audit_trail.AuditTrail("harden-web")


# --- the connection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["stdin", "stdout"])
def test_a_program_that_stays_ends_with_its_input_or_when_nobody_hears_it(end: str) -> None:
    """A connection that is cut without a word shows only to who sends something over it."""
    with subprocess.Popen(
        [sys.executable, "-c", "from hardening.node import connection as c; c.until_it_ends(0.05)"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as staying:
        assert staying.stdout
        assert staying.stdin
        assert [staying.stdout.readline() for _ in range(2)] == [b"\n", b"\n"]
        (staying.stdin if end == "stdin" else staying.stdout).close()
        staying.wait(30)


# --- the filter of a verification -------------------------------------------------------------------------------------


def test_a_filter_is_put_back_when_its_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "web.json"
    path.write_text("own")
    guard = variant.swap(path, "other")
    assert (path.read_text(), (tmp_path / "web.json.aside").read_text()) == ("other", "own")
    assert guard.stdin
    guard.stdin.close()  # as the kernel does when the program is killed
    guard.wait(30)
    assert [each.name for each in tmp_path.iterdir()] == ["web.json"]
    assert path.read_text() == "own"


def test_what_a_power_cut_left_is_put_right_first(tmp_path: Path) -> None:
    path = tmp_path / "web.json"
    path.write_text('{"defaultErrnoRet": 133}')
    (tmp_path / "web.json.aside").write_text("own")
    guard = variant.swap(path, "other")
    assert guard.stdin
    guard.stdin.close()
    guard.wait(30)
    assert path.read_text() == "own"


def test_what_was_deployed_after_a_power_cut_is_not_replaced_by_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "web.json"
    path.write_text('{"defaultErrnoRet": 1}')
    (tmp_path / "web.json.aside").write_text("older")
    guard = variant.swap(path, "other")
    assert guard.stdin
    guard.stdin.close()
    guard.wait(30)
    assert path.read_text() == '{"defaultErrnoRet": 1}'


def test_a_disk_that_is_full_leaves_the_filter_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "web.json"
    path.write_text("own")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            variant.swap(path, "other" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "own"
    assert [each.name for each in tmp_path.iterdir()] == ["web.json"]


def test_a_node_without_profiles_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="profiles are not enforced on this node"):
        variant.filter_of("web", str(tmp_path / "none"), "", "web")
    policy = tmp_path / "policy.json"
    policy.write_text('{"services": {}, "profiles": {"db": {}}}')
    with pytest.raises(NotReadable, match="has no seccomp filter for web"):
        variant.filter_of("web", str(policy), "", "web")


@pytest.mark.parametrize(
    ("service", "label", "meant"),
    [
        ("shop_web", "", ""),
        ("shop_web", "db", ""),  # the policy is heeded before the label
        ("", "web", ""),
        ("shop_db", "web", "shop_db runs under the profile db"),
        ("other", "", "other runs under no profile"),
        ("", "", "the container runs under no profile"),
        ("", "db", "the container runs under the profile db"),
    ],
)
def test_only_what_runs_under_the_role_is_verified(service: str, label: str, meant: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    services = {"shop_web": "web", "shop_db": "db"}
    policy.write_text(json.dumps({"services": services, "profiles": {"web": {"seccomp": "/web.json"}}}))
    if not meant:
        assert variant.filter_of("web", str(policy), service, label) == Path("/web.json")
        return
    with pytest.raises(NotReadable, match=f"^{meant} here, which would prove nothing about web"):
        variant.filter_of("web", str(policy), service, label)


@pytest.mark.parametrize(
    ("loaded", "complaint"),
    [
        ({}, ""),
        ({"harden-web": "enforce"}, ""),
        ({"harden-web": "complain"}, "is in mode `complain` here, not `enforce`"),
        ({"harden-db": "enforce"}, "is another one here than the one to verify"),
    ],
)
def test_a_loaded_profile_must_be_the_one_to_verify(
    loaded: dict[str, str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("web", "db"):
        (tmp_path / f"harden-{name}").write_text(f"profile harden-{name} {{}}\n")
    monkeypatch.setattr(variant, "PROFILES", str(tmp_path))
    monkeypatch.setattr(variant, "loaded_profiles", lambda: loaded)
    name = next(iter(loaded), "harden-web")
    if not complaint:
        variant.demand_enforced(name, "profile harden-web {}\n")
        return
    with pytest.raises(NotReadable, match=complaint):
        variant.demand_enforced(name, "profile harden-web {}\n")


def test_bpftrace_ends_with_its_parent() -> None:
    """The child is tied by setpriv, which every node has."""
    assert subprocess.run(["setpriv", "--pdeathsig", "KILL", "--", "true"], check=False).returncode == 0
