"""What the lab needs of the machine it runs on, and how to get it."""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hardening.errors import HardenError
from hardening.hosts import process

from .pace import patience
from .reporting import Reporter

PACKAGES = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
"""Program -> the Debian package that has it."""

NOTHING_MORE: Mapping[str, str] = MappingProxyType({})

_USER_NAMESPACE = {"newuidmap": "uidmap"}
"""Needed besides where mmdebstrap runs without root."""

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SEARCH = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where an ordinary user's PATH may not lead."""


def program(name: str) -> str:
    """The full path of one of PACKAGES' programs; its bare name when it is missing."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SEARCH))
    return shutil.which(name, path=path) or name


def missing_packages(also: Mapping[str, str] = NOTHING_MORE) -> tuple[str, ...]:
    """The Debian packages that this machine lacks; `also` adds to PACKAGES."""
    wanted = PACKAGES | dict(also) | ({} if os.geteuid() == 0 else _USER_NAMESPACE)
    packages = {package for name, package in wanted.items() if not Path(program(name)).is_absolute()}
    if not _KEYRING.exists():
        packages.add("debian-archive-keyring")
    return tuple(sorted(packages))


def require(*, install: bool, report: Reporter, also: Mapping[str, str] = NOTHING_MORE) -> None:
    """Make sure the machine has what the lab needs.

    Args:
        install: install what is missing, through `sudo` when this is not root. Root always installs.
        report: told what is being installed.
        also: what else is needed, program -> package.

    Raises:
        HardenError: packages are missing and may not be installed, or apt-get failed.
    """
    missing = missing_packages(also)
    if not missing:
        return
    root = os.geteuid() == 0
    by_hand = shlex.join((*(() if root else ("sudo",)), "apt-get", "install", "--no-install-recommends", *missing))
    if shutil.which("apt-get") is None:
        raise HardenError(f"the lab needs these Debian packages' programs: {' '.join(missing)}", "install them first")
    if not root and not install:
        raise HardenError(f"the lab needs: {' '.join(missing)}", f"install with: {by_hand}   (or pass --install)")
    report(f"installing {' '.join(missing)}")
    _install(missing, () if root else ("sudo",), by_hand)
    if still := missing_packages(also):
        raise HardenError(f"installed, and yet missing: {' '.join(still)}", f"try: {by_hand}")


def _install(packages: tuple[str, ...], prefix: tuple[str, ...], by_hand: str) -> None:
    apt = (*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y")
    process.run((*apt, "update"), timeout=patience(300))  # stale lists show in the installation's own error
    done = process.run((*apt, "install", "--no-install-recommends", *packages), timeout=patience(900))
    if not done.ok:
        raise HardenError(f"could not install {' '.join(packages)}: {done.complaint}", f"try: {by_hand}")
