"""Files of the build context, as COPY takes them: root's, with modes 0755 and 0644 whatever the umask of a checkout."""

from pathlib import Path

from hardening.errors import HardenError

from .dockerfile import Copy
from .tree import Entry, File, Link, Tree

_OWNER_MAY_EXECUTE = 0o100


def copied(copy: Copy, context: Path) -> Tree:
    """What a COPY from the build context puts into the image.

    Raises:
        HardenError: a source does not exist or lies outside; with the Dockerfile's line.
    """
    tree = Tree()
    for pattern in copy.sources:
        sources = sorted(context.glob(pattern.strip("/"))) if pattern.strip("./") else [context]
        if not sources:
            raise HardenError(f"{copy.place}: {context / pattern} does not exist")
        for source in sources:
            if not source.resolve().is_relative_to(context.resolve()):
                raise HardenError(f"{copy.place}: {pattern} is outside the build context")
            if source.is_dir():
                tree.update(read_folder(source, copy.target))
            else:
                into_folder = copy.target.endswith("/") or len(sources) > 1 or len(copy.sources) > 1
                tree.add(f"{copy.target}/{source.name}" if into_folder else copy.target, _read(source))
    return tree if copy.owner is None else tree.rebased("/", "/", copy.owner)


def read_folder(folder: Path, target: str) -> Tree:
    """A folder's files and links, at `target`."""
    tree = Tree()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.is_file():
            tree.add(f"{target}/{path.relative_to(folder)}", _read(path))
    return tree


def _read(path: Path) -> Entry:
    if path.is_symlink():
        return Link(str(path.readlink()))
    return File(path.read_bytes(), 0o755 if path.stat().st_mode & _OWNER_MAY_EXECUTE else 0o644)
