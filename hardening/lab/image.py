"""The guests' disk image: Debian's packages and the files of `rootfs/`, cached by a hash of what it is made from."""

import hashlib
import io
import os
import shlex
import shutil
import tarfile
import tempfile
import time
from pathlib import Path

from hardening.errors import FailedError
from hardening.hosts import process

from .locking import command_line, exclusive
from .pace import patience
from .paths import base_cache_directory
from .reporting import Reporter
from .requirements import program

BUILDER_VERSION = 1
"""Raised when building changes in a way that the other inputs of the hash do not show."""

SUITE = "trixie"
MIRROR_VARIABLE = "HARDEN_DEBIAN_MIRROR"
_MIRROR = "http://deb.debian.org/debian"
"""Packages are signed; the transport need not be."""
_DISK_SIZE = "12G"
"""As the guest sees it. The file is sparse."""

_UNUSED_SECONDS = 30 * 24 * 3600

PACKAGES = (
    "linux-image-cloud-amd64",
    "systemd-sysv",
    "udev",
    "kmod",
    "procps",
    "iproute2",
    "iptables",
    "nftables",
    "openssh-server",
    "qemu-guest-agent",
    "util-linux-extra",  # hwclock, without which the agent does not set the clock
    "ca-certificates",
    "curl",
    "python3",
    "docker.io",
    "docker-cli",
    "docker-registry",
    "apparmor",
    "auditd",
    "bpftrace",
    "libcurl4t64",
    "libssl3t64",
)
_LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
_ENABLED = (
    "systemd-networkd.service",
    "ssh.service",
    "docker.service",
    "docker-registry.service",
    "auditd.service",
    "apparmor.service",
)
_MASKED = (
    "getty@tty1.service",
    "getty-static.service",
    "serial-getty@ttyS0.service",
    "modprobe@drm.service",
    "systemd-networkd-wait-online.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "ssh.socket",
)


def image(report: Reporter) -> Path:
    """The folder with `disk.img`, `vmlinuz`, `initrd.img` and `packages`; built when it is not in the cache."""
    files = _rootfs()
    folder = base_cache_directory() / f"image-{_hash(files)}"
    if not folder.is_dir():
        with exclusive(base_cache_directory() / "lock", command_line(), wait=report):
            if not folder.is_dir():
                report("building the guests' disk image from Debian's packages")
                _build(folder, files)
                _forget_unused(folder.parent)
    os.utime(folder)
    return folder


def remove_leftovers(cache: Path) -> None:
    """Remove what interrupted builds left. The cache's lock must be held."""
    for leftover in cache.glob(".making-*"):
        done = process.run((*_as_namespace_root(), "rm", "-rf", str(leftover)), timeout=patience(120))
        if not done.ok:
            raise FailedError(f"could not remove {leftover}, left by an interrupted build: {done.complaint}")


def _forget_unused(cache: Path) -> None:
    """Remove images that nobody asked for in a month. Labs have their own names for the files and keep them."""
    for folder in cache.glob("image-*"):
        if time.time() - folder.stat().st_mtime > _UNUSED_SECONDS:
            shutil.rmtree(folder)


def _hash(files: bytes) -> str:
    inputs = (str(BUILDER_VERSION), SUITE, _mirror(), _DISK_SIZE, *PACKAGES, *_LEFT_OUT, _settle_script())
    return hashlib.sha256("\0".join(inputs).encode() + files).hexdigest()[:16]


def _mirror() -> str:
    return os.environ.get(MIRROR_VARIABLE, _MIRROR)


def _build(folder: Path, files: bytes) -> None:
    remove_leftovers(folder.parent)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent, ignore_cleanup_errors=True) as name:
        work = Path(name)
        made = work / "image"
        made.mkdir()
        (work / "rootfs.tar").write_bytes(files)
        done = process.run(_argv(work, made), timeout=patience(1200), cwd=str(work))
        if not done.ok or not (made / "disk.img").exists():
            raise FailedError(f"could not build the guests' disk image: {_reason(done.stderr, done.complaint)}")
        made.rename(folder)


