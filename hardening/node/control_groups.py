"""Control groups of containers: in which hierarchy, and by which numbers in the kernel. Part of node programs."""

from __future__ import annotations

import os

from hardening.node.fact import NotReadable, read_text
from hardening.node.process import container_of, pids_by_container
from hardening.node.recorder_script import Place

UNIFIED = "/sys/fs/cgroup/cgroup.controllers"
_TASK = "((struct task_struct *)curtask)"
_LEGACY_CONTROLLER = "memory"
"""Of the hierarchies of version 1, the one that is asked: every engine puts containers into it."""
_PREFIXES = {"systemd": "/system.slice/docker-", "cgroupfs": "/docker/"}
"""The engine's driver -> how the paths of its containers' groups begin, where no container runs to show it."""


def place(driver: str, containers: list[str]) -> Place:
    """Where this node's containers have their groups.

    Args:
        driver: the engine's, `systemd` or `cgroupfs`.
        containers: ids of those to watch, as far as they run; the first shows what the paths look like.
    """
    hierarchy, expression = _hierarchy()
    running = pids_by_container()
    for container in containers:
        for pid in running.get(container, ()):
            path = group_path(read_text(f"/proc/{pid}/cgroup"), hierarchy)
            if container in path:
                return Place(expression, hierarchy, path[: path.index(container)])
    if driver not in _PREFIXES:
        raise NotReadable(f"the engine's control group driver {driver!r} is not known")
    return Place(expression, hierarchy, _PREFIXES[driver])


def _hierarchy() -> tuple[int, str]:
    if os.path.exists(UNIFIED):
        return 0, "cgroup"
    # Subsystems are numbered in the order in which the kernel lists them.
    for index, line in enumerate(read_text("/proc/cgroups").splitlines()[1:]):
        name, hierarchy = line.split()[:2]
        if name == _LEGACY_CONTROLLER and hierarchy != "0":
            return int(hierarchy), f"{_TASK}->cgroups->subsys[{index}]->cgroup->kn->id"
    raise NotReadable(f"this node has neither control groups of version 2 nor the controller {_LEGACY_CONTROLLER}")


def group_path(text: str, hierarchy: int) -> str:
    """The path in one hierarchy, from the text of a `/proc/<pid>/cgroup`; empty when it has none there."""
    for line in text.splitlines():
        number, _, path = line.split(":", 2)
        if int(number) == hierarchy:
            return path
    return ""


def number(path: str, hierarchy: int) -> int:
    """The kernel's number of a group: the inode of its folder."""
    return os.stat(_mount_point(hierarchy) + path).st_ino


def numbers(containers: list[str], hierarchy: int) -> dict[int, str]:
    """Number -> container id, of the running containers among `containers`."""
    running = pids_by_container()
    found = {}
    for container in containers:
        for pid in running.get(container, ()):
            try:
                path = group_path(read_text(f"/proc/{pid}/cgroup"), hierarchy)
                if container_of(path) == container:
                    found[number(path, hierarchy)] = container
            except OSError:
                continue  # it ended while we looked
    return found


def threads(groups: dict[int, str]) -> dict[int, list[int]]:
    """Number -> threads that run in it now, of groups by their container."""
    running = pids_by_container()
    found: dict[int, list[int]] = {}
    for each, container in groups.items():
        found[each] = []
        for pid in running.get(container, ()):
            try:
                found[each] += [int(thread) for thread in os.listdir(f"/proc/{pid}/task")]
            except OSError:
                continue  # it ended while we looked
    return found


def _mount_point(hierarchy: int) -> str:
    wanted = "cgroup" if hierarchy else "cgroup2"
    for line in read_text("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ")[:3]
        if kind == wanted and (not hierarchy or _LEGACY_CONTROLLER in options.split(",")):
            return before.split(" ")[4]
    raise NotReadable(f"no control groups of type {wanted} are mounted")
