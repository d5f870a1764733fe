"""Which layer refused a try, from what the kernel answered and what the filter and the log say."""

import errno
import json
import re
from importlib import resources

import pytest

from hardening.drill.catalogue import BY_ID, PROBES, reaching
from hardening.drill.verdict import allows, judge
from hardening.model.drill import Answer, Drill, Layer, Probe
from hardening.record.audit_log import Message
from hardening.render.drill import as_text
from tests.unit.test_architecture import ROOT

FILTER = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [
        {"names": ["openat", "connect", "execve", "setresuid"], "action": "SCMP_ACT_ALLOW"},
        {
            "names": ["socket"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}],
        },
        {
            "names": ["clone"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 0x7E020000, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
        },
        {
            "names": ["mmap", "mprotect"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 2, "value": 6, "valueTwo": 2, "op": "SCMP_CMP_MASKED_EQ"}],
        },
        {
            "names": ["mmap"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 2, "value": 6, "valueTwo": 4, "op": "SCMP_CMP_MASKED_EQ"}],
        },
        {"names": ["clone3", "openat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    ],
}


def verdict(probe: Probe, outcome: str, number: int = 0, *denied: tuple[str, str]) -> Layer:
    answer = Answer(probe.id, probe.call, outcome, number)
    told = [Message(1, "DENIED", operation, "harden-web", 1, "web", name) for operation, name in denied]
    (found,) = judge([probe], {probe.id: answer}, json.dumps(FILTER), told)
    return found.layer


def test_the_program_tries_what_the_catalogue_names_in_its_order_by_the_same_calls() -> None:
    source = resources.files("hardening.drill").joinpath("probe.c").read_text()
    table = source[source.index("static const struct probe probes[]") :]
    rows = re.findall(r'\{"([a-z0-9-]+)", "([a-z0-9_]+)", \w+\}', table)
    assert [row[0] for row in rows] == [probe.id for probe in PROBES]
    assert {row[0]: row[1] for row in rows} == {probe.id: probe.call for probe in PROBES}
    assert len(PROBES) >= 45


@pytest.mark.parametrize(
    ("probe", "outcome", "number", "denied", "layer"),
    [
        ("mount-tmpfs", "refused", errno.EPERM, (), Layer.SECCOMP),
        ("clone3-user", "refused", errno.ENOSYS, (), Layer.SECCOMP),
        ("clone-user", "refused", errno.EPERM, (), Layer.SECCOMP),
        ("socket-packet", "refused", errno.EPERM, (), Layer.SECCOMP),
        ("socket-raw", "refused", errno.EPERM, (), Layer.CAPABILITY),
        ("core-pattern", "refused", errno.EACCES, (("open", "/proc/sys/kernel/core_pattern"),), Layer.APPARMOR),
        ("core-pattern", "refused", errno.EACCES, (("exec", "/proc/sys/kernel/core_pattern"),), Layer.PERMISSIONS),
        ("shadow", "refused", errno.EACCES, (("open", "/proc/keys"),), Layer.PERMISSIONS),  # another probe's refusal
        ("memory-file", "refused", errno.EACCES, (("open", "/proc/17/mem"),), Layer.APPARMOR),
        ("firmware", "refused", errno.EACCES, (("open", "/sys/firmware/"),), Layer.APPARMOR),
        ("image-program", "refused", errno.EACCES, (("mknod", "/usr/bin/web.probe"),), Layer.APPARMOR),
        ("exec-shell", "refused", errno.EACCES, (("exec", "/usr/bin/dash"),), Layer.APPARMOR),
        ("core-pattern", "refused", errno.EACCES, (), Layer.PERMISSIONS),
        ("image-root", "refused", errno.EROFS, (), Layer.READ_ONLY),
        ("shadow", "refused", errno.ENOENT, (), Layer.ABSENT),
        ("exec-written", "refused", errno.EACCES, (("exec", "/tmp/run-17"),), Layer.APPARMOR),
        ("exec-written", "refused", errno.EACCES, (("exec", "/usr/bin/dash"),), Layer.NOEXEC),
        ("exec-written", "refused", errno.ENOSPC, (), Layer.UNTRIED),
        ("memory-file", "refused", errno.ESRCH, (), Layer.UNTRIED),
        ("setuid", "refused", errno.EINVAL, (), Layer.UNTRIED),
        ("engine-socket", "refused", errno.EPERM, (), Layer.SECCOMP),  # no socket of its family to begin with
        ("exec-memory", "refused", errno.EACCES, (("exec", "/memfd:probe"),), Layer.SECCOMP),
        ("exec-written", "refused", errno.EACCES, (), Layer.NOEXEC),
        ("map-written", "refused", errno.EPERM, (), Layer.NOEXEC),
        ("writable-code", "refused", errno.EPERM, (), Layer.SECCOMP),
        ("code-after-writing", "refused", errno.EPERM, (), Layer.SECCOMP),
        ("setuid", "refused", errno.EPERM, (), Layer.CAPABILITY),
        ("exec-written", "open", 0, (), Layer.OPEN),
        ("exec-written", "no answer", 14, (), Layer.UNTRIED),
        ("exec-written", "untried", 1, (), Layer.UNTRIED),
        ("segment-table", "absent", 0, (), Layer.KERNEL),
        ("writable-code", "killed", 31, (), Layer.SECCOMP),
        ("writable-code", "killed", 11, (), Layer.UNTRIED),
    ],
)
def test_the_first_layer_that_refuses_is_named(
    probe: str, outcome: str, number: int, denied: tuple[tuple[str, str], ...], layer: Layer
) -> None:
    assert verdict(BY_ID[probe], outcome, number, *denied) is layer


@pytest.mark.parametrize("probe", ["priority", "perf-event"])
def test_eacces_for_want_of_a_capability_is_not_of_a_file(probe: str) -> None:
    answer = Answer(probe, BY_ID[probe].call, "refused", errno.EACCES)
    (found,) = judge([BY_ID[probe]], {probe: answer}, "", ())
    assert found.layer is Layer.CAPABILITY


def test_the_program_makes_calls_by_the_names_that_filters_have() -> None:
    source = resources.files("hardening.drill").joinpath("probe.c").read_text()
    bare = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    assert re.findall(r"(?<!\w)(?:open|opendir|fork|vfork|mknod|pause)\(", bare) == []


@pytest.mark.parametrize(
    ("name", "outcome", "number", "layer"),
    [
        ("database:one", "refused", errno.EACCES, Layer.DATABASE),
        ("database:one", "refused", errno.ECONNRESET, Layer.DATABASE),
        ("database:one", "refused", errno.ENETUNREACH, Layer.NETWORK),
        ("database:one", "open", 0, Layer.OPEN),
        ("manager", "refused", errno.EHOSTUNREACH, Layer.NETWORK),  # the fence of `egress: none`
        ("manager", "refused", errno.ETIMEDOUT, Layer.NETWORK),
        ("manager", "refused", errno.ECONNREFUSED, Layer.ABSENT),  # there is a way, and nobody at its end
        ("manager", "no answer", 14, Layer.NETWORK),
    ],
)
def test_what_guards_the_network_is_told_apart(name: str, outcome: str, number: int, layer: Layer) -> None:
    assert verdict(reaching(name, "reach it"), outcome, number) is layer


def test_a_probe_without_an_answer_was_not_blocked() -> None:
    (found,) = judge([BY_ID["ptrace"]], {}, "", ())
    assert (found.layer, found.is_blocked) == (Layer.UNTRIED, False)


@pytest.mark.parametrize(
    ("comparison", "value", "second", "given", "passes"),
    [
        ("EQ", 2, 0, 2, True),
        ("EQ", 2, 0, 3, False),
        ("NE", 2, 0, 3, True),
        ("LT", 2, 0, 2, False),
        ("LE", 2, 0, 2, True),
        ("GT", 2, 0, 2, False),
        ("GE", 2, 0, 2, True),
        ("MASKED_EQ", 0xF0, 0x10, 0x1F, True),
        ("MASKED_EQ", 0xF0, 0x10, 0x2F, False),
    ],
)
def test_a_filter_compares_arguments_as_the_kernel_does(
    comparison: str, value: int, second: int, given: int, passes: bool
) -> None:
    compared = {"index": 0, "value": value, "valueTwo": second, "op": f"SCMP_CMP_{comparison}"}
    document = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "syscalls": [{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [compared]}],
    }
    assert allows(document, "socket", {0: given}) is passes


@pytest.mark.parametrize("role", ["mongod", "api", "nginx"])
def test_the_shipped_filters_refuse_most_of_it_before_anything_else_is_asked(role: str) -> None:
    document = json.loads((ROOT / "profiles" / role / "seccomp.json").read_text())
    stopped = [probe.id for probe in PROBES if not allows(document, probe.call, probe.arguments)]
    assert {"mount-tmpfs", "ptrace", "bpf-map", "io-uring", "namespace-user", "clone-user", "key-add"} <= set(stopped)


def test_the_text_tells_what_nothing_stopped_and_is_harmless() -> None:
    probes = [BY_ID["ptrace"], BY_ID["exec-written"]]
    answers = {
        "ptrace": Answer("ptrace", "ptrace", "refused", errno.EPERM),
        "exec-written": Answer("exec-written", "execve", "open", 0),
    }
    verdicts = tuple(judge(probes, answers, json.dumps(FILTER), ()))
    text = as_text([Drill("shop_\x1bweb", "web", "n1", "web@sha256:1", "as deployed", verdicts)], everything=False)
    assert "1 of 2 tries stopped" in text
    assert "by seccomp 1" in text
    assert "run a program it wrote" in text
    assert "trace another process" not in text
    assert "\x1b" not in text
