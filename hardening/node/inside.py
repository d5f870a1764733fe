"""What a container holds, looked at from its own root. Part of node programs.

A child process does it under chroot, so that no link in the container leads to a file of the node. It runs nothing and
asks no name service there: either would load code of the container's into a process that is root. Names of users are
therefore read from the container's `/etc/passwd` by hand. Of what it reads, only inodes, names, certificates and a
program's configuration leave.
"""

from __future__ import annotations

import json
import os
import re
import stat

from hardening.node.configured import absolute, configuration, found
from hardening.node.fact import NotReadable, fact, read_text, regular_text, unavailable
from hardening.node.namespaces import in_child

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
TOOLS = frozenset(
    {
        "apk", "apt", "apt-get", "aptitude", "dnf", "dpkg", "microdnf", "npm", "pacman", "pip", "pip3", "pnpm", "rpm",
        "yarn", "yum", "zypper",
        "as", "c++", "cc", "clang", "cpp", "g++", "gcc", "go", "ld", "make", "rustc", "tcc",
        "gdb", "ltrace", "strace",
        "nc", "ncat", "netcat", "nmap", "socat", "ssh", "tcpdump", "telnet",
    }
)  # fmt: skip
"""What a service in production has no use for, and an intruder has: package managers, compilers, debuggers, shells
to other machines."""
_SECONDS = 20
_MOST_FILES = 300
_SHOWN = 40
"""Paths of each kind that are told of an image."""
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISLNK, "link"),
)
_LOCKS = ("!", "*")


def programs(init: int) -> dict[str, Any]:
    """ImagePrograms, by a container's first process."""
    return dict(_looked_at(init, {"programs": True})["programs"])


def look(init: int, wanted: dict[str, Any]) -> dict[str, Any]:
    """Inside, without its endpoints, and `text` and `names` of the program's configuration.

    Args:
        init: the container's first process.
        wanted: a look (see `looks`), with `main`, the configuration's first file, or empty; `opened`, paths beside
            those that it names; `uids`, the node's numbers of the users to be named.
    """
    shifts = {kind: _shift(f"/proc/{init}/{kind}") for kind in ("uid_map", "gid_map")}
    return _looked_at(init, {**wanted, **shifts})


def certificates_of(text: str) -> str:
    """The certificates in a PEM file, and nothing else of it: the key may stand beside them.

    Raises:
        NotReadable: there is none.
    """
    found = _CERTIFICATE.findall(text)
    if not found:
        raise NotReadable("it holds no certificate")
    return "\n".join(found) + "\n"


def _shift(path: str) -> list[list[int]]:
    return [[int(word) for word in line.split()] for line in read_text(path).splitlines()]


def _looked_at(init: int, wanted: dict[str, Any]) -> dict[str, Any]:
    """The answer of a child whose root is the container's."""

    def work() -> bytes:
        os.chroot(f"/proc/{init}/root")
        os.chdir("/")
        return json.dumps(_seen(wanted)).encode("utf-8", "replace")

    return dict(json.loads(in_child(work, _SECONDS)))


# --- in the child ---------------------------------------------------------------------------------------------------


def _seen(wanted: dict[str, Any]) -> dict[str, Any]:
    if wanted.get("programs"):
        return {"programs": _programs()}
    main = wanted["main"]
    told = fact(_configuration, wanted) if main else unavailable("none was asked for")
    parts = told.get("value", {}).get("files", {})
    text, folder = "\n".join(parts.values()), os.path.dirname(main) or "/"
    files = [*wanted.get("files", []), *parts, *found(wanted.get("file_patterns", []), text), *wanted["opened"]]
    certificates = found(wanted.get("certificate_patterns", []), text)
    users, groups = fact(_names, "/etc/passwd"), fact(_names, "/etc/group")
    who = (wanted["uid_map"], users.get("value", {})), (wanted["gid_map"], groups.get("value", {}))
    uids = sorted({inner(wanted["uid_map"], uid) for uid in wanted["uids"]})
    return {
        "text": fact(json.dumps, told["value"]) if "value" in told else told,
        "names": [word for each in found(wanted.get("name_patterns", []), text) for word in each.split()],
        "files": {path: fact(_inode, path, who) for path in absolute(folder, files)[:_MOST_FILES]},
        "certificates": {path: fact(_certificates, path) for path in absolute(folder, certificates)[:_MOST_FILES]},
        "users": uids,
        "accounts": fact(_accounts, uids),
    }


def _configuration(wanted: dict[str, Any]) -> dict[str, Any]:
    asked = wanted["configuration"]
    return configuration(wanted["main"], asked["include"], asked["comment"])


def inner(shift: list[list[int]], number: int) -> int:
    """A user or group of the node by its number inside; -1 where the container does not know it."""
    for inside, outside, count in shift:
        if outside <= number < outside + count:
            return inside + number - outside
    return -1


def _inode(path: str, who: Any) -> dict[str, Any] | None:  # noqa: ANN401 - two pairs of a map and names
    try:
        link = os.readlink(path) if os.path.islink(path) else ""
        status = os.stat(path) if os.path.exists(path) else os.lstat(path)
    except FileNotFoundError:
        return None
    uid, gid = (inner(shift, number) for (shift, _), number in zip(who, (status.st_uid, status.st_gid)))
    return {
        "kind": next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "other"),
        "mode": stat.S_IMODE(status.st_mode),
        "uid": uid,
        "gid": gid,
        "user": who[0][1].get(uid, str(uid)),
        "group": who[1][1].get(gid, str(gid)),
        "size": status.st_size,
        "mtime": status.st_mtime,
        "link": link,
    }


def _lines(path: str) -> list[list[str]]:
    try:
        return [line.split(":") for line in regular_text(path).splitlines() if line.count(":")]
    except FileNotFoundError:
        return []


def _names(path: str) -> dict[int, str]:
    """Number -> name, of `/etc/passwd` or `/etc/group`; the first entry of a number counts."""
    names: dict[int, str] = {}
    for fields in _lines(path):
        if len(fields) > 2 and fields[2].isdigit():  # noqa: PLR2004 - name, password, number
            names.setdefault(int(fields[2]), fields[0])
    return names


def _accounts(uids: list[int]) -> list[dict[str, Any]]:
    """Account of each number that has one. Of a password only whether it opens the account."""
    shadow = {fields[0]: fields[1] for fields in _lines("/etc/shadow")}
    found = []
    for fields in _lines("/etc/passwd"):
        if len(fields) < 7 or not fields[2].isdigit() or int(fields[2]) not in uids:  # noqa: PLR2004 - passwd(5)
            continue
        password = shadow.get(fields[0], "*") if fields[1] == "x" else fields[1]
        account = {"name": fields[0], "uid": int(fields[2]), "shell": fields[6]}
        found.append({**account, "locked": password.startswith(_LOCKS)})
    return found


def _certificates(path: str) -> str:
    return certificates_of(regular_text(path))


def _programs() -> dict[str, Any]:
    """Every folder once, though merged systems know it under two names."""
    folders: dict[tuple[int, int], str] = {}
    for folder in FOLDERS:
        try:
            found = os.stat(folder)
        except OSError:
            continue
        folders.setdefault((found.st_dev, found.st_ino), folder)
    count, tools, privileged = 0, [], []
    for folder in folders.values():
        for entry in os.scandir(folder):
            count += 1
            if entry.name in TOOLS:
                tools.append(entry.path)
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                privileged.append(entry.path)
    return {"count": count, "tools": sorted(tools)[:_SHOWN], "privileged": sorted(privileged)[:_SHOWN]}
