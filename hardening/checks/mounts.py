"""Folders of the node inside containers."""

import posixpath
from collections.abc import Iterable

from hardening.model.engine import Mount

CONTROL_SOCKETS = (
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
)
SENSITIVE = ("/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sys", "/usr", "/var/lib/docker", "/run")
"""Folders that decide over the node; a mount of one, of what is below it, or of `/` counts."""


def exposes(mount: Mount, paths: Iterable[str]) -> bool:
    """Whether a bind mount shows one of `paths`: itself or a folder above it."""
    return mount.type == "bind" and any(_holds(_plain(mount.source), path) for path in paths)


def is_sensitive(mount: Mount) -> bool:
    """Whether a bind mount shows part of the node's own system."""
    source = _plain(mount.source)
    return mount.type == "bind" and (source == "/" or any(_holds(path, source) for path in SENSITIVE))


def _holds(folder: str, path: str) -> bool:
    return folder in {"/", path} or path.startswith(folder + "/")


def _plain(path: str) -> str:
    """Without `..` and with /var/run, a link, under the name it leads to."""
    path = "/" + posixpath.normpath(path).lstrip("/")
    return "/run" + path.removeprefix("/var/run") if _holds("/var/run", path) else path
