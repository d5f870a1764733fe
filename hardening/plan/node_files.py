"""The files harden keeps on a node, and the engine settings it merges. Sources of the values stand beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from hardening.errors import HardenError
from hardening.model.facts import NodeFacts
from hardening.model.known import Unavailable, known
from hardening.model.project import Project

from .node_policy import POLICY_FILE, SECCOMP_FOLDER, NodePolicy, policy

DAEMON_FILE = "/etc/docker/daemon.json"
RUNTIME = "/usr/local/lib/harden/harden-runtime"
FENCE = "/usr/local/lib/harden/fence.py"
RUNTIME_MODULE = "/usr/local/lib/harden/runtime.py"
SYSCTL_FILE = "/etc/sysctl.d/60-harden.conf"
TMPFILES_FILE = "/etc/tmpfiles.d/60-harden.conf"
AUDIT_FILE = "/etc/audit/rules.d/60-harden.rules"

SYSCTLS = {
    # Kernel addresses and messages help an intruder; containers see the host's.
    "kernel.dmesg_restrict": "1",
    "kernel.kptr_restrict": "2",
    # Programs at known addresses are half of an exploit.
    "kernel.randomize_va_space": "2",
    # Unprivileged BPF and unhardened JIT were the way through several container escapes.
    "kernel.unprivileged_bpf_disabled": "1",
    "net.core.bpf_jit_harden": "2",
    # A process may trace only its own children.
    "kernel.yama.ptrace_scope": "1",
    "fs.protected_hardlinks": "1",
    "fs.protected_symlinks": "1",
    "fs.protected_fifos": "2",
    "fs.protected_regular": "2",
    "fs.suid_dumpable": "0",
    # mongod warns below this (MongoDB production notes).
    "vm.max_map_count": "262144",
}
"""Kernel settings, where the kernel has them; Debian's and KSPP's recommended values."""

WATCHED = (
    "/usr/sbin/dockerd",
    "/usr/bin/dockerd",
    "/usr/bin/docker",
    "/usr/bin/containerd",
    "/usr/bin/containerd-shim",
    "/usr/bin/containerd-shim-runc-v1",
    "/usr/bin/containerd-shim-runc-v2",
    "/usr/bin/runc",
    "/usr/sbin/runc",
    "/etc/docker",
    "/etc/harden",
    "/usr/local/lib/harden",
    "/etc/containerd",
    "/etc/default/docker",
    "/etc/sysconfig/docker",
    "/lib/systemd/system/docker.service",
    "/lib/systemd/system/docker.socket",
    "/run/docker.sock",
)
"""Paths under audit, where they exist (CIS Docker Benchmark 1.1.x)."""
BUSY = ("/run/containerd", "/var/lib/docker")
"""Folders under audit where the engine and its containers write all the time: only who came by a login is noted."""
MADE_ANEW = ("/run/containerd",)
"""Of these, what each boot makes anew, later than it loads the rules: the rule of a missing folder is dropped."""
INSTALLED_BEFORE = frozenset({"/etc/harden", "/usr/local/lib/harden"})
"""Of these, the ones that exist by the time the rules are loaded: files are installed in order."""

NOT_READ = Unavailable("was not looked at")
NO_FILE_LIMIT = 64000
"""Open files per container; mongod asks for 64000 (MongoDB production notes)."""


@dataclass(frozen=True, slots=True)
class ManagedFile:
    """A file as it should be; `in_force` tells whether the kernel already works by it."""

    path: str
    content: str
    summary: str
    mode: int = 0o644
    check: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    in_force: bool = True


def wanted(project: Project, machine: NodeFacts, others: NodePolicy) -> Iterator[ManagedFile]:
    """Every managed file for one node, in the order in which they are installed.

    Args:
        project: what is asked for.
        machine: the node.
        others: what other projects have in the cluster's policy.
    """
    yield ManagedFile(FENCE, _program("fence.py"), "Install what keeps tasks within their networks")
    yield ManagedFile(RUNTIME_MODULE, _program("runtime.py"), "Install the OCI runtime that confines tasks")
    yield ManagedFile(RUNTIME, _program("harden_runtime.py"), "Install the runtime's program", mode=0o755)
    loaded, in_force = known(machine.apparmor_profiles) or {}, known(machine.apparmor_in_force) or {}
    for role, profile in sorted(project.profiles.items()):
        yield ManagedFile(f"{SECCOMP_FOLDER}/{role}.json", profile.seccomp, f"Install the seccomp profile of {role}")
        if not machine.has_apparmor:
            continue  # a single engine that goes on without, or preflight has refused it
        yield ManagedFile(
            f"/etc/apparmor.d/{profile.apparmor_name}",
            profile.apparmor,
            f"Load the AppArmor profile {profile.apparmor_name}",
            check=("apparmor_parser", "-r", "-W", "{}"),
            in_force=loaded.get(profile.apparmor_name) == "enforce" and in_force.get(profile.apparmor_name, True),
        )
    yield ManagedFile(
        POLICY_FILE,
        policy(project, others, apparmor=machine.has_apparmor),
        "Install the policy: which service runs under which profile",
    )
    yield _sysctl_file(machine)
    if machine.programs.get("augenrules") and (known(machine.audit_rules) is not None):
        if machine.programs.get("systemctl"):
            yield from _tmpfiles(machine)
        yield _audit_file(machine)


def daemon_config(project: Project, present: Mapping[str, object]) -> dict[str, object]:
    """daemon.json as it should be: what is there, what the project adds, and the hardened settings over both."""
    ours: dict[str, object] = {
        "no-new-privileges": True,
        "icc": False,
        "userland-proxy": False,
        "live-restore": False,  # refused together with swarm
        "log-driver": "json-file",
        "default-runtime": "harden",
    }
    if project.engine.userns_remap:
        ours["userns-remap"] = "default"
    if both := ours.keys() & project.engine.daemon.keys():
        raise HardenError(
            f"harden.yml: engine.daemon sets {', '.join(sorted(both))}, which harden sets itself",
            "remove it there",
        )
    merged = {**present, **project.engine.daemon, **ours}
    merged["runtimes"] = {**_mapping(merged, "runtimes"), "harden": {"path": RUNTIME}}
    merged["log-opts"] = {"max-size": "10m", "max-file": "3", **_mapping(merged, "log-opts")}
    limit = {"Name": "nofile", "Soft": NO_FILE_LIMIT, "Hard": NO_FILE_LIMIT}
    merged["default-ulimits"] = {"nofile": limit, **_mapping(merged, "default-ulimits")}
    return merged


def _mapping(parent: Mapping[str, object], key: str) -> dict[str, object]:
    value = parent.get(key)
    return dict(value) if isinstance(value, dict) else {}


def _program(name: str) -> str:
    return resources.files("hardening.node").joinpath(name).read_text(encoding="utf-8")


def _sysctl_file(machine: NodeFacts) -> ManagedFile:
    live = known(machine.sysctls) or {}
    settings = {key: value for key, value in SYSCTLS.items() if key in live}
    content = "# Managed by harden.\n" + "".join(f"{key} = {value}\n" for key, value in sorted(settings.items()))
    return ManagedFile(
        SYSCTL_FILE,
        content,
        "Set kernel parameters",
        then=("sysctl", "-q", "-p", SYSCTL_FILE),
        in_force=all(_as_strict(live[key], value) for key, value in settings.items()),
    )


def _as_strict(live: str, wanted_value: str) -> bool:
    """Whether a live value is what was asked for, or stricter: bpf's lock reads 2 once it was 1 for good."""
    return live == wanted_value or (live.isdigit() and wanted_value.isdigit() and int(live) > int(wanted_value) > 0)


