"""QEMU's arguments, for a guest and for what joins guests.

The order and addresses of a guest's devices are part of every saved memory.
"""

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from hardening.hosts.loopback import LOOPBACK

from .requirements import program

_CPUS = {"kvm": 2, "tcg": 1}
"""An emulated machine with two gets less done where its threads have to share the host's processors with those of other
guests: locks are held by whoever does not run. Three guests on two cores: mongod starts in 65 s instead of 130, an
image of 265 MB is pulled by each in 198 s instead of 228 to 268."""
CABLE = "cluster"
"""The cluster interface's device id."""
_OUTSIDE = "192.168.77.0/24"
"""Each guest's own way to the host, as its network settings have it.

Not QEMU's 10.0.2.0/24: swarms give that to their third network, and answers to the host would stay in the container.
"""
_COMMAND_LINE = "root=/dev/vda rw console=ttyS0 quiet audit=1 audit_backlog_limit=8192 panic=1"
"""A guest whose kernel died would hang and count as running: it restarts, which `-no-reboot` makes its end."""
_KERNELS = {"kvm": _COMMAND_LINE, "tcg": f"{_COMMAND_LINE} mitigations=off"}
"""An emulated CPU does not speculate: there is nothing to mitigate, and return trampolines are dear to emulate."""
_DEAR = ("aes", "pclmulqdq", "avx2", "erms", "fsrm", "la57", "pku")
_MODELS = {"kvm": "max", "tcg": ",".join(["max", *(f"{feature}=off" for feature in _DEAR)])}
"""mongod needs AVX, which only the largest emulated model has. What is switched off is dear to emulate: without it
programs and kernel take their plain code for the same work, which QEMU 7.2 runs faster: SHA-256 48 ms/MB instead of 148
in Go, AES-128-GCM 26 MB/s instead of 7 in OpenSSL, a copy between memories of programs 410 MB/s instead of 100 (`rep
movsb` goes byte by byte). SSSE3 would be next, but mongod has to have it: system.conf.d in the guest tells programs in
Go to do without."""
_UPLINK_MAC = "52:54:00:77:01:00"
"""The same everywhere: each guest is alone on its user-mode network."""


class Shape(Struct, frozen=True):
    """What saved memories depend on. `memory` is in MiB, `accel` is `kvm` or `tcg`."""

    memory: int
    accel: str


class Forwards(Struct, frozen=True):
    """Ports on the host's loopback that lead to the guest's ports 22, 80 and 443."""

    ssh: int
    http: int
    https: int


class Wiring(Struct, frozen=True):
    """What a machine is connected to.

    Attributes:
        mac: of the cluster interface on a cold start.
        switch: the hub's socket for this machine; None for a cable that ends nowhere.
        forwards: None for no way in from the host.
    """

    mac: str
    switch: Path | None = None
    forwards: Forwards | None = None


class Files(Struct, frozen=True):
    """What a machine reads and writes; `pid_file`, `agent` and `monitor` (sockets) while it runs."""

    disk: Path
    console: Path
    kernel: Path
    initrd: Path
    pid_file: Path
    agent: Path
    monitor: Path


def arguments(name: str, shape: Shape, files: Files, wiring: Wiring) -> tuple[str, ...]:
    """The command of a machine that stays stopped until its monitor is told `cont`."""
    return (
        *_start(), "-name", name, "-no-reboot", "-S",
        "-machine", "pc", "-accel", "kvm" if shape.accel == "kvm" else "tcg,thread=multi",
        "-cpu", _MODELS[shape.accel], "-smp", str(_CPUS[shape.accel]), "-m", str(shape.memory),
        "-rtc", "base=utc",
        "-kernel", str(files.kernel), "-initrd", str(files.initrd), "-append", _KERNELS[shape.accel],
        "-drive", f"file={_escape(files.disk)},if=none,id=disk,cache=unsafe,discard=unmap",
        "-device", "virtio-blk-pci,drive=disk,addr=0x2",
        "-netdev", f"user,id=outside,net={_OUTSIDE}{_rules(wiring.forwards)}",
        "-device", f"virtio-net-pci,id=uplink,netdev=outside,mac={_UPLINK_MAC},romfile=,addr=0x3",
        "-netdev", _stream("wire", wiring.switch, "off") if wiring.switch else "hubport,id=wire,hubid=0",
        "-device", f"virtio-net-pci,id={CABLE},netdev=wire,mac={wiring.mac},romfile=,addr=0x4",
        "-device", "virtio-serial-pci,addr=0x5",
        "-chardev", f"socket,id=agent,path={_escape(files.agent)},server=on,wait=off",
        "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
        "-device", "virtio-rng-pci,addr=0x6",
        # tells the kernel of a clone that it is one, so that it draws new randomness
        "-device", "vmgenid,guid=auto",
        "-chardev", f"file,id=console,path={_escape(files.console)},append=on", "-serial", "chardev:console",
        *_monitor(files.monitor),
        "-pidfile", str(files.pid_file),
    )  # fmt: skip


def hub(sockets: Iterable[Path], pid_file: Path, monitor: Path) -> tuple[str, ...]:
    """The command of what joins those machines' cables whose sockets these are; the first is at `port0`."""
    ports = []
    for number, socket in enumerate(sockets):
        ports += ["-netdev", _stream(f"wire{number}", socket, "on")]
        ports += ["-netdev", f"hubport,id=port{number},hubid=0,netdev=wire{number}"]
    return (*_start(), "-machine", "none", *ports, *_monitor(monitor), "-pidfile", str(pid_file), "-daemonize")


def _start() -> tuple[str, ...]:
    return (
        "setpriv", "--no-new-privs",
        program("qemu-system-x86_64"), "-nodefaults", "-no-user-config", "-display", "none",
        # the stricter settings do not go with -daemonize
        "-sandbox", "on,obsolete=deny,resourcecontrol=deny",
    )  # fmt: skip


def _monitor(path: Path) -> tuple[str, ...]:
    channel = f"socket,id=monitor,path={_escape(path)},server=on,wait=off"
    return ("-chardev", channel, "-mon", "chardev=monitor,mode=control")


def _stream(name: str, socket: Path, server: str) -> str:
    return f"stream,id={name},server={server},addr.type=unix,addr.path={_escape(socket)}"


def _rules(forwards: Forwards | None) -> str:
    if forwards is None:
        return ""
    pairs = ((forwards.ssh, 22), (forwards.http, 80), (forwards.https, 443))
    return "".join(f",hostfwd=tcp:{LOOPBACK}:{port}-:{inside}" for port, inside in pairs)


def _escape(path: Path) -> str:
    """QEMU's option lists double a comma in a value."""
    return str(path).replace(",", ",,")
