from __future__ import annotations

import json
from typing import Any

import pytest

from hardening import confine
from hardening.confine import syscalls
from hardening.model.policy import AppArmorPolicy, ArgumentRule, FileRule, NetworkRule, Policy, SeccompPolicy

FILES = (FileRule("/srv/b", "r", "pages"), FileRule("/srv/a", "rw"), FileRule("/srv/b", "k", "locks"))
SOCKETS = (NetworkRule("inet", "stream"), NetworkRule("unix"))


def _policy(
    calls: tuple[str, ...] = ("read",),
    files: tuple[FileRule, ...] = FILES,
    network: tuple[NetworkRule, ...] = SOCKETS,
    **more: Any,  # noqa: ANN401 - fields of Policy
) -> Policy:
    return Policy("a server", SeccompPolicy(calls), AppArmorPolicy(files, network), **more)


def _rules(policy: Policy) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = json.loads(confine.build("web", policy).seccomp)["syscalls"]
    return rules


def _answer(policy: Policy, call: str) -> object:
    """What the filter says to a call without looking at arguments: allow, an errno, or `guarded`."""
    for rule in _rules(policy):
        if call in rule["names"]:
            if rule["action"] == "SCMP_ACT_ALLOW":
                return "guarded" if rule.get("args") else "allow"
            return rule["errnoRet"]
    return json.loads(confine.build("web", policy).seccomp)["defaultErrnoRet"]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("read", "allow"),
        ("mount", 1),
        ("ptrace", 1),
        ("clone3", 38),
        ("faccessat2", 38),
        ("io_uring_setup", 38),
        ("statx", "allow"),  # by runc, as openat2
        ("openat2", "allow"),
        ("file_setattr", 38),
    ],
)
def test_the_filter_answers_with_an_errno_that_programs_expect(call: str, answer: object) -> None:
    assert _answer(_policy(), call) == answer


def test_a_newer_call_that_the_policy_names_is_allowed() -> None:
    assert _answer(_policy(("close_range",)), "close_range") == "allow"


def test_nothing_is_ever_killed_and_nothing_allowed_by_default() -> None:
    document = json.loads(confine.build("web", _policy()).seccomp)
    assert document["defaultAction"] == "SCMP_ACT_ERRNO"
    assert {rule["action"] for rule in document["syscalls"]} <= {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"}


def test_the_filter_is_plain_oci() -> None:
    document = json.loads(confine.build("web", _policy()).seccomp)
    assert set(document) == {"defaultAction", "defaultErrnoRet", "architectures", "syscalls"}
    assert all(set(rule) <= {"names", "action", "errnoRet", "args"} for rule in document["syscalls"])


def _passes(policy: Policy, call: str, *arguments: int) -> bool:
    """Whether the filter lets a call through with these arguments, as libseccomp reads the rules."""
    rules = [rule for rule in _rules(policy) if call in rule["names"] and rule["action"] == "SCMP_ACT_ALLOW"]
    return any(
        all(arguments[each["index"]] & each["value"] == each["valueTwo"] for each in rule.get("args", ()))
        for rule in rules
    )


@pytest.mark.parametrize(
    ("family", "kind", "passes"),
    [
        (2, 1, True),
        (2, 1 | 0o2004000, True),  # SOCK_CLOEXEC, SOCK_NONBLOCK
        (2, 2, False),
        (1, 1, True),
        (1, 2, True),  # the policy names no type
        (10, 1, False),
        (38, 5, False),
    ],
)
def test_sockets_are_held_to_the_networks_of_the_policy(family: int, kind: int, passes: bool) -> None:
    assert _passes(_policy(("socket",)), "socket", family, kind, 0) is passes


@pytest.mark.parametrize(
    ("kind", "protocol", "passes"),
    [
        (1, 0, True),
        (1, 6, True),
        (1, 132, False),  # SCTP
        (1, 262, False),  # multipath TCP
        (2, 17, True),
        (2, 6, False),
        (2, 1, False),  # ICMP
        (2, 115, False),  # L2TP
        (3, 1, True),  # raw sockets are what a policy that names them wants
    ],
)
def test_sockets_speak_tcp_and_udp_and_load_no_rare_protocol(kind: int, protocol: int, passes: bool) -> None:
    networks = tuple(NetworkRule("inet", each) for each in ("stream", "dgram", "raw"))
    policy = Policy("a server", SeccompPolicy(("socket",)), AppArmorPolicy(FILES, networks))
    assert _passes(policy, "socket", 2, kind, protocol) is passes


def test_a_call_is_held_to_the_values_that_a_policy_names_and_to_ordinary_ones() -> None:
    seccomp = SeccompPolicy(("setsockopt",), (ArgumentRule("setsockopt", {1: 1, 2: 32}, "priority"),))
    policy = Policy("a server", seccomp, AppArmorPolicy(FILES, SOCKETS))
    assert _passes(policy, "setsockopt", 0, 1, 32)
    assert _passes(policy, "setsockopt", 0, 6, 1)  # TCP_NODELAY
    assert not _passes(policy, "setsockopt", 0, 0, 64)  # a packet filter's table
    assert _passes(_policy(("setsockopt",)), "setsockopt", 0, 0, 64), "nothing is known of its values"


def test_clone_cannot_make_namespaces() -> None:
    (rule,) = [rule for rule in _rules(_policy(("clone",))) if "clone" in rule["names"]]
    new_user_namespace, thread = 0x10000000, 0x3D0F00
    (compared,) = rule["args"]
    assert compared["op"] == "SCMP_CMP_MASKED_EQ"
    assert thread & compared["value"] == compared["valueTwo"]
    assert new_user_namespace & compared["value"] != compared["valueTwo"]


def test_without_no_new_privileges_runc_gets_what_it_needs_after_the_filter() -> None:
    assert _answer(_policy(), "setuid") == 1
    assert _answer(_policy(no_new_privileges=False), "setuid") == "allow"


def test_the_order_of_the_policy_does_not_matter() -> None:
    one = _policy(("read", "write", "socket"))
    other = _policy(("socket", "write", "read"), FILES[:1] + FILES[:0:-1], SOCKETS[::-1])
    assert confine.build("web", one) == confine.build("web", other)


def test_rules_for_one_path_become_one_line_with_all_reasons() -> None:
    text = confine.build("web", _policy()).apparmor
    assert "  /srv/a rw,\n  /srv/b rk,  # pages; locks\n" in text


def test_only_a_recent_parser_gets_rules_that_older_ones_reject() -> None:
    portable, recent = (confine.build("web", _policy(), version).apparmor for version in ((3, 0), (4, 1)))
    assert "abi <abi/3.0>," in portable
    assert "abi <abi/4.0>," in recent
    for word in ("userns", "io_uring", "mqueue"):
        assert word not in portable
        assert f"deny {word}," in recent


def test_numbers_of_known_calls() -> None:
    assert {name: syscalls.numbers()[name] for name in ("read", "rseq", "clone3", "file_setattr")} == {
        "read": 0,
        "rseq": 334,
        "clone3": 435,
        "file_setattr": 469,
    }
    assert syscalls.numbers().keys() >= syscalls.DANGEROUS
