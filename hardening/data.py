"""Where the files that come with the program are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """A data folder, such as `stack` or `reports/templates`.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"data folder {name} is missing from this installation")