def _tmpfiles(machine: NodeFacts) -> Iterator[ManagedFile]:
    """Watched folders that are there when audit starts, as the engine makes them (tmpfiles.d(5))."""
    there = {path: known(machine.files.get(path, NOT_READ)) for path in MADE_ANEW}
    lines = [f"d {path} {inode.mode:04o} root root\n" for path, inode in there.items() if inode is not None]
    if lines:
        content = "# Managed by harden.\n" + "".join(lines)
        yield ManagedFile(TMPFILES_FILE, content, "Have folders under audit from the start of the machine")


def _audit_file(machine: NodeFacts) -> ManagedFile:
    def exists(path: str) -> bool:
        return path in INSTALLED_BEFORE or known(machine.files.get(path, NOT_READ)) is not None

    paths, folders = ([path for path in each if exists(path)] for each in (WATCHED, BUSY))
    content = "## Managed by harden: the engine's programs, settings, sockets and data (CIS Docker Benchmark 1.1).\n"
    content += "".join(f"-w {path} -p {'rwxa' if _is_program(path) else 'wa'} -k harden\n" for path in paths)
    content += "".join(f"-a always,exit -F dir={path} -F perm=wa -F auid!=unset -F key=harden\n" for path in folders)
    words = {word for rule in known(machine.audit_rules) or () for word in rule.split()}
    return ManagedFile(
        AUDIT_FILE,
        content,
        "Watch the engine's programs, settings and data with auditd",
        mode=0o640,
        then=("augenrules", "--load"),
        in_force={*paths, *(f"dir={path}" for path in folders)} <= words,
    )


def _is_program(path: str) -> bool:
    return path.startswith("/usr/")
