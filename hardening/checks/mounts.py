"""Folders of the node inside containers."""

import posixpath
import re
from collections.abc import Iterable, Iterator

from hardening.model.engine import Mount

CONTROL_SOCKETS = (
    "/run/docker.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/docker/swarm/control.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
)
SENSITIVE = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr",
    "/var/lib/containerd", "/var/lib/docker", "/var/spool/cron",
)  # fmt: skip
"""Folders that decide over the node; a mount of one, of what is below it, or of a folder above it counts."""

HOMES = re.compile(r"/home(/[^/]+(/\.ssh(/.*)?)?)?")
"""Users' own folders: whoever writes there becomes them at their next login, or logs in by a key."""


def exposes(mount: Mount, paths: Iterable[str]) -> bool:
    """Whether a mount shows one of `paths`: itself or a folder above it."""
    return any(_holds(place, _plain(path)) for place in _places(mount) for path in paths)


def is_sensitive(mount: Mount, paths: Iterable[str] = ()) -> bool:
    """Whether a mount shows part of the node's own system, or of `paths`."""
    decisive = (*SENSITIVE, *map(_plain, paths))
    return any(
        HOMES.fullmatch(place) or any(_holds(path, place) or _holds(place, path) for path in decisive)
        for place in _places(mount)
    )


def source(mount: Mount) -> str:
    """What a mount shows, for people: by the name it was asked for, and where that leads."""
    asked = mount.source or mount.destination
    led = next(iter(_reached(mount)), "")
    return f"{asked}, which leads to {led}" if led not in {"", _plain(mount.source)} else asked


def _places(mount: Mount) -> Iterator[str]:
    """Folders of the node that a mount shows, by all names that lead there."""
    if mount.type == "bind":
        yield _plain(mount.source)
    yield from _reached(mount)


def _reached(mount: Mount) -> Iterator[str]:
    """Where the kernel says that a mount leads. A volume's own folder is the engine's, wherever its data are."""
    own = "/" + "/".join(mount.source.rsplit("/", 3)[1:])
    for name in mount.reaches:
        if mount.type != "volume" or not name.endswith(own):
            yield _plain(name)


def _holds(folder: str, path: str) -> bool:
    return folder in {"/", path} or path.startswith(folder + "/")


def _plain(path: str) -> str:
    """Without `..` and with /var/run, a link, under the name it leads to."""
    path = "/" + posixpath.normpath(path).lstrip("/")
    return "/run" + path.removeprefix("/var/run") if _holds("/var/run", path) else path
