"""Programs that are no Debian packages: from PyPI and npm, through their own clients, checked by digest."""

import base64
import hashlib
import io
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from hardening.errors import FailedError, HardenError
from hardening.hosts import process

from .context import read_folder
from .recipe import NodeModules, NpmPackage, Recipe, Wheel
from .tree import File, Tree

DOWNLOAD_SECONDS = 1800
_NOT_FOUND = 127


def gather(recipe: Recipe, context: Path, cache: Path, say: Callable[[str], None]) -> Tree:
    """All files of a recipe that do not come from Debian packages.

    Args:
        recipe: what is wanted.
        context: the build context, where Node projects lie.
        cache: folder for downloads.
        say: told what is going on, a line at a time.

    Raises:
        HardenError: pip or npm is missing, or a file is not what the recipe says.
        FailedError: a registry could not be reached or read.
    """
    programs = Tree()
    for wheel in recipe.pypi:
        programs.update(_from_wheel(wheel, cache / "pypi", say))
    for package in recipe.npm:
        programs.update(_from_npm(package, cache / "npm", say))
    if recipe.node_modules:
        programs.update(_node_modules(recipe.node_modules, context, say))
    return programs


def _from_wheel(wheel: Wheel, cache: Path, say: Callable[[str], None]) -> Tree:
    folder = cache / wheel.sha256
    found = list(folder.glob("*.whl"))
    if not found:
        say(f"downloading {wheel.name} {wheel.version} from PyPI")
        with tempfile.TemporaryDirectory(prefix="harden-") as scratch:
            _pip_download(wheel, Path(scratch))
            found = [_settled(next(Path(scratch).glob("*.whl")), folder)]
    tree = Tree()
    with zipfile.ZipFile(found[0]) as archive:
        for inside, path in wheel.files.items():
            if inside not in archive.namelist():
                raise HardenError(f"{found[0].name} has no file {inside}")
            mode = archive.getinfo(inside).external_attr >> 16
            tree.add(path, File(archive.read(inside), 0o755 if mode & 0o100 else 0o644))
    return tree


def _pip_download(wheel: Wheel, folder: Path) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    options = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check", "--quiet")
    argv = (sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), "-r", str(requirements))
    result = process.run(argv, timeout=DOWNLOAD_SECONDS)
    if b"No module named pip" in result.stderr:
        raise HardenError(f"{sys.executable} has no pip", f"{sys.executable} -m ensurepip")
    if not result.ok:
        raise FailedError(f"pip could not download {wheel.name} {wheel.version}: {result.complaint}")


def _from_npm(package: NpmPackage, cache: Path, say: Callable[[str], None]) -> Tree:
    folder = cache / hashlib.sha256(package.integrity.encode()).hexdigest()
    found = list(folder.glob("*.tgz"))
    if not found:
        say(f"downloading {package.name} {package.version} from npm")
        with tempfile.TemporaryDirectory(prefix="harden-") as scratch:
            spec = f"{package.name}@{package.version}"
            _npm(("pack", spec, "--pack-destination", scratch, "--silent"), scratch)
            packed = next(Path(scratch).glob("*.tgz"))
            digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
            if f"sha512-{digest}" != package.integrity:
                raise HardenError(f"{spec} has the digest sha512-{digest}, the recipe wants {package.integrity}")
            found = [_settled(packed, folder)]
    tree = Tree()
    with tarfile.open(found[0]) as archive:
        members = {member.name.partition("/")[2]: member for member in archive if member.isfile()}
        for inside, path in package.files.items():
            if inside not in members:
                raise HardenError(f"{found[0].name} has no file {inside}")
            content = archive.extractfile(members[inside]) or io.BytesIO()
            tree.add(path, File(content.read(), 0o755 if members[inside].mode & 0o100 else 0o644))
    return tree


def _node_modules(wanted: NodeModules, context: Path, say: Callable[[str], None]) -> Tree:
    project = context / wanted.project
    say(f"installing the dependencies of {wanted.project} with npm")
    with tempfile.TemporaryDirectory(prefix="harden-") as scratch:
        for name in ("package.json", "package-lock.json"):
            if not (project / name).is_file():
                raise HardenError(f"{project / name}: no such file")
            shutil.copyfile(project / name, Path(scratch) / name)
        _npm(("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"), scratch)
        return read_folder(Path(scratch) / "node_modules", wanted.into)


def _npm(words: tuple[str, ...], folder: str) -> None:
    result = process.run(("npm", *words), timeout=DOWNLOAD_SECONDS, cwd=folder)
    if result.rc == _NOT_FOUND:
        raise HardenError("npm is missing", "install it: apt-get install npm")
    if not result.ok:
        raise FailedError(f"npm {words[0]} failed: {result.complaint}")


def _settled(file: Path, folder: Path) -> Path:
    """Move a finished download to its place in the cache."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(file, folder / file.name))
