"""Files, folders and file systems that security rests on. Part of node programs."""

from __future__ import annotations

import functools
import glob
import grp
import hashlib
import os
import pwd
import stat

from hardening.node.fact import Fact, NotReadable, fact, read_text
from hardening.node.mount_table import unescaped

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

PATHS = (
    "/etc/apparmor.d",
    "/etc/audit/rules.d/60-harden.rules",
    "/etc/containerd",
    "/etc/containerd/config.toml",
    "/etc/default/docker",
    "/etc/docker",
    "/etc/docker/daemon.json",
    "/etc/docker/key.json",
    "/etc/harden",
    "/etc/harden/policy.json",
    "/etc/sysconfig/docker",
    "/etc/sysctl.d/60-harden.conf",
    "/etc/systemd/system/containerd.service",
    "/etc/systemd/system/docker.service",
    "/etc/systemd/system/docker.socket",
    "/etc/systemd/system/harden-dns.service",
    "/etc/tmpfiles.d/60-harden.conf",
    "/lib/systemd/system/containerd.service",
    "/lib/systemd/system/docker.service",
    "/lib/systemd/system/docker.socket",
    "/run/containerd",
    "/run/containerd/containerd.sock",
    "/run/docker.sock",
    "/run/harden",
    "/run/systemd/units/invocation:harden-dns.service",
    "/usr/bin/containerd",
    "/usr/bin/containerd-shim",
    "/usr/bin/containerd-shim-runc-v1",
    "/usr/bin/containerd-shim-runc-v2",
    "/usr/bin/docker",
    "/usr/bin/dockerd",
    "/usr/bin/runc",
    "/usr/lib/systemd/system/docker.service",
    "/usr/lib/systemd/system/docker.socket",
    "/usr/local/lib/harden",
    "/usr/local/lib/harden/__pycache__",
    "/usr/local/lib/harden/fence.py",
    "/usr/local/lib/harden/harden-dns",
    "/usr/local/lib/harden/harden-runtime",
    "/usr/local/lib/harden/runtime.py",
    "/usr/sbin/dockerd",
    "/usr/sbin/runc",
    "/var/lib/docker",
    "/var/run/docker.sock",
)
PATTERNS = (
    "/etc/apparmor.d/harden-*",
    "/etc/docker/certs.d",
    "/etc/docker/certs.d/*",
    "/etc/docker/certs.d/*/*",
    "/etc/harden/*",
    "/etc/harden/*/*",
    "/etc/systemd/system/containerd.service.d",
    "/etc/systemd/system/containerd.service.d/*",
    "/etc/systemd/system/docker.service.d",
    "/etc/systemd/system/docker.service.d/*",
    "/etc/systemd/system/docker.socket.d",
    "/etc/systemd/system/docker.socket.d/*",
    "/usr/local/lib/harden/__pycache__/*",
    "/usr/local/lib/harden/dns/hardening/node/*",
)
"""Shell patterns; what they find is read like PATHS."""
HASHED = (
    "/etc/apparmor.d/harden-",
    "/etc/audit/rules.d/",
    "/etc/docker/daemon.json",
    "/etc/harden/",
    "/etc/sysctl.d/",
    "/etc/systemd/system/harden-",
    "/etc/tmpfiles.d/",
    "/usr/local/lib/harden/",
)
"""Beginnings of the paths whose content is told by its SHA-256."""
_HASH_LIMIT = 4 << 20
_KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISLNK, "link"),
)


def files(more: list[str]) -> dict[str, Fact]:
    """Path -> FileFacts; a known null where there is no such file."""
    found = {path for pattern in PATTERNS for path in glob.glob(pattern)}
    return {path: fact(inode, path) for path in sorted({*PATHS, *more, *found})}


def inode(path: str) -> dict[str, Any] | None:
    """FileFacts of one path; a link is followed, and told by itself only when it leads nowhere."""
    try:
        link = os.readlink(path) if os.path.islink(path) else ""
        found = os.stat(path) if os.path.exists(path) else os.lstat(path)
    except FileNotFoundError:
        return None
    return {
        "kind": next((kind for is_kind, kind in _KINDS if is_kind(found.st_mode)), "other"),
        "mode": stat.S_IMODE(found.st_mode),
        "uid": found.st_uid,
        "gid": found.st_gid,
        "user": _user(found.st_uid),
        "group": _group(found.st_gid),
        "size": found.st_size,
        "mtime": found.st_mtime,
        "link": link,
        "acl": not stat.S_ISLNK(found.st_mode) and _has_list(path),
        "sha256": _sha256(path) if stat.S_ISREG(found.st_mode) and path.startswith(HASHED) else "",
    }


def text_or(path: str, missing: str) -> str:
    """Content of a settings file, or what its absence means."""
    try:
        return read_text(path)
    except FileNotFoundError:
        return missing


def disks(paths: list[str]) -> list[dict[str, Any]]:
    """DiskFacts for each path that exists."""
    mounts = _mounts()
    found = []
    for path in dict.fromkeys(paths):
        try:
            size = os.statvfs(path)
        except OSError:
            continue  # nothing there; whatever should be is missing among the files and in the engine's facts
        mount_point = max((point for point in mounts if _is_below(os.path.realpath(path), point)), key=len)
        found.append(
            {
                "path": path,
                "mount_point": mount_point,
                "device": mounts[mount_point],
                "total": size.f_blocks * size.f_frsize,
                "free": size.f_bavail * size.f_frsize,
            }
        )
    return found


def group_members(name: str) -> list[str] | None:
    """Who is in a group, by its own list or as their first group; None when there is no such group."""
    try:
        group = grp.getgrnam(name)
    except KeyError:
        return None
    return sorted({*group.gr_mem, *(user.pw_name for user in pwd.getpwall() if user.pw_gid == group.gr_gid)})


def _mounts() -> dict[str, str]:
    """Mount point -> device, the uppermost where several cover each other."""
    mounts = {}
    for line in read_text("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        mounts[unescaped(before.split(" ")[4])] = unescaped(after.split(" ")[1])
    return mounts


def _is_below(path: str, mount_point: str) -> bool:
    return mount_point in ("/", path) or path.startswith(mount_point + "/")


def _has_list(path: str) -> bool:
    """Whether an access list names users or groups beside the owner's (acl(5)); a file system may know none."""
    try:
        os.getxattr(path, "system.posix_acl_access")
    except OSError:
        return False
    return True


def _sha256(path: str) -> str:
    with open(path, "rb") as file:
        content = file.read(_HASH_LIMIT + 1)
    if len(content) > _HASH_LIMIT:
        raise NotReadable(f"{path} is larger than {_HASH_LIMIT >> 20} MiB")
    return hashlib.sha256(content).hexdigest()


@functools.lru_cache(None)
def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@functools.lru_cache(None)
def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
