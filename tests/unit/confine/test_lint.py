from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from hardening import confine
from hardening.model.policy import AppArmorPolicy, FileRule, NetworkRule, Policy, RoleProfile, SeccompPolicy


def _sound() -> RoleProfile:
    files = (FileRule("/srv/**", "r"),)
    policy = Policy(
        "a server", SeccompPolicy(("clone", "read", "socket")), AppArmorPolicy(files, (NetworkRule("inet"),))
    )
    return confine.build("web", policy)


def test_a_generated_profile_is_sound() -> None:
    assert confine.lint(_sound()) == ()


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("file,", "bare `file,`"),
        ("allow file,", "bare `file,`"),
        ("capability,", "bare `capability,`"),
        ("network,", "bare `network,`"),
        ("mount,", "bare `mount,`"),
        ("ptrace,", "bare `ptrace,`"),
        ("all,", "bare `all,`"),
        ("userns,", "bare `userns,`"),
        ("capability sys_admin,", "capability sys_admin reaches the machine"),
        ("capability chown sys_ptrace,", "capability sys_ptrace reaches the machine"),
        ("change_profile -> unconfined,", "lets the service leave its profile"),
        ("/bin/sh ux,", "changes the profile on exec"),
        ("/bin/sh rPx,", "changes the profile on exec"),
        ("/bin/sh Cx -> other,", "changes the profile on exec"),
        ("/bin/sh pix,", "changes the profile on exec"),
        ("/tmp/** rwix,", "run what it wrote"),
        ("/tmp/** mrw,", "run what it wrote"),
        ("/** rw,", "covers every file"),
        ("/** rix,  # all programs", "covers every file"),
        ("include <abstractions/base>", "in no form that `build` writes"),
        ("#include <abstractions/base>", "in no form that `build` writes"),
        ("/tmp/q r, #include <abstractions/base>", "in no form that `build` writes"),
        ("/tmp/q r, #include <abstractions/base> # so", "in no form that `build` writes"),
        ("owner /** rwix,", "in no form that `build` writes"),
        ("rwix /srv/**,", "in no form that `build` writes"),
        ("capability sys_admni,", "`sys_admni` is no capability"),
        ("/**/ w,", "covers every file"),
        ("/{,usr/}** w,", "covers every file"),
        ("/** l,", "covers every file"),
        ("/[a-ce-oqrt-z]** mrix,", "covers every file"),
        ("/s*/** rw,", "such as /sbin"),
        ("/*/** w,", "such as /bin"),
        ("/proc/sysrq-trigger w,", "writes what steers the machine"),
        ("/proc/** rw,", "writes what steers the machine"),
        ("/{dev,x}/m* w,", "writes what steers the machine"),
        ("/proc/sys/kernel/modprobe rw,", "steers the machine (/proc/{acpi,bus,fs,irq,scsi,sys}/**)"),
        ("/sys/kernel/uevent_helper a,", "writes what steers the machine"),
        ("/sys/fs/cgroup/** rw,", "writes what steers the machine"),
        ("/proc/*/fs/binfmt_misc/register w,", "writes what steers the machine"),
        ("/run/docker.sock rw,", "writes what steers the machine"),
        ("/run/** rwk,", "writes what steers the machine"),
        ("/dev/[s-v]da rw,", "writes what steers the machine"),
        ("network packet raw,", "rarely used kernel code"),
        ("signal (send) set=(kill) peer=harden-db,", "signals other programs"),
        ("signal (send) peer=unconfined,", "in no form that `build` writes"),
        ("signal (send, receive) peer=**,", "in no form that `build` writes"),
        ("ptrace (read, readby) peer=harden-db,", "in no form that `build` writes"),
        ("/usr/bin/we\\x62 w,", "in no form that `build` writes"),
        ("/x[z-a] w,", "in no form that `build` writes"),
        ("/x rwx,", "in no form that `build` writes"),
        ("}\nprofile other flags=(attach_disconnected,mediate_deleted) {", "in no form that `build` writes"),
        ("capability net_raw,", "capability net_raw is taken away by `egress: none`"),
    ],
)
def test_a_rule_that_allows_too_much_is_named(rule: str, problem: str) -> None:
    profile = _sound()
    found = confine.lint(replace(profile, apparmor=profile.apparmor.replace("  # Files", f"  # Files\n  {rule}")))
    assert any(problem in line for line in found), found


@pytest.mark.parametrize(
    "rule",
    [
        "/proc/[0-9]*/attr/current rw,",
        "/run/web/** rwk,",
        "/dev/shm/** rwk,",
        "/srv/a r,  # as #include <x> is",
        "/run/docker.sock r,",
    ],
)
def test_a_rule_that_is_harmless_is_sound(rule: str) -> None:
    profile = _sound()
    assert confine.lint(replace(profile, apparmor=profile.apparmor.replace("  # Files", f"  # Files\n  {rule}"))) == ()


