"""What the lab answers without a machine running."""

from pathlib import Path

import pytest

from hardening.errors import Exit, HardenError
from hardening.lab import Lab, LabState, records
from hardening.lab.accelerator import Choice, Verdict, accelerator
from hardening.lab.records import LabNode, LabRecord
from hardening.lab.reporting import silent

NODES = tuple(LabNode(number, 2200 + number, 8080 + number, host_key="ssh-ed25519 AAAA") for number in (1, 2))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab of two nodes that was stopped without notice."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    directory = tmp_path / "lab"
    directory.mkdir()
    records.store(directory, LabRecord(2048, "tcg", "booted-1", NODES))
    return Lab(directory)


def test_no_lab_is_absent_and_everything_says_how_to_make_one(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "none")
    assert lab.status().state is LabState.ABSENT
    for call in (lab.inventory, lab.registry, lab.down, lambda: lab.kill("node1")):
        with pytest.raises(HardenError, match="there is no lab") as caught:
            call()
        assert "harden lab up" in caught.value.hint
    lab.destroy()
    assert not lab.directory.exists()


def test_a_stopped_lab_is_down_with_its_nodes_off(lab: Lab) -> None:
    status = lab.status()
    assert status.state is LabState.DOWN
    assert [(node.name, node.state, node.pid) for node in status.nodes] == [
        ("node1", "off", None),
        ("node2", "off", None),
    ]


def test_a_node_with_a_saved_memory_is_saved(lab: Lab) -> None:
    (lab.directory / "node2").mkdir()
    (lab.directory / "node2" / "memory").write_bytes(b"")
    assert [node.state for node in lab.status().nodes] == ["off", "saved"]


@pytest.mark.parametrize("fault", ["kill", "freeze", "thaw", "cut", "mend"])
def test_what_needs_a_running_node_says_what_the_node_is(lab: Lab, fault: str) -> None:
    with pytest.raises(HardenError, match="node2 is off"):
        getattr(lab, fault)("2")


def test_the_inventory_of_a_stopped_lab_says_that_it_is_down(lab: Lab) -> None:
    with pytest.raises(HardenError, match="the lab is down"):
        lab.inventory()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"nodes": 0}, "1 to 9 nodes"),
        ({"nodes": 10}, "1 to 9 nodes"),
        ({"memory": 100}, "at least 512 MiB"),
        ({"accel": "xen"}, "auto, kvm or tcg"),
        ({"nodes": 1}, "has 2 nodes already"),
        ({"memory": 1024}, "have 2048 MiB"),
        ({"accel": "kvm"}, "runs under tcg"),
    ],
)
def test_options_that_cannot_be_are_refused(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], complaint: str
) -> None:
    monkeypatch.setattr("hardening.lab.lab.require", lambda **_: None)
    with pytest.raises(HardenError, match=complaint) as caught:
        lab.up(**options)  # type: ignore[arg-type]  # a table of mixed options
    assert caught.value.exit_code is Exit.BAD_INPUT


def test_destroying_leaves_what_is_not_the_labs(lab: Lab) -> None:
    (lab.directory / "node1").mkdir()
    (lab.directory / "node1" / "disk.qcow2").write_bytes(b"")
    (lab.directory / "diary.txt").write_text("mine")
    lab.destroy()
    assert [path.name for path in lab.directory.iterdir()] == ["diary.txt"]


def test_a_kvm_that_hung_is_not_taken_and_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def hang(boot_id: str, _kernel: Path) -> Verdict:
        tried.append(boot_id)
        return Verdict(boot_id, works=False, reason="it hung")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "harden" / "lab").mkdir(parents=True)
    monkeypatch.setattr("hardening.lab.accelerator._DEVICE", tmp_path)
    monkeypatch.setattr("hardening.lab.accelerator._try", hang)
    assert accelerator(Choice.AUTO, tmp_path, silent) == "tcg"
    assert accelerator(Choice.AUTO, tmp_path, silent) == "tcg"
    assert len(tried) == 1
    with pytest.raises(HardenError, match="KVM does not work here: it hung"):
        accelerator(Choice.KVM, tmp_path, silent)


def test_a_verdict_ends_with_the_machines_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "harden" / "lab").mkdir(parents=True)
    (tmp_path / "harden" / "lab" / "kvm.json").write_text(
        '{"boot_id":"an earlier one","works":false,"reason":"it hung"}'
    )
    monkeypatch.setattr("hardening.lab.accelerator._DEVICE", tmp_path)
    monkeypatch.setattr("hardening.lab.accelerator._try", lambda boot_id, _: Verdict(boot_id, works=True))
    assert accelerator(Choice.AUTO, tmp_path, silent) == "kvm"
