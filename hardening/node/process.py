"""Processes as the kernel describes them, and which container each belongs to. Part of node programs."""

from __future__ import annotations

import os
import re
import time

from hardening.node.fact import Fact, NotReadable, fact, read_text

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")
_RUNC_STAGE = "runc:["
_SETTLE_SECONDS = 0.05
_SETTLE_TRIES = 10


def pids() -> list[int]:
    """Every process, in no order."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def programs() -> dict[int, str]:
    """The program of every process, by its path; threads of the kernel run none."""
    found = {}
    for pid in pids():
        try:
            found[pid] = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
        except OSError:
            continue  # a thread of the kernel, or it ended while we looked
    return found


def container_of(cgroup: str) -> str:
    """Container id in the text of a `/proc/<pid>/cgroup`: the innermost; empty when there is none."""
    ids = _CONTAINER_ID.findall(cgroup)
    return str(ids[-1]) if ids else ""


def pids_by_container() -> dict[str, list[int]]:
    """Container id -> its processes, by control group: `exec`ed and daemonised ones are found too."""
    found: dict[str, list[int]] = {}
    for pid in sorted(pids()):
        try:
            container = container_of(read_text(f"/proc/{pid}/cgroup"))
        except OSError:
            continue  # it ended while we looked
        if container:
            found.setdefault(container, []).append(pid)
    return found


def status_of(pid: int) -> dict[str, str]:
    """`/proc/<pid>/status`, field -> value."""
    fields = {}
    for line in read_text(f"/proc/{pid}/status").splitlines():
        name, _, value = line.partition(":")
        fields[name] = value.strip()
    return fields


def init_process(container: str) -> int:
    """The process of a container that is number 1 inside, or its oldest one when it shares the node's process ids.

    Raises:
        NotReadable: no process belongs to the container.
    """
    ages = {}
    for pid in pids_by_container().get(container, []):
        try:
            if status_of(pid).get("NSpid", "").split()[-1:] == ["1"]:
                return pid
            ages[pid] = _start_ticks(pid)
        except OSError:
            continue  # it ended while we looked
    if not ages:
        raise NotReadable(f"no process belongs to container {container[:12]}")
    return min(ages, key=lambda pid: ages[pid])


def processes(members: list[int], init: int, *, without_apparmor: str) -> list[dict[str, Any]]:
    """ProcessFacts of a container, its first process first; `without_apparmor` is why they have no label, or empty.

    Zombies are left out: they run nothing. A process that runc is still setting up is given time to finish, and told
    as it is when it does not: its name alone is no proof that it is runc.

    Raises:
        NotReadable: all processes ended meanwhile.
    """
    found = []
    for pid in sorted(members, key=lambda pid: (pid != init, pid)):
        try:
            _wait_for_runc(pid)
            status = status_of(pid)
            if not status["State"].startswith("Z"):
                found.append(_process(pid, status, without_apparmor))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    if not found:
        raise NotReadable("its processes ended while they were read")
    return found


def root_is_read_only(pid: int) -> bool:
    """Whether `/` of a process's mount table carries the `ro` option (the mount's own, not its file system's)."""
    options = ""
    for line in read_text(f"/proc/{pid}/mountinfo").splitlines():
        fields = line.split(" ")
        if fields[4] == "/":
            options = fields[5]  # a later line covers an earlier one
    if not options:
        raise NotReadable("its mount table has no root")
    return "ro" in options.split(",")


def command_line(pid: int) -> list[str]:
    """Arguments of a process."""
    return read_text(f"/proc/{pid}/cmdline").rstrip("\0").split("\0")


def started(pid: int) -> float:
    """When a process was started: seconds since the epoch, by the node's clock as it is set now."""
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted + _start_ticks(pid) / os.sysconf("SC_CLK_TCK")


def apparmor_label(pid: int, *, without_apparmor: str) -> str:
    """A process's AppArmor label with its mode."""
    if without_apparmor:
        raise NotReadable(without_apparmor)
    try:
        # Since Linux 5.8; the older file may belong to another security module.
        return read_text(f"/proc/{pid}/attr/apparmor/current").strip().rstrip("\0")
    except FileNotFoundError:
        return read_text(f"/proc/{pid}/attr/current").strip().rstrip("\0")


def _start_ticks(pid: int) -> int:
    # Field 22, counted after the name, which may hold spaces and brackets (proc_pid_stat(5)).
    return int(read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()[19])


def _wait_for_runc(pid: int) -> None:
    for _ in range(_SETTLE_TRIES):
        if not read_text(f"/proc/{pid}/comm").startswith(_RUNC_STAGE):
            return
        time.sleep(_SETTLE_SECONDS)


def _process(pid: int, status: dict[str, str], without_apparmor: str) -> dict[str, Any]:
    label: Fact = fact(lambda: apparmor_label(pid, without_apparmor=without_apparmor))
    try:
        executable = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        executable = ""
    return {
        "pid": pid,
        "command": read_text(f"/proc/{pid}/comm").rstrip("\n"),
        "executable": executable,
        "apparmor": label,
        "seccomp": int(status["Seccomp"]),
        "no_new_privileges": status["NoNewPrivs"] == "1",
        "cap_effective": int(status["CapEff"], 16),
        "cap_permitted": int(status["CapPrm"], 16),
        "cap_inheritable": int(status["CapInh"], 16),
        "cap_bounding": int(status["CapBnd"], 16),
        "cap_ambient": int(status["CapAmb"], 16),
        "uid": int(status["Uid"].split()[1]),
        "uid_map": [[int(word) for word in line.split()] for line in read_text(f"/proc/{pid}/uid_map").splitlines()],
    }
