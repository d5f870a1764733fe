"""What becomes of recordings, an analysis and decisions."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from hardening import confine
from hardening.confine import compare, paths, stale
from hardening.confine.explain import explain
from hardening.confine.generate import Composed
from hardening.confine.sources import Sources
from hardening.confine.summary import summary
from hardening.errors import HardenError
from hardening.model.analysis import Unresolved
from hardening.model.policy import AppArmorPolicy, Egress, FileRule, NetworkRule, Policy, RoleProfile, SeccompPolicy
from hardening.model.profile import EvidenceKind, Risk
from hardening.model.recording import FileUse, SignalUse, SocketUse
from hardening.model.review import ItemKind, Review, Verdict
from hardening.model.verification import Denial, Trial, Verification
from tests.unit.confine.evidence_factory import IMAGE, ORIGIN, POLICY, analysis, arguments, files, recording, review


def _composed(policy: Policy = POLICY, **sources: object) -> Composed:
    given = {"recordings": (recording(),), **sources}
    return confine.compose("web", policy, Sources(**given))  # type: ignore[arg-type]


def _kinds(made: Composed, name: str) -> list[EvidenceKind]:
    return [each.kind for rule in made.profile.rules if rule.name == name for each in rule.evidence]


def _open(made: Composed) -> set[str]:
    return {item.id for item in made.open}


# --- system calls ---------------------------------------------------------------------------------------------------


def test_a_recorded_call_is_allowed_and_says_by_which_program_and_since_which_image() -> None:
    made = _composed(recordings=(recording("getxattr"),))
    (rule,) = [rule for rule in made.profile.rules if rule.name == "call:getxattr"]
    assert [(each.source, each.first_seen) for each in rule.evidence] == [("load: /usr/bin/web", IMAGE)]


@pytest.mark.parametrize(
    ("call", "allowed", "asked"),
    [
        ("clock_gettime", True, False),  # harmless
        ("rename", False, True),
        ("ptrace", False, True),
        ("close_range", False, False),  # answers ENOSYS: programs take their older way
    ],
)
def test_what_only_the_code_can_do_is_allowed_when_harmless_and_asked_otherwise(
    call: str, allowed: bool, asked: bool
) -> None:
    made = _composed(analysis=analysis(call))
    assert (call in made.profile.syscalls, f"call:{call}" in _open(made)) == (allowed, asked)


def test_a_shared_part_loses_calls_that_the_image_cannot_make() -> None:
    without = _composed()
    assert "uname" in without.profile.syscalls
    made = _composed(analysis=analysis("access brk"))
    assert "uname" not in made.profile.syscalls
    assert {"access", "brk"} <= made.profile.syscalls
    assert "execve" in made.profile.syscalls, "the OCI runtime's need is not the image's"


@pytest.mark.parametrize(
    "incomplete",
    [
        {"missing": ("libx.so, which /usr/bin/web asks for",)},
        {"unresolved": (Unresolved("/usr/bin/web", "call", 1),)},
    ],
)
def test_an_analysis_with_gaps_takes_nothing_away(incomplete: dict[str, object]) -> None:
    known = msgspec.structs.replace(analysis("access brk"), **incomplete)
    assert "uname" in _composed(analysis=known).profile.syscalls


@pytest.mark.parametrize(
    "images",
    [("sha256:" + "1" * 64, IMAGE), ("", IMAGE), ("", ""), (IMAGE, "")],
)
def test_an_analysis_of_another_image_than_the_recordings_takes_nothing_away(images: tuple[str, str]) -> None:
    recorded = recording(), replace(recording(scenario="stop"), origin=replace(ORIGIN, image=images[0]))
    known = replace(analysis("access brk"), image=images[1])
    assert "uname" in _composed(recordings=recorded, analysis=known).profile.syscalls
    assert "uname" in _composed(recordings=recorded[1:], analysis=known).profile.syscalls


def test_an_analysis_alone_takes_nothing_away() -> None:
    for image in (IMAGE, ""):
        known = replace(analysis("access brk"), image=image)
        assert "uname" in _composed(recordings=(), analysis=known).profile.syscalls


@pytest.mark.parametrize(
    ("verdict", "allowed", "open_"),
    [(Verdict.ACCEPT, True, False), (Verdict.REFUSE, False, False), (Verdict.OPEN, False, True)],
)
def test_a_decision_is_honoured(verdict: Verdict, allowed: bool, open_: bool) -> None:
    made = _composed(analysis=analysis("rename"), review=review(verdict, "call:rename"))
    assert ("rename" in made.profile.syscalls, "call:rename" in _open(made)) == (allowed, open_)


def test_a_narrowing_keeps_what_it_names_and_refuses_the_rest() -> None:
    items = ("call:rename", "call:chmod")
    decided = review(Verdict.NARROW, *items, narrowed=("call:rename",))
    made = _composed(analysis=analysis("rename chmod"), review=decided)
    assert "rename" in made.profile.syscalls
    assert "chmod" not in made.profile.syscalls
    assert made.open == ()


def test_the_last_decision_counts() -> None:
    both = Review((*review(Verdict.ACCEPT, "call:rename").decisions, *review(Verdict.REFUSE, "call:rename").decisions))
    assert "rename" not in _composed(analysis=analysis("rename"), review=both).profile.syscalls
    undone = Review((*both.decisions, *review(Verdict.OPEN, "call:rename").decisions))
    assert _open(_composed(analysis=analysis("rename"), review=undone)) == {"call:rename"}


def test_a_dangerous_call_is_not_allowed_because_it_was_recorded() -> None:
    made = _composed(recordings=(recording("io_uring_setup keyctl clone3"),))
    assert not {"io_uring_setup", "keyctl", "clone3"} & made.profile.syscalls
    assert {(item.id, item.kind) for item in made.open} == {
        ("call:io_uring_setup", ItemKind.RISKY),
        ("call:keyctl", ItemKind.RISKY),
    }


def test_a_dangerous_call_needs_a_review_to_pass_lint() -> None:
    made = _composed(recordings=(recording("keyctl"),), review=review(Verdict.ACCEPT, "call:keyctl"))
    rendered = confine.render(made.profile)
    assert any("keyctl" in problem for problem in confine.lint(rendered))
    assert confine.lint(rendered, {"keyctl"}) == ()


def test_the_gravest_questions_come_first() -> None:
    made = _composed(analysis=analysis("sync setuid bpf"))
    assert [item.id for item in made.open] == ["call:bpf", "call:setuid", "call:sync"]
    assert made.open[0].risk is Risk.HIGH


# --- arguments ------------------------------------------------------------------------------------------------------


def _passes(made: Composed, call: str, *values: int) -> bool:
    rules = json.loads(confine.render(made.profile).seccomp)["syscalls"]
    wanted = [rule for rule in rules if call in rule["names"] and rule["action"] == "SCMP_ACT_ALLOW"]
    return any(
        all(values[each["index"]] & each["value"] == each["valueTwo"] for each in rule.get("args", ()))
        for rule in wanted
    )


def test_a_cold_call_is_held_to_recorded_and_ordinary_values() -> None:
    made = _composed(recordings=(recording("prctl", arguments=arguments("prctl", {0: 38})),))
    assert _passes(made, "prctl", 38)
    assert _passes(made, "prctl", 15), "PR_SET_NAME"
    assert not _passes(made, "prctl", 22), "PR_SET_SECCOMP"


@pytest.mark.parametrize(("recorded", "executable"), [((1, 3), False), ((1, 5), True)])
def test_memory_becomes_executable_only_where_it_was_seen_to(recorded: tuple[int, ...], executable: bool) -> None:
    uses = arguments("mprotect", *({2: each} for each in recorded))
    made = _composed(recordings=(recording("mprotect", arguments=uses),))
    assert _passes(made, "mprotect", 0, 0, 3)
    assert _passes(made, "mprotect", 0, 0, 5) is executable
    assert not _passes(made, "mprotect", 0, 0, 7), "writable and executable at once"


def test_a_recorded_socket_is_allowed_and_one_of_rare_kernel_code_is_asked() -> None:
    made = _composed(
        recordings=(recording("socket", sockets=(SocketUse("inet", "dgram"), SocketUse("alg", "seqpacket"))),)
    )
    assert made.profile.network == (NetworkRule("inet", "dgram"),)
    assert _open(made) == {"network:alg seqpacket"}
    assert _passes(made, "socket", 2, 2, 17)
    assert not _passes(made, "socket", 38, 5)


@pytest.mark.parametrize("kind", ["raw", "seqpacket", ""])
def test_a_recorded_socket_beside_tcp_and_udp_is_asked(kind: str) -> None:
    made = _composed(
        recordings=(recording("socket", sockets=(SocketUse("inet", kind), SocketUse("unix", "seqpacket"))),)
    )
    assert _open(made) == {f"network:inet {kind}".rstrip()}
    assert not _passes(made, "socket", 2, 5, 132)
    assert _passes(made, "socket", 1, 5)


def test_a_rare_socket_that_was_accepted_is_let_through() -> None:
    decided = review(Verdict.ACCEPT, "network:alg seqpacket")
    made = _composed(recordings=(recording("socket", sockets=(SocketUse("alg", "seqpacket"),)),), review=decided)
    assert _passes(made, "socket", 38, 5)
    assert "network alg seqpacket," in confine.render(made.profile).apparmor


def test_what_a_filter_in_force_refused_is_asked() -> None:
    made = _composed(recordings=(recording(refused={"/usr/bin/web": {"rename": 2, "read": 1, "clone3": 3}}),))
    assert [(item.id, item.kind) for item in made.open] == [("call:rename", ItemKind.DENIAL)]


def _verified(layer: str, what: str) -> Verification:
    denial = Denial(layer, what, "/usr/bin/web", "web", "one", "web.1", 2)  # type: ignore[arg-type]
    trial = Trial("backup", 100, (denial,))
    return Verification("web", "shop_web", "0", ("seccomp", "apparmor"), ORIGIN, (trial,))


@pytest.mark.parametrize(
    ("layer", "what", "item"),
    [
        ("seccomp", "rename", "call:rename"),
        ("apparmor", "open /etc/web/extra.conf r", "file:/etc/web/extra.conf r"),
        ("apparmor", "mknod /var/lib/web/4711 c", "file:/var/lib/web/4711 w"),
        ("apparmor", "open /proc/12/net/tcp r", "file:/proc/[0-9]*/net/tcp r"),
        ("apparmor", "create network inet dgram", "network:inet dgram"),
        ("apparmor", "capable capability chown", "capability:chown"),
        ("apparmor", "signal signal send hup peer=other", "signal:send hup peer=other"),
    ],
)
def test_what_verifying_saw_refused_is_asked_and_honoured(layer: str, what: str, item: str) -> None:
    seen = _verified(layer, what)
    made = _composed(verification=seen)
    assert [(each.id, each.kind) for each in made.open] == [(item, ItemKind.DENIAL)]
    assert item not in {rule.name for rule in made.profile.rules}
    accepted = _composed(verification=seen, review=review(Verdict.ACCEPT, item))
    assert item in {rule.name for rule in accepted.profile.rules}
    assert accepted.open == ()


def test_a_path_that_was_refused_can_be_narrowed() -> None:
    item, tighter = "file:/srv/denied/f rw", "file:/srv/denied/f r"
    decided = review(Verdict.NARROW, item, narrowed=(tighter,))
    made = _composed(verification=_verified("apparmor", "open /srv/denied/f wr"), review=decided)
    assert (_kinds(made, tighter), _kinds(made, item), made.open) == ([EvidenceKind.REVIEW], [], ())


@pytest.mark.parametrize(
    ("layer", "what"),
    [
        ("seccomp", "read"),
        ("seccomp", "clone3"),
        ("apparmor", "open /etc/passwd r"),
        ("apparmor", "capable capability chown,\n  /** rwk"),
        ("apparmor", "signal signal send hup peer=x,\n  /** rwk"),
        ("apparmor", "signal signal send  peer=x"),
    ],
)
def test_a_refusal_that_the_profile_no_longer_makes_or_nobody_can_read_is_not_asked(layer: str, what: str) -> None:
    assert _composed(verification=_verified(layer, what)).open == ()


@pytest.mark.parametrize(
    ("layer", "what", "advice"),
    [
        ("seccomp", "socket", "`apparmor: network` in policy.yml"),
        ("seccomp", "clone", "no service may make namespaces"),
        ("seccomp", "clone3", "programs take their older way"),
        ("seccomp", "number_470", "newer than the calls that are known here"),
        ("apparmor", "mount /mnt/", "no rule that `build` writes"),
        ("apparmor", "ptrace trace", "no rule that `build` writes"),
        ("apparmor", "userns_create ", "no rule that `build` writes"),
        ("apparmor", "create network novel stream", "no rule that `build` writes"),
        ("apparmor", "exec /srv/a px", "no rule that `build` writes"),
        ("apparmor", "open /srv/a wx", "lets the service run what it wrote"),
    ],
)
def test_a_refusal_that_no_answer_lifts_is_told_with_what_to_look_at(layer: str, what: str, advice: str) -> None:
    made = _composed(recordings=(recording("socket clone"),), verification=_verified(layer, what))
    (told,) = made.beyond
    assert told.startswith(f"{layer} refused `{what}` (backup: /usr/bin/web), and no review can allow it: ")
    assert advice in told
    assert made.open == ()


@pytest.mark.parametrize(
    ("what", "risk"),
    [
        ("create network packet raw", Risk.HIGH),
        ("create network bluetooth ", Risk.HIGH),
        ("create network inet dgram", Risk.LOW),
        ("capable capability sys_admin", Risk.HIGH),
        ("capable capability chown", Risk.MEDIUM),
    ],
)
def test_what_was_refused_is_asked_with_the_risk_that_it_would_have_as_a_rule(what: str, risk: Risk) -> None:
    seen = _verified("apparmor", what)
    (item,) = _composed(verification=seen).open
    assert (item.id, item.risk) == (what.partition(" ")[2].strip().replace(" ", ":", 1), risk)
    accepted = _composed(verification=seen, review=review(Verdict.ACCEPT, item.id))
    assert [each.risk for each in accepted.profile.rules if each.name == item.id] == [risk]


def test_a_call_that_two_scenarios_were_refused_is_asked_once_and_with_both() -> None:
    seen = _verified("seccomp", "prctl")
    both = replace(seen, trials=(*seen.trials, replace(seen.trials[0], scenario="stop")))
    (item,) = _composed(verification=both).open
    assert [each.source for each in item.evidence] == ["backup: /usr/bin/web, refused", "stop: /usr/bin/web, refused"]
    assert _composed(verification=both, review=review(Verdict.ACCEPT, "call:prctl")).open == ()


def test_a_call_refused_for_its_values_is_freed_from_them_by_a_persons_word() -> None:
    shown = (recording("prctl", arguments=arguments("prctl", {0: 38})),)
    seen = _verified("seccomp", "prctl")
    assert _open(_composed(recordings=shown, verification=seen)) == {"argument:prctl"}
    freed = _composed(recordings=shown, verification=seen, review=review(Verdict.ACCEPT, "argument:prctl"))
    assert _passes(freed, "prctl", 22)
    (told,) = explain(freed, "argument:prctl")
    assert (told.allowed, told.risk, told.question) == (True, Risk.MEDIUM, ItemKind.DENIAL)
    assert [each.kind for each in told.evidence] == [EvidenceKind.RECORDED, EvidenceKind.REVIEW]
    refused = _composed(recordings=shown, verification=seen, review=review(Verdict.REFUSE, "argument:prctl"))
    assert not next(each for each in explain(refused, "argument:prctl") if each.name == "argument:prctl").allowed


def test_a_call_is_not_held_to_values_while_an_older_recording_shows_none() -> None:
    shown = recording("prctl", arguments=arguments("prctl", {0: 38}))
    assert _passes(_composed(recordings=(shown, recording("prctl", scenario="stop"))), "prctl", 22)
    assert not _passes(_composed(recordings=(shown, recording("read", scenario="stop"))), "prctl", 22)


def test_memory_that_nothing_made_executable_is_not_made_so() -> None:
    # recorders note values of mprotect only where PROT_EXEC is among them
    made = _composed(recordings=(recording("mprotect mmap", arguments=arguments("mmap", {2: 5})),))
    assert _passes(made, "mprotect", 0, 0, 3)
    assert not _passes(made, "mprotect", 0, 0, 5)
    assert _passes(made, "mmap", 0, 0, 5)
    assert not _passes(made, "mmap", 0, 0, 7)


# --- files ----------------------------------------------------------------------------------------------------------

KNOWN = Policy("a server", apparmor=AppArmorPolicy((FileRule("/srv/**", "r", "pages"), FileRule("/srv/log", "w"))))


def _rules(made: Composed) -> dict[str, str]:
    return {rule.path: rule.access for rule in made.profile.files}


def test_a_recorded_use_is_evidence_for_the_rule_that_covers_it() -> None:
    made = _composed(KNOWN, recordings=(recording(files=files("/srv/a/index.html r")),))
    assert _kinds(made, "file:/srv/** r") == [EvidenceKind.RECORDED, EvidenceKind.POLICY]
    assert made.open == ()


@pytest.mark.parametrize(
    ("use", "path", "access"),
    [
        ("/etc/web.conf r", "/etc/web.conf", "r"),
        ("/proc/4711/status r", "/proc/[0-9]*/status", "r"),
        ("/proc/4711/task/4712/comm rw", "/proc/[0-9]*/task/[0-9]*/comm", "rw"),
        ("/proc/7/fd/12 r", "/proc/[0-9]*/fd/[0-9]*", "r"),
        ("/sys/devices/system/cpu/cpu3/online r", "/sys/devices/system/cpu/cpu[0-9]*/online", "r"),
        ("/usr/bin/helper x", "/usr/bin/helper", "ix"),
        ("/odd/a[1]*b r", "/odd/a?1??b", "r"),
        ("/odd/a!b r", "/odd/a?b", "r"),
        ("/odd/a\N{NO-BREAK SPACE}é r", "/odd/a??é", "r"),
        ("//odd//a r", "/odd/a", "r"),
        ("/ r", "/", "r"),
    ],
)
def test_a_new_path_becomes_a_rule_as_a_person_would_write_it(use: str, path: str, access: str) -> None:
    made = _composed(KNOWN, recordings=(recording(files=files(use)),))
    assert _rules(made)[path] == access
    assert _open(made) == {f"file:{path} {access}"}


@pytest.mark.parametrize(
    ("use", "rule"),
    [
        ("/proc/4711/status r", "/proc/[0-9]*/{maps,status} r"),
        ("/sys/devices/system/cpu/cpu3/online r", "/sys/devices/system/cpu/cpu[0-9]*/* r"),
        ("/srv/log a", "/srv/** rw"),
    ],
)
def test_a_path_that_a_rule_has_is_not_asked(use: str, rule: str) -> None:
    known = Policy("a server", apparmor=AppArmorPolicy((FileRule(*rule.split(" ")),)))
    made = _composed(known, recordings=(recording(files=files(use)),))
    assert made.open == ()
    assert _kinds(made, f"file:{rule}") == [EvidenceKind.RECORDED, EvidenceKind.POLICY]


def test_a_file_cannot_write_rules_with_its_name() -> None:
    name = '/tmp/x" r,\n  /** rwk, # {a,b} @{PROC}'
    made = _composed(recordings=(recording(files=(FileUse(name, "r"),)),))
    text = confine.render(made.profile).apparmor
    (path,) = [path for path in _rules(made) if path.startswith("/tmp/x")]
    assert not set(path) & set(' \n"#,{}*@')
    assert "/** rwk" not in text
    assert confine.lint(confine.render(made.profile)) == ()


def test_a_pattern_is_held_against_the_bytes_of_a_name() -> None:
    known = Policy("a server", apparmor=AppArmorPolicy((FileRule("/srv/a?b", "r"), FileRule("/srv/??", "r"))))
    made = _composed(known, recordings=(recording(files=(FileUse("/srv/a\u2003b", "r"), FileUse("/srv/é", "r"))),))
    assert _open(made) == {"file:/srv/a???b r"}


def test_what_several_rules_give_together_is_nothing_new() -> None:
    assert _composed(KNOWN, recordings=(recording(files=files("/srv/log rw")),)).open == ()


DATA = tuple(f"/var/data/{name} rwk" for name in ("a.wt", "b.wt", "c.wt", "d.wt"))


@pytest.mark.parametrize(("verdict", "wide"), [(Verdict.OPEN, False), (Verdict.REFUSE, False), (Verdict.ACCEPT, True)])
def test_a_data_folder_is_widened_by_a_persons_word_only(verdict: Verdict, wide: bool) -> None:
    item = "file:/var/data/** rwk"
    made = _composed(recordings=(recording(files=files(*DATA)),), review=review(verdict, item))
    assert ("/var/data/**" in _rules(made)) is wide
    assert _rules(made)["/var/data/a.wt"] == "rwk", "what was recorded stays allowed"
    assert [each.kind for each in made.items if each.id == item] == [ItemKind.WIDENED]


def test_a_data_folder_can_be_narrowed_to_a_tighter_pattern() -> None:
    decided = review(Verdict.NARROW, "file:/var/data/** rwk", narrowed=("file:/var/data/*.wt rwk",))
    rules = _rules(_composed(recordings=(recording(files=files(*DATA)),), review=decided))
    assert rules["/var/data/*.wt"] == "rwk"
    assert "/var/data/**" not in rules


def test_a_narrowing_over_several_kinds_makes_rules_of_the_right_ones() -> None:
    asked = ("call:chmod", "call:rename", "file:/var/data/** rwk", "file:/srv/a r")
    kept = ("call:chmod", "file:/srv/a r", "file:/var/data/*.wt rwk")
    seen = recording(files=files(*DATA, "/srv/a r"))
    decided = review(Verdict.NARROW, *asked, narrowed=kept)
    made = _composed(recordings=(seen,), analysis=analysis("chmod rename"), review=decided)
    assert {"/srv/a", "/var/data/*.wt"} < _rules(made).keys()
    assert [path for path in _rules(made) if not path.startswith("/")] == []
    assert ({"chmod", "rename"} & made.profile.syscalls, made.open) == ({"chmod"}, ())


def test_a_pattern_says_what_all_recordings_would_put_under_it() -> None:
    more = recording(scenario="stop", files=files(*(use.replace(".wt", ".tmp") for use in DATA)))
    (item,) = [item for item in _composed(recordings=(recording(files=files(*DATA)), more)).items if item.covers]
    assert len(item.covers) == 8


@pytest.mark.parametrize(
    ("folder", "count", "pattern"),
    [
        ("/app", 8, "/app/{,**}"),
        ("/app", 7, ""),
        ("/usr/share/web/html", 8, "/usr/share/web/{,**}"),
        ("/etc", 9, ""),  # everybody's
        ("/proc/sys/net", 9, ""),
        ("/run/secrets", 9, ""),
    ],
)
def test_a_folder_of_things_to_read_becomes_one_pattern_unless_it_is_everybodys(
    folder: str, count: int, pattern: str
) -> None:
    uses = files(*(f"{folder}/{number} r" for number in range(count)))
    made = _composed(recordings=(recording(files=uses),))
    assert [item.id for item in made.items if item.kind is ItemKind.WIDENED] == (
        [f"file:{pattern} r"] if pattern else []
    )


def test_a_folder_that_is_also_written_is_no_folder_of_things_to_read() -> None:
    uses = files(*(f"/app/{number} r" for number in range(9)), "/app/cache/x w")
    made = _composed(recordings=(recording(files=uses),))
    assert not [item for item in made.items if item.kind is ItemKind.WIDENED]


def test_a_write_to_the_topmost_folder_is_asked_by_itself() -> None:
    uses = files("/ w", "/srv/a w", "/etc/shadow rw", "/run/docker.sock rw", "/proc/sys/kernel/modprobe w")
    made = _composed(recordings=(recording(files=uses),))
    assert _open(made) == {f"file:{use.path} {use.access}" for use in uses}
    assert _rules(made).keys().isdisjoint({"/run/docker.sock", "/proc/sys/kernel/modprobe"})


def test_what_is_grave_is_never_part_of_a_pattern() -> None:
    uses = files(*(f"/usr/lib/web/{name} w" for name in ("a", "b", "c", "d", "e.so")))
    (wide,) = [item for item in _composed(recordings=(recording(files=uses),)).items if item.kind is ItemKind.WIDENED]
    assert wide.covers == tuple(f"/usr/lib/web/{name}" for name in "abcd")


def test_what_is_run_is_never_part_of_a_pattern_that_is_written() -> None:
    made = _composed(recordings=(recording(files=files(*DATA, "/var/data/tool rx")),))
    (item,) = [item for item in made.items if item.kind is ItemKind.WIDENED]
    assert "/var/data/tool" not in item.covers


def test_a_refused_path_is_out_though_it_was_recorded() -> None:
    made = _composed(
        recordings=(recording(files=files("/etc/shadow r")),), review=review(Verdict.REFUSE, "file:/etc/shadow r")
    )
    assert "/etc/shadow" not in _rules(made)


def test_a_grave_path_is_out_until_it_was_accepted() -> None:
    seen, item = (recording(files=files("/proc/sysrq-trigger w")),), "file:/proc/sysrq-trigger w"
    made = _composed(recordings=seen)
    assert "/proc/sysrq-trigger" not in _rules(made)
    assert _open(made) == {item}
    sockets = (recording(files=files(*(f"/run/containerd/s/{name} rw" for name in "abcd"))),)
    assert not [path for path in _rules(_composed(recordings=sockets)) if path.startswith("/run/containerd")]
    accepted = _composed(recordings=seen, review=review(Verdict.ACCEPT, item))
    assert _kinds(accepted, item) == [EvidenceKind.RECORDED, EvidenceKind.REVIEW]


@pytest.mark.parametrize("use", ["/usr/lib/web/plugin.so w", "/srv/tool rwx", "/tmp/lib.so m"])
def test_what_may_be_run_is_not_written_before_it_was_accepted(use: str) -> None:
    policy = replace(POLICY, apparmor=AppArmorPolicy((FileRule("/tmp/**", "rw"),)))
    made = _composed(policy, recordings=(recording(files=files(*DATA, use)),))
    path = use.partition(" ")[0]
    assert path not in _rules(made)
    assert [item.risk for item in made.open if item.id.startswith(f"file:{path} ")] == [Risk.HIGH]
    assert confine.lint(confine.render(made.profile)) == ()


@pytest.mark.parametrize("use", ["/dev/sda rw", "/proc/fs/jbd2/x w", "/sys/fs/cgroup/cgroup.procs a", "/run/crio/x rw"])
def test_what_steers_the_machine_is_grave(use: str) -> None:
    assert paths.risk(paths.rule(use)) is Risk.HIGH
    assert _rules(_composed(recordings=(recording(files=files(use)),))).keys().isdisjoint(use.split())


def test_each_file_under_a_pattern_that_was_refused_or_narrowed_is_asked() -> None:
    uses, item = files(*DATA, "/var/data/lock rwk"), "file:/var/data/** rwk"
    singles = {f"file:{use}" for use in (*DATA, "/var/data/lock rwk")}
    assert _open(_composed(recordings=(recording(files=uses),), review=review(Verdict.REFUSE, item))) == singles
    narrowed = review(Verdict.NARROW, item, narrowed=("file:/var/data/*.wt rwk",))
    assert _open(_composed(recordings=(recording(files=uses),), review=narrowed)) == {"file:/var/data/lock rwk"}
    both = Review((*narrowed.decisions, *review(Verdict.REFUSE, "file:/var/data/lock rwk").decisions))
    made = _composed(recordings=(recording(files=uses),), review=both)
    assert made.open == ()
    assert "/var/data/lock" not in _rules(made)


def test_appending_to_what_is_written_is_said_once() -> None:
    made = _composed(recordings=(recording(files=files("/srv/log w", "/srv/log a")),))
    assert "  /srv/log w,\n" in confine.render(made.profile).apparmor


def test_a_capability_newer_than_this_program_is_refused() -> None:
    made = _composed(recordings=(recording(capabilities=("cap_77",)),))
    assert (made.profile.capabilities, made.open) == ((), ())


def test_what_a_refusal_breaks_is_told_and_of_a_pattern_nothing() -> None:
    uses = files("/srv/a r", *DATA)
    decided = review(Verdict.REFUSE, "file:/srv/a r", "file:/var/data/** rwk")
    told = {each.name: each for each in explain(_composed(recordings=(recording(files=uses),), review=decided))}
    assert told["file:/srv/a r"].breaks == ("load: /srv/a",)
    assert told["file:/var/data/** rwk"].breaks == ()


@pytest.mark.parametrize(
    ("wanted", "hint"), [("raed", "did you mean `read`"), ("mount", "it is refused"), ("x", "such")]
)
def test_a_name_that_is_nearly_right_is_suggested(wanted: str, hint: str) -> None:
    with pytest.raises(HardenError) as complaint:
        explain(_composed(recordings=(recording(),)), wanted)
    assert hint in complaint.value.hint


def test_capabilities_are_named_and_grave_ones_asked() -> None:
    made = _composed(recordings=(recording(capabilities=("net_bind_service", "sys_admin")),))
    assert made.profile.capabilities == ("net_bind_service",)
    assert _open(made) == {"capability:sys_admin"}


def test_signals_of_the_engine_are_ordinary_and_others_asked() -> None:
    uses = (
        SignalUse("term", "receive", "runc"),
        SignalUse("hup", "send", "other-profile"),
        SignalUse("quit", "send", "process web: /srv/main"),
    )
    item = "signal:send hup peer=other-profile"
    assert _open(_composed(recordings=(recording(signals=uses),))) == {item}
    made = _composed(recordings=(recording(signals=uses),), review=review(Verdict.ACCEPT, item))
    assert "signal (send) set=(hup) peer=other-profile," in confine.render(made.profile).apparmor


# --- the whole ------------------------------------------------------------------------------------------------------


def test_the_same_evidence_in_another_order_gives_the_same_bytes() -> None:
    one, two = (
        recording("socket rename", files=files(*DATA)),
        recording("bind prctl", scenario="stop", capabilities=("kill",)),
    )
    known = analysis("rename bpf clock_gettime")
    first = _composed(recordings=(one, two), analysis=known)
    second = _composed(recordings=(two, one), analysis=known)
    assert confine.render(first.profile) == confine.render(second.profile)
    assert msgspec.json.encode(first.profile) == msgspec.json.encode(second.profile)


def test_every_rule_has_evidence() -> None:
    made = _composed(recordings=(recording("socket", files=files(*DATA)),), analysis=analysis("time rename"))
    assert [rule.name for rule in made.profile.rules if not rule.evidence] == []


def test_a_role_is_summed_up() -> None:
    known = Sources((recording("setsockopt keyctl"),), analysis("setuid time"))
    found = summary(confine.compose("web", POLICY, known), known)
    assert (found.docker_default, found.holes) == (307, 29)
    assert [(each.id, each.kind, each.risk) for each in found.open] == [
        ("call:keyctl", ItemKind.RISKY, Risk.HIGH),
        ("call:setuid", ItemKind.STATIC, Risk.MEDIUM),
    ]
    assert (found.recorded, found.possible, found.proof) == (1, 2, None)
    assert found.powers["set socket options"] == ("setsockopt",)
    # two of the socket options, which nothing holds to values, and the epoll_ctl that the OCI runtime needs
    assert found.holes - found.holes_closed == 3
    assert sum(found.evidence.values()) == found.rules
    assert (found.scenarios, found.images) == (("load",), (IMAGE,))


@pytest.mark.parametrize(
    ("reference", "count"), [(f"r:5000/web@{IMAGE}", 0), ("r:5000/web@sha256:" + "b" * 64, 1), ("r:5000/web:latest", 0)]
)
def test_evidence_of_another_image_is_stale(reference: str, count: int) -> None:
    assert len(stale.problems(Sources((recording(),)), [reference])) == count
    assert len(stale.problems(Sources(analysis=analysis("read")), [reference])) == count


def test_what_was_recorded_and_what_was_analysed_is_told_apart() -> None:
    other = "sha256:" + "1" * 64
    old = Sources((replace(recording(), origin=replace(ORIGIN, image=other)),), analysis("read"))
    mixed, unrecorded = stale.remarks(old, [f"r:5000/web@{IMAGE}"])
    assert mixed.startswith("recordings and analysis are not of one image")
    assert unrecorded == (
        f"r:5000/web@{IMAGE} was analysed and not recorded (recorded: {other[:19]}; analysed: {IMAGE[:19]})"
    )
    assert stale.problems(old, [f"r:5000/web@{IMAGE}", f"r:5000/web@{other}"]) == ()
    assert list(stale.remarks(Sources((recording(),), analysis("read")), [f"r:5000/web@{IMAGE}"])) == []


@pytest.mark.parametrize(
    ("wanted", "allowed", "breaks"),
    [
        ("getxattr", True, ("load: /usr/bin/web",)),
        ("call:getxattr", True, ("load: /usr/bin/web",)),
        ("keyctl", False, ()),
        ("/etc/web", True, ("load: /etc/web.conf",)),
    ],
)
def test_a_rule_is_explained_by_any_of_its_names(wanted: str, allowed: bool, breaks: tuple[str, ...]) -> None:
    made = _composed(
        recordings=(recording("getxattr", files=files("/etc/web.conf r")),), analysis=analysis("getxattr keyctl")
    )
    (found,) = explain(made, wanted)
    assert (found.allowed, found.breaks) == (allowed, breaks)
    if wanted == "keyctl":
        assert "CVE-2016-0728" in {hole.cve for hole in found.holes}
        assert found.question is ItemKind.STATIC


def test_dialling_anywhere_is_a_power_with_its_reason() -> None:
    before, after = (
        confine.compose("web", Policy("a server", egress=each), Sources()) for each in (Egress.NONE, Egress.ANY)
    )
    (told,) = explain(after, "egress:any")
    assert (told.name, told.power, told.risk, told.evidence[0].source) == (
        "egress:any",
        "dial beyond its networks",
        "high",
        "policy.yml",
    )
    one, other = (compare.powers_of(confine.render(each.profile)) for each in (before, after))
    (change,) = compare.changes(one, other)
    assert (change.power, change.gained, change.whole) == ("dial beyond its networks", ("anywhere",), True)


def test_a_value_that_a_scenario_used_says_what_would_break_without_it() -> None:
    uses = arguments("mprotect", {2: 6}, {2: 2})
    made = _composed(recordings=(recording("read mprotect", arguments=uses),))
    told = {each.name: each for each in explain(made, "mprotect")}
    both = told["argument:mprotect 2=0x6"]
    assert (both.breaks, both.risk) == (("load: mprotect",), Risk.MEDIUM)
    assert (told["argument:mprotect 2=0x0"].breaks, told["argument:mprotect 2=0x0"].risk) == ((), Risk.LOW)


def test_an_accepted_rule_keeps_the_risk_with_which_it_was_asked() -> None:
    sockets = (SocketUse("netlink", "raw"), SocketUse("alg", "raw"))
    recorded = recording(capabilities=("sys_admin", "chown"), sockets=sockets)
    asked = ("capability:sys_admin", "network:netlink raw", "network:alg raw")
    made = _composed(recordings=(recorded,), review=review(Verdict.ACCEPT, *asked))
    risks = {each.name: each.risk for each in explain(made)}
    assert [risks[name] for name in asked] == [Risk.HIGH, Risk.MEDIUM, Risk.HIGH]
    assert risks["capability:chown"] is Risk.MEDIUM


def test_who_refused_a_power_and_why_is_told_first() -> None:
    made = _composed(analysis=analysis("keyctl"), review=review(Verdict.REFUSE, "call:keyctl"))
    (told,) = explain(made, "keyctl")
    assert [each.kind for each in told.evidence] == [EvidenceKind.REVIEW, EvidenceKind.STATIC]
    assert told.evidence[0].source == "someone, 2026-11-24: as it should be"


def test_every_line_of_apparmor_that_allows_something_is_explained() -> None:
    made = _composed(recordings=(recording(sockets=(SocketUse("inet", "stream"),), capabilities=("chown",)),))
    rules = [line.strip() for line in confine.render(made.profile).apparmor.splitlines() if line.startswith("  ")]
    allowing = [line for line in rules if not line.startswith(("#", "deny "))]
    by_apparmor = [each for each in explain(made) if each.allowed and not each.name.startswith(("call:", "argument:"))]
    assert len(allowing) == len(by_apparmor)
    assert {each.name for each in explain(made, "signal")} >= {
        "signal:receive any peer=unconfined",
        "signal:send, receive any peer=harden-web",
    }
    assert [each.name for each in explain(made, "ptrace")] == ["ptrace:read, readby peer=harden-web"]


@pytest.mark.parametrize(
    ("path", "folder"),
    [("/tmp/** rwk", "/tmp"), ("/etc/web/{,**} r", "/etc/web"), ("/srv/a/b/c r", "/srv/a"), ("/ r", "/")],
)
def test_a_power_over_files_names_the_folder_and_not_the_one_above(path: str, folder: str) -> None:
    assert paths.power(paths.rule(path)).endswith(f" files below {folder}")


def test_a_rule_that_is_not_there_is_bad_input() -> None:
    with pytest.raises(HardenError, match="no rule and no question is named `mount`"):
        explain(_composed(), "mount")


def test_two_profiles_differ_in_powers() -> None:
    def powers(calls: str, *uses: str) -> compare.Powers:
        made = _composed(recordings=(recording(calls, files=files(*uses)),))
        return compare.powers_of(confine.render(made.profile))

    before, after = powers("read setuid", "/data/a r"), powers("read socketpair", "/data/a r", "/data/b w")
    found = {change.power: (change.gained, change.lost, change.whole) for change in compare.changes(before, after)}
    assert found == {
        "change identity": ((), ("setuid",), True),
        "open sockets": (("socketpair",), (), True),
        "write files": (("/data/b",), (), False),
    }
    assert compare.changes(before, before) == ()


def test_a_call_held_to_values_is_less_than_the_call() -> None:
    free, held = compare.Powers({"x": ("ioctl",)}), compare.Powers({"x": ("ioctl 1=0x5401",)})
    (change,) = compare.changes(free, held)
    assert (change.gained, change.lost) == ((), ("ioctl (any)",))
    (change,) = compare.changes(held, free)
    assert (change.gained, change.lost) == (("ioctl (any)",), ())


def test_what_somebody_wrote_into_a_profile_is_a_power() -> None:
    made = confine.render(_composed().profile)
    others = "  file,\n  signal (send) set=(kill) peer=other,\n  ptrace,\n  change_profile -> x,\n  # Files"
    others = others.replace("  ptrace,", "  ptrace,\n  #include <a/b>\n  /x r, #include <c>")
    edited = replace(made, apparmor=made.apparmor.replace("  # Files", others), no_new_privileges=False)
    assert "rules that no profile made here has" not in compare.powers_of(made).by_name
    found = compare.changes(compare.powers_of(made), compare.powers_of(edited))
    assert {change.power: change.gained for change in found if not change.lost} == {
        "gain rights by programs that give them": ("setuid programs",),
        "load code": ("/{,**}",),
        "lock files": ("/{,**}",),
        "make hard links": ("/{,**}",),
        "read files": ("/{,**}",),
        "rules that no profile made here has": (
            "#include <a/b>",
            "/x r, #include <c>",
            "change_profile -> x",
            "ptrace",
        ),
        "run programs": ("/{,**}",),
        "signal other programs": ("send kill peer=other",),
        "write files": ("/{,**}",),
    }


def test_a_path_under_a_pattern_of_the_other_profile_is_no_gain() -> None:
    wide, tight = compare.Powers({"read files": ("/data/**",)}), compare.Powers({"read files": ("/data/a",)})
    assert [(change.gained, change.lost) for change in compare.changes(wide, tight)] == [((), ("/data/**",))]


def _changes(before: RoleProfile, after: RoleProfile) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    found = compare.changes(compare.powers_of(before), compare.powers_of(after))
    return {change.power: (change.gained, change.lost) for change in found}


def _of_rules(*rules: str) -> RoleProfile:
    files_ = tuple(FileRule(*rule.split(" ")) for rule in rules)
    return confine.build("web", Policy("a server", apparmor=AppArmorPolicy(files_)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("/srv/a/** r", "/srv/{a,b}/** r", {"read files": (("/srv/{a,b}/**",), ())}),
        ("/srv/[a] r", "/srv/[a-z] r", {"read files": (("/srv/[a-z]",), ())}),
        ("/srv/{a,b} r", "/srv/[ab] r", {}),
        ("/log a", "/log w", {"write files": (("/log",), ())}),
        ("/log w", "/log a", {"write files": ((), ("/log",))}),
        ("/x rw", "/x rwkl", {"lock files": (("/x",), ()), "make hard links": (("/x",), ())}),
    ],
)
def test_what_rules_for_files_give_more_or_less(before: str, after: str, expected: dict[str, object]) -> None:
    assert _changes(_of_rules(before), _of_rules(after)) == expected


def test_patterns_of_several_rules_hold_what_one_has_in_another_profile() -> None:
    assert _changes(_of_rules("/a/** r", "/b/** r"), _of_rules("/{a,b}/** r")) == {}


ALLOWED: dict[str, object] = {"names": ["bpf"], "action": "SCMP_ACT_ALLOW"}


@pytest.mark.parametrize(
    ("changed", "power", "gained"),
    [
        ({"defaultAction": "SCMP_ACT_ALLOW"}, "everything", "calls that no rule names"),
        ({"defaultAction": "SCMP_ACT_LOG"}, "load kernel code", "bpf"),
        ({"syscalls": [{**ALLOWED, "action": "SCMP_ACT_LOG"}]}, "load kernel code", "bpf"),
        ({"syscalls": [{**ALLOWED, "action": "SCMP_ACT_NOTIFY"}]}, "load kernel code", "bpf"),
        ({"syscalls": [{**ALLOWED, "names": ["clone"]}]}, "start threads and processes", "clone (any)"),
        ({"syscalls": [{**ALLOWED, "names": ["socket"]}]}, "open sockets", "socket (any)"),
        (
            {
                "syscalls": [
                    {**ALLOWED, "names": ["clone"], "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_MASKED_EQ"}]}
                ]
            },
            "start threads and processes",
            "clone 0:SCMP_CMP_MASKED_EQ:0x0:0x0",
        ),
        ({"architectures": ["SCMP_ARCH_X32"]}, "rules that no profile made here has", "SCMP_ARCH_X32"),
        ({"archMap": [1]}, "rules that no profile made here has", "archMap: [1]"),
    ],
)
def test_what_somebody_wrote_into_a_filter_is_a_power(changed: dict[str, Any], power: str, gained: str) -> None:
    policy = Policy("a server", SeccompPolicy(("clone", "socket")), AppArmorPolicy(network=(NetworkRule("unix"),)))
    made = confine.build("web", policy)
    document = json.loads(made.seccomp)
    rules = [*document["syscalls"], *changed.get("syscalls", [])]
    edited = replace(made, seccomp=json.dumps({**document, **changed, "syscalls": rules}))
    assert gained in _changes(made, edited)[power][0]
    assert not [lost for _, lost in _changes(made, edited).values() if lost]


def test_a_socket_held_to_fewer_protocols_is_a_loss() -> None:
    policy = Policy("a server", SeccompPolicy(("socket",)), AppArmorPolicy(network=(NetworkRule("inet", "stream"),)))
    made = confine.build("web", policy)
    document = json.loads(made.seccomp)
    for rule in document["syscalls"]:
        if rule["names"] == ["socket"]:
            del rule["args"][2]
    loose = replace(made, seccomp=json.dumps(document))
    assert _changes(loose, made) == {"open sockets": ((), ("socket 0=0x2 1=0x1",))}


@pytest.mark.parametrize(
    ("old", "new", "power", "gained"),
    [
        (
            "deleted) {",
            "deleted,complain) {",
            "rules that no profile made here has",
            "profile harden-web flags=(attach_disconnected,mediate_deleted,complain) {",
        ),
        ("  deny pivot_root,\n", "", "pass denials that every profile made here has", "pivot_root"),
        ("peer=harden-web,", "peer=harden-db,", "rules that no profile made here has", "ptrace (read, readby) peer="),
        ("abi <abi/3.0>,", "abi <kernel>,", "rules that no profile made here has", "abi <kernel>"),
        ("  # Files", "  /a{ r,", "rules that no profile made here has", "/a{ r"),
        ("  # Files", "  owner /a r,", "rules that no profile made here has", "owner /a r"),
    ],
)
def test_walls_that_somebody_took_down_are_a_power(old: str, new: str, power: str, gained: str) -> None:
    made = _of_rules("/srv/a r")
    assert old in made.apparmor
    edited = replace(made, apparmor=made.apparmor.replace(old, new))
    (change,) = compare.changes(compare.powers_of(made), compare.powers_of(edited))
    assert (change.power, change.lost) == (power, ())
    assert any(each.startswith(gained) for each in change.gained)


def test_dockers_default_allows_what_its_project_says() -> None:
    everything = {thing for things in compare.docker_default().by_name.values() for thing in things}
    assert {"read", "io_setup", "name_to_handle_at", "clone 0=0x0"} <= everything
    assert not {"bpf", "mount", "unshare", "keyctl", "perf_event_open", "io_uring_setup"} & everything
