"""A folder as it was at a revision of the git repository it lies in."""

import io
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hardening.errors import HardenError

from . import process


@contextmanager
def checked_out(folder: Path, revision: str) -> Generator[Path]:
    """The folder's files at a revision, in a temporary folder of the same name that goes with the context.

    Raises:
        HardenError: git is not there, this is no repository, or it has no such revision.
    """
    if not revision or revision.startswith("-"):
        raise HardenError(f"`{revision}` is no revision", "write ROLE@REVISION, such as web@HEAD~1")
    # From the folder above: the folder itself may not be there any more.
    argv = ("git", "archive", "--format=tar", revision, "--", folder.name)
    done = process.run(argv, timeout=60, cwd=str(folder.parent))
    if done.rc != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise HardenError(f"{folder} at {revision}: {words[-1] if words else 'git failed'}")
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(place, filter="data")
        yield Path(place) / folder.name
