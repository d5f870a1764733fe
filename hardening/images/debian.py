"""Debian packages, through apt with folders of its own: no root, nothing of this machine's packages is touched."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import FailedError, HardenError
from hardening.hosts import process

from .recipe import Archive

UPDATE_SECONDS = 300
DOWNLOAD_SECONDS = 1800
_NOT_FOUND = 127

_CONFIGURATION = """\
// Hooks of this machine's apt are none of ours.
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::trustedparts "/dev/null";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
// The user _apt could not read a private cache folder.
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
// Without this, an archive that can't be reached is only a warning and yesterday's lists are used.
APT::Update::Error-Mode "any";
"""


class Package(Struct, frozen=True):
    """A package file that was downloaded and verified by apt."""

    file: str
    sha256: str


class Resolution(Struct, frozen=True):
    """Which packages an archive answered with."""

    packages: tuple[Package, ...]


def fetch(
    archive: Archive, names: Iterable[str], cache: Path, *, refresh: bool, say: Callable[[str], None]
) -> tuple[Path, ...]:
    """Packages and all they depend on, as files.

    What the archive answered is remembered, so the same packages are used until `refresh` asks for newer ones.

    Args:
        archive: where they come from.
        names: packages wanted.
        cache: folder for what is downloaded.
        refresh: ask the archive again.
        say: told what is going on, a line at a time.

    Raises:
        HardenError: apt or the keyring is missing, or there is no such package.
        FailedError: the archive could not be reached or read.
    """
    wanted = tuple(sorted(set(names)))
    if not wanted:
        return ()
    key = hashlib.sha256(msgspec.json.encode((archive, wanted))).hexdigest()[:16]
    folder = cache / "debian" / key
    remembered = folder / "packages.json"
    files = folder / "cache" / "archives"
    if remembered.is_file() and not refresh:
        resolution = msgspec.json.decode(remembered.read_bytes(), type=Resolution)
        if all((files / package.file).is_file() for package in resolution.packages):
            return tuple(files / package.file for package in resolution.packages)
    resolution = _ask(archive, wanted, folder, say)
    remembered.write_bytes(msgspec.json.format(msgspec.json.encode(resolution), indent=1))
    return tuple(files / package.file for package in resolution.packages)


def _ask(archive: Archive, wanted: tuple[str, ...], folder: Path, say: Callable[[str], None]) -> Resolution:
    _prepare(archive, folder)
    say(f"reading {archive.mirror} {archive.suite}")
    _apt(folder, ("update",), UPDATE_SECONDS)
    # An empty archive folder: apt prints no address for what it has already.
    listing = ("install", "--yes", "--print-uris", "--option", f"Dir::Cache::archives={folder}/none", *wanted)
    uris = [line.split() for line in _apt(folder, listing, UPDATE_SECONDS).splitlines() if line.startswith("'")]
    megabytes = sum(int(words[2]) for words in uris) / 1e6
    say(f"downloading what is missing of {len(uris)} Debian packages ({megabytes:.0f} MB)")
    _apt(folder, ("install", "--yes", "--download-only", *wanted), DOWNLOAD_SECONDS)
    files = folder / "cache" / "archives"
    names = sorted(words[1] for words in uris)
    return Resolution(tuple(Package(name, hashlib.sha256((files / name).read_bytes()).hexdigest()) for name in names))


def _prepare(archive: Archive, folder: Path) -> None:
    if not Path(archive.keyring).is_file():
        raise HardenError(f"{archive.keyring} is missing", "install the package debian-archive-keyring")
    for name in ("state/lists/partial", "cache/archives/partial", "none/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    suites = (
        (archive.mirror, archive.suite),
        (archive.mirror, f"{archive.suite}-updates"),
        (archive.security, f"{archive.suite}-security"),
    )
    sources = "".join(f"deb [signed-by={archive.keyring}] {mirror} {suite} main\n" for mirror, suite in suites)
    (folder / "sources.list").write_text(sources, encoding="utf-8")
    (folder / "status").touch()
    configuration = _CONFIGURATION.format(folder=folder, architecture=archive.architecture)
    (folder / "apt.conf").write_text(configuration, encoding="utf-8")


def _apt(folder: Path, words: tuple[str, ...], timeout: float) -> str:
    result = process.run(("apt-get", f"--config-file={folder}/apt.conf", "--quiet", *words), timeout=timeout)
    if result.rc == _NOT_FOUND:
        raise HardenError("apt-get is missing", "images are made of Debian packages: build on Debian or Ubuntu")
    if not result.ok:
        errors = [line for line in result.stderr.decode(errors="replace").splitlines() if line.startswith("E:")]
        raise FailedError(f"apt-get {words[0]} failed: {errors[0] if errors else result.complaint}")
    return result.text
