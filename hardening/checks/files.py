"""Files that only root may change."""

from collections.abc import Iterable, Iterator

from hardening.model.facts import FileFacts, NodeFacts
from hardening.model.known import Known, Unavailable

from .verdict import Verdict, all_of

NOT_READ = "was not looked at"
PROGRAMS = (
    "/usr/bin/dockerd",
    "/usr/sbin/dockerd",
    "/usr/bin/containerd",
    "/usr/bin/containerd-shim",
    "/usr/bin/containerd-shim-runc-v1",
    "/usr/bin/containerd-shim-runc-v2",
    "/usr/bin/runc",
    "/usr/sbin/runc",
)
"""What starts containers, where distributions and Docker's own packages put it."""


def inode(machine: NodeFacts, path: str) -> Known[FileFacts | None] | Unavailable:
    """A file of a node; never asked for is Unavailable too."""
    return machine.files.get(path, Unavailable(f"{path} {NOT_READ}"))


def protected(
    machine: NodeFacts, paths: Iterable[str], *, mode: int, groups: tuple[str, ...] = ("root",), nothing: str = ""
) -> Verdict:
    """Whether files belong to root and one of `groups`, with no permission bits beyond `mode`.

    Files that do not exist have nothing to protect; when none exists the answer is `nothing`.
    """
    return all_of(
        observations(machine, paths, mode, groups),
        fine="those that exist belong to root and nobody else may change them",
        expected=f"root:{' or '.join(groups)}, mode {mode:04o} or tighter",
        nothing=nothing,
    )


def observations(
    machine: NodeFacts, paths: Iterable[str], mode: int, groups: tuple[str, ...] = ()
) -> Iterator[str | Unavailable | None]:
    """One observation for each path that exists or was not read, see `all_of`; of any group where none is named."""
    for path in paths:
        match inode(machine, path):
            case Unavailable() as gap:
                yield gap
            case Known(value=None):
                continue
            case Known(value=FileFacts() as file):
                loose = file.mode & ~mode & 0o7777
                fine = file.uid == 0 and (not groups or file.group in groups) and not loose
                told = f"{path} is {file.user}:{file.group} {file.mode:04o}"
                yield f"{told}, and an access list names others" if file.acl else None if fine else told
