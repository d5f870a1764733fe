"""From built images to references that a stack can be deployed with."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from hardening import documents
from hardening.errors import HardenError
from hardening.hosts import Host
from hardening.model.registry import Registry

from .image import BuiltImage, Report
from .push import PROJECT, push

_HEADER = "# Image of each role, by digest. Written by: harden images push\n"


def ship(
    images: Mapping[str, BuiltImage], registry: Registry, host: Host, report: Report, *, project: str = PROJECT
) -> dict[str, str]:
    """Push images to a registry that a node of the cluster can reach, through that node.

    Returns:
        role -> reference by digest.
    """
    with host.forward(registry.address) as socket_path:
        return push(images.values(), registry, report, socket_path=socket_path, project=project)


def write_lock(path: Path, references: Mapping[str, str]) -> None:
    """Note references in `images.lock`, whole or not at all; roles that are not among them keep theirs.

    Raises:
        HardenError: the file that is there is not valid, or cannot be written.
    """
    present = documents.load(path, dict[str, str]) if path.is_file() else {}
    text = _HEADER + yaml.safe_dump(present | dict(references), width=1000)
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".images-", delete=False) as file:
            file.write(text)
        written = Path(file.name)
        written.chmod(0o644)
        written.replace(path)
    except OSError as error:
        raise HardenError(f"{path}: cannot be written: {error.strerror}") from error
