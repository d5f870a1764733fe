"""QEMU's arguments."""

from importlib import resources
from ipaddress import ip_interface
from pathlib import Path

from hardening.lab.qemu import Files, Forwards, Shape, Wiring, arguments, hub


def argv(shape: Shape = Shape(2048, "tcg"), wiring: Wiring | None = None, disk: str = "/lab/disk.qcow2") -> str:  # noqa: B008 - a frozen value
    folder = Path("/run/lab")
    files = Files(
        disk=Path(disk),
        console=folder / "console.log",
        kernel=folder / "vmlinuz",
        initrd=folder / "initrd.img",
        pid_file=folder / "node1.pid",
        agent=folder / "node1.agent",
        monitor=folder / "node1.monitor",
    )
    return " ".join(arguments("node1", shape, files, wiring or Wiring("52:54:00:77:00:01")))


def test_every_way_in_is_on_the_loopback() -> None:
    words = argv(wiring=Wiring("52:54:00:77:00:01", Path("/run/lab/switch"), Forwards(2201, 8081, 8441)))
    assert "hostfwd=tcp:127.0.0.1:2201-:22,hostfwd=tcp:127.0.0.1:8081-:80,hostfwd=tcp:127.0.0.1:8441-:443" in words
    assert words.count("hostfwd=") == words.count("hostfwd=tcp:127.0.0.1:") == 3
    assert "-display none" in words


def test_guests_reach_the_host_by_the_network_they_are_set_up_for() -> None:
    settings = resources.files("hardening.lab").joinpath("rootfs/etc/systemd/network/10-uplink.network").read_text()
    (address,) = (line.partition("=")[2] for line in settings.splitlines() if line.startswith("Address="))
    assert f"-netdev user,id=outside,net={ip_interface(address).network}" in argv()


def test_without_forwards_there_is_no_way_in() -> None:
    assert "hostfwd" not in argv()


def test_the_accelerator_is_the_chosen_one_with_every_cpu_feature() -> None:
    words = argv(Shape(1024, "kvm"))
    assert "-accel kvm -cpu max -smp" in words
    assert "mitigations" not in words


def test_an_emulated_cpu_lacks_what_is_dear_to_emulate_and_has_what_mongod_needs() -> None:
    words = argv(Shape(1024, "tcg"))
    assert "-accel tcg,thread=multi -cpu max,aes=off,pclmulqdq=off,avx2=off,erms=off,fsrm=off,la57=off" in words
    assert "avx=off" not in words


def test_a_comma_in_a_path_does_not_end_the_option() -> None:
    assert "file=/lab/a,,b/disk.qcow2,if=none" in argv(disk="/lab/a,b/disk.qcow2")


def test_it_gains_no_privileges_and_begins_stopped() -> None:
    words = argv()
    assert words.startswith("setpriv --no-new-privs ")
    assert " -S " in words


def test_a_hub_joins_the_sockets_that_machines_connect_to() -> None:
    sockets = [Path("/run/lab/wire1"), Path("/run/lab/wire2")]
    words = " ".join(hub(sockets, Path("/run/lab/switch.pid"), Path("/run/lab/switch.monitor")))
    for socket in sockets:
        assert f"server=on,addr.type=unix,addr.path={socket}" in words
    assert words.count("hubid=0") == len(sockets)
    assert "-machine none" in words
    assert "hostfwd" not in words
    wired = argv(wiring=Wiring("52:54:00:77:00:01", sockets[1]))
    assert f"stream,id=wire,server=off,addr.type=unix,addr.path={sockets[1]}" in wired