@pytest.mark.parametrize(
    ("accepted", "sound"),
    [("core_pattern w", True), ("core_pattern rw", True), ("core_pattern r", False), ("core w", False)],
)
def test_what_a_reviewer_accepted_counts_by_letters(accepted: str, sound: bool) -> None:
    profile = _sound()
    text = profile.apparmor.replace("  # Files", "  # Files\n  /proc/sys/kernel/core_pattern rw,")
    assert (confine.lint(replace(profile, apparmor=text), {f"/proc/sys/kernel/{accepted}"}) == ()) is sound


@pytest.mark.parametrize(
    ("run", "write", "meet"),
    [
        ("/usr/lib/**.so* mr", "/usr/lib/web/plugin.so w", True),
        ("/usr/lib/**.so* mr", "/usr/lib/web/** rwk", True),
        ("/usr/lib/**.so* mr", "/usr/lib/web/pid w", False),
        ("/tmp/** mrix", "/tmp/cache/** rwk", True),
        ("/{usr/bin,tmp}/** mrix", "/tmp/** rwk", True),
        ("/opt/* mrix", "/opt/{a,b} rw", True),
        ("/t[a-z]p** mrix", "/tmp/** rwk", True),
        ("/app/modules/**.node mr", "/app/cache/** a", False),
    ],
)
def test_what_one_rule_lets_it_write_and_another_run_is_named(run: str, write: str, meet: bool) -> None:
    profile = _sound()
    text = profile.apparmor.replace("  # Files", f"  # Files\n  {run},\n  {write},")
    found = confine.lint(replace(profile, apparmor=text))
    assert [line for line in found if "may be run" in line and "without programs and libraries" in line] == list(found)
    assert bool(found) is meet


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("flags=(attach_disconnected", "flags=(unconfined,attach_disconnected", "enforces nothing"),
        ("flags=(attach_disconnected", "flags=(complain,attach_disconnected", "enforces nothing"),
        ("  deny mount,\n", "", "`deny mount,` is missing"),
        ("profile harden-web ", "profile other ", "no profile harden-web"),
    ],
)
def test_a_profile_that_lacks_its_walls_is_named(old: str, new: str, problem: str) -> None:
    profile = _sound()
    assert old in profile.apparmor
    found = confine.lint(replace(profile, apparmor=profile.apparmor.replace(old, new)))
    assert any(problem in line for line in found), found


def _sound_but(**changed: object) -> dict[str, object]:
    return {**json.loads(_sound().seccomp), **changed}


def _with_rule(rule: dict[str, object]) -> dict[str, object]:
    document: dict[str, list[object]] = json.loads(_sound().seccomp)
    return {**document, "syscalls": [*document["syscalls"], rule]}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (_sound_but(architectures=["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"]), "calls of others have other numbers"),
        (_sound_but(defaultErrnoRet=0), "the default errno is 0"),
        (_sound_but(flags=["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]), "`flags` is nothing that `build` writes"),
        (_sound_but(syscalls=[]), "does not answer ENOSYS"),
        (_with_rule({"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}), "errno 0 tells no program"),
        (_with_rule({"names": ["clone3"], "action": "SCMP_ACT_ALLOW"}), "`clone3` can make namespaces"),
        (
            _with_rule(
                {
                    "names": ["clone"],
                    "action": "SCMP_ACT_ALLOW",
                    "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_GE"}],
                }
            ),
            "`clone` is compared in a way",
        ),
        ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}, "the default action is SCMP_ACT_ALLOW"),
        ({"defaultAction": "SCMP_ACT_KILL", "syscalls": []}, "the default action is SCMP_ACT_KILL"),
        (_with_rule({"names": ["mount"], "action": "SCMP_ACT_ALLOW"}), "`mount` reaches the machine"),
        (_with_rule({"names": ["raed"], "action": "SCMP_ACT_ALLOW"}), "`raed` is no Linux system call"),
        (_with_rule({"names": ["mount"], "action": "SCMP_ACT_KILL"}), "neither an errno nor an allowance"),
        (_with_rule({"names": ["clone"], "action": "SCMP_ACT_ALLOW"}), "makes namespaces"),
        (_with_rule({"names": ["socket"], "action": "SCMP_ACT_ALLOW"}), "reaches rarely used kernel code"),
        (_with_rule({"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {}}), "`includes` is not OCI"),
    ],
)
def test_a_filter_that_allows_too_much_is_named(document: dict[str, object], problem: str) -> None:
    found = confine.lint(replace(_sound(), seccomp=json.dumps(document)))
    assert any(problem in line for line in found), found
