"""The record of a lab."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.lab import records
from hardening.lab.records import LabNode, LabRecord

NODE = LabNode(2, 2202, 8082, host_key="ssh-ed25519 AAAA")
RECORD = LabRecord(2048, "tcg", "booted-1", (LabNode(1, 2201, 8081), NODE))


def test_a_node_has_its_names_and_addresses_from_its_number() -> None:
    assert (NODE.name, NODE.address, NODE.mac) == ("node2", "10.77.0.12", "52:54:00:77:00:02")


@pytest.mark.parametrize("name", ["node2", "2"])
def test_a_node_is_found_by_name_or_number(name: str) -> None:
    assert RECORD.node(name) is NODE


def test_an_unknown_node_is_named_with_those_there_are() -> None:
    with pytest.raises(HardenError, match="no node `node7`") as caught:
        RECORD.node("node7")
    assert "node1, node2" in caught.value.hint


def test_a_clone_without_a_host_key_is_not_adopted() -> None:
    assert [node.adopted for node in RECORD.nodes] == [False, True]


def test_a_changed_node_keeps_its_place() -> None:
    changed = RECORD.with_node(LabNode(1, 2301, 8081)).with_node(LabNode(3, 2203, 8083))
    assert [(node.number, node.ssh_port) for node in changed.nodes] == [(1, 2301), (2, 2202), (3, 2203)]


def test_a_record_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    records.store(tmp_path, RECORD)
    assert records.load(tmp_path) == RECORD
    assert [path.name for path in tmp_path.iterdir()] == ["lab.json"]


def test_no_record_is_no_lab(tmp_path: Path) -> None:
    assert records.load(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", '{"memory": "much"}', '{"memory":1,"accel":"tcg","base":"","version":9}'])
def test_a_record_that_cannot_be_used_names_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "lab.json").write_text(content)
    with pytest.raises(HardenError, match=r"lab\.json") as caught:
        records.load(tmp_path)
    assert "destroy" in caught.value.hint