def _argv(work: Path, made: Path) -> tuple[str, ...]:
    """A build in mount and process namespaces of its own, which end with this process however it ends."""
    return (
        "setpriv", "--pdeathsig", "KILL",
        *_as_namespace_root("--mount", "--pid", "--fork", "--mount-proc", "--kill-child"),
        "env", f"TMPDIR={work}", program("mmdebstrap"), "--quiet", "--mode=root",
        "--variant=minbase", "--components=main", f"--include={','.join(PACKAGES)}",
        '--aptopt=Acquire::Languages "none"', '--aptopt=Acquire::Retries "3"',
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        f"--essential-hook=tar-in {shlex.quote(str(work / 'rootfs.tar'))} /",
        f"--customize-hook={_settle_script()}",
        f"--customize-hook={_disk_script(made)}",
        "--format=null", SUITE, "/dev/null", *_sources(),
    )  # fmt: skip


def _as_namespace_root(*namespaces: str) -> tuple[str, ...]:
    """As root, of a user namespace where this is an ordinary user: the guests' files belong to many users."""
    users = () if os.geteuid() == 0 else ("--map-root-user", "--map-auto")
    return ("unshare", *users, *namespaces, "--")


def _sources() -> tuple[str, ...]:
    mirror = _mirror()
    security = f"{mirror.rstrip('/')}-security"
    return (f"deb {mirror} {SUITE} main", f"deb {mirror} {SUITE}-updates main", f"deb {security} {SUITE}-security main")


def _settle_script() -> str:
    """What is enabled, and nothing that must differ between machines or only serves building."""
    lines = (
        f'chroot "$1" systemctl --quiet enable {" ".join(_ENABLED)}',
        f'chroot "$1" systemctl --quiet mask {" ".join(_MASKED)}',
        # looks for a vsock, which there is not, and complains
        'mkdir -p "$1"/etc/systemd/system-generators',
        'ln -s /dev/null "$1"/etc/systemd/system-generators/systemd-ssh-generator',
        'rm -f "$1"/etc/ssh/ssh_host_*',
        'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/cache/apt/archives/*.deb "$1"/var/log/*.log',
        # empty and not missing: a first boot would enable every service by preset and make host keys
        ': >"$1"/etc/machine-id',
        'printf "guest\\n" >"$1"/etc/hostname',
        'chroot "$1" systemctl --quiet set-default multi-user.target',
        # nothing was updated since it was installed, so no caches are made anew at boot
        'touch "$1"/etc/.updated "$1"/var/.updated',
    )
    return "set -e\n" + "\n".join(lines)


def _disk_script(made: Path) -> str:
    """Copy the kernel out and write the disk; through a bind mount, under which /proc and /sys are not seen."""
    out, view = shlex.quote(str(made)), shlex.quote(str(made.parent / "view"))
    mke2fs = (
        f"{program('mke2fs')} -q -t ext4 -L root -E assume_storage_prezeroed=1 -d {view} {out}/disk.img {_DISK_SIZE}"
    )
    lines = (
        f'mkdir {view} && mount --bind "$1" {view}',
        f"cp {view}/boot/vmlinuz-* {out}/vmlinuz && cp {view}/boot/initrd.img-* {out}/initrd.img",
        f"dpkg-query --admindir={view}/var/lib/dpkg -W >{out}/packages",
        mke2fs,
        f"umount {view} && rmdir {view}",
    )
    return "set -e\n" + "\n".join(lines)


def _rootfs() -> bytes:
    """`rootfs/` as a tar archive that is the same wherever it is made: root's files, fixed modes, no times."""
    archive = io.BytesIO()
    root = Path(__file__).with_name("rootfs")
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(root.rglob("*")):
            member = tarfile.TarInfo(str(path.relative_to(root)))
            if path.is_dir():
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(member)
                continue
            content = path.read_bytes()
            member.size, member.mode = len(content), 0o755 if content.startswith(b"#!") else 0o644
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def _reason(stderr: bytes, otherwise: str) -> str:
    """The first error that mmdebstrap's many programs reported."""
    for line in stderr.decode(errors="replace").splitlines():
        if line.startswith(("E: ", "mke2fs: ", "mmdebstrap: ")):
            return line
    return otherwise
