"""Where the mounts of a container lead on the node, by the kernel's own tables. Part of node programs.

The engine records the name that a mount was asked for by. A link, a volume with options of its own or a mount on the
node's side may lead that name elsewhere; the tables of the container and of the node say to which folder of which file
system.
"""

from __future__ import annotations

from hardening.node.fact import read_text

Row = tuple[str, str, str]
"""The file system's number, the folder of it that is mounted, and where."""


def rows(pid: str) -> list[Row]:
    """Mounts that a process sees, in the order they were made."""
    table = []
    for line in read_text(f"/proc/{pid}/mountinfo").splitlines():
        fields = line.split(" ")
        table.append((fields[2], unescaped(fields[3]), unescaped(fields[4])))
    return table


def reached(inside: list[Row], node: list[Row], destination: str) -> list[str]:
    """The node's names of what a container has at a place, the widest mount's first; none where it has no name."""
    found = [(number, root) for number, root, point in inside if point == destination]
    if not found:
        return []
    number, root = found[-1]  # a later mount covers an earlier one
    names = [
        (len(outer), point.rstrip("/") + below(root, outer) or "/")
        for other, outer, point in node
        if other == number and (root == outer or root.startswith(outer.rstrip("/") + "/"))
    ]
    return list(dict.fromkeys(name for _, name in sorted(names, key=lambda each: each[0])))


def below(path: str, folder: str) -> str:
    """The rest of a path below a folder, with its slash; empty for the folder itself."""
    rest = path[len(folder.rstrip("/")) :]
    return "" if rest == "/" else rest


def unescaped(field: str) -> str:
    """The kernel writes blanks and backslashes of a path as octal numbers."""
    return field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
