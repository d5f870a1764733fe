"""What no image may contain, whoever built it."""

import posixpath
from stat import S_IWOTH

from hardening.errors import FailedError

from .tree import File, Folder, Link, Tree

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "busybox", "toybox"})
PACKAGE_MANAGERS = frozenset(
    {"apt", "apt-get", "aptitude", "dpkg", "apk", "rpm", "yum", "dnf", "microdnf", "zypper", "pacman"}
    | {"pip", "pip3", "npm", "npx", "yarn", "pnpm", "corepack", "gem", "cargo"}
)


def refuse(role: str, tree: Tree) -> None:
    """Raise FailedError when a tree has something that no image may contain."""
    if found := violations(tree):
        raise FailedError(f"image {role}: {found[0]}" + (f", and {len(found) - 1} more" if found[1:] else ""))


def violations(tree: Tree) -> list[str]:
    """Everything in a tree that a hardened image must not have, one line each."""
    found: list[str] = []
    for path, entry in tree:
        name = posixpath.basename(path)
        if isinstance(entry, File) and entry.changes_identity:
            found.append(f"{path} is setuid or setgid")
        if isinstance(entry, File | Folder) and entry.mode & S_IWOTH:
            found.append(f"{path} may be written by anybody")
        if not _is_program(entry, path):
            continue
        if name in SHELLS:
            found.append(f"{path} is a shell")
        if name in PACKAGE_MANAGERS:
            found.append(f"{path} is a package manager")
    return found


def _is_program(entry: object, path: str) -> bool:
    """Executable, or a link that stands among the programs."""
    if isinstance(entry, File):
        return entry.executable
    return isinstance(entry, Link) and posixpath.basename(posixpath.dirname(path)) in {"bin", "sbin"}
