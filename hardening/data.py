"""Where the files that come with the program are: beside the package in a checkout, inside it in a wheel."""

from collections.abc import Callable
from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """A data folder, such as `stack` or `reports/templates`.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    return _find(name, Path.is_dir)


def file(name: str) -> Path:
    """A data file, such as `harden.yml`; see `folder`."""
    return _find(name, Path.is_file)


def _find(name: str, fits: Callable[[Path], bool]) -> Path:
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if fits(root / name):
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation")
