"""An inventory says who the machines are; what is wrong in it is told with its line."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.model.facts import Facts
from hardening.model.inventory import NodeRole, SshTransport
from hardening.project import (
    ProjectFile,
    local_inventory,
    read_inventory,
    read_settings,
    recorded_images,
    with_expectations,
)

SOUND = """\
nodes:
  - name: one
    address: 192.0.2.1
    role: manager
    labels: {edge: true, disk: ssd}
    ssh: {user: op, port: 2222, sudo: true, identity_file: key}
  - {name: two, address: 192.0.2.2, role: worker, ssh: {host: two.example.org}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text("a key")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "inventory.yml"
    path.write_text(text)
    return path


def test_a_sound_inventory_is_read_with_paths_beside_the_file(folder: Path) -> None:
    first, second = read_inventory(written(folder, SOUND)).nodes
    assert (first.name, first.role, first.labels) == ("one", NodeRole.MANAGER, {"edge": "true", "disk": "ssd"})
    assert first.transport == SshTransport("192.0.2.1", 2222, "op", str(folder / "key"), None, sudo=True)
    assert isinstance(second.transport, SshTransport)
    assert (second.transport.host, second.transport.port) == ("two.example.org", 22)


@pytest.mark.parametrize(
    ("ssh", "sudo"),
    [
        ("{user: op}", True),
        ("{user: root}", False),
        ("{port: 22}", False),
        ("{user: root, sudo: true}", True),
        ("{user: toor, sudo: false}", False),
    ],
)
def test_a_login_that_is_not_root_goes_through_sudo_unless_the_file_says_otherwise(
    folder: Path, ssh: str, sudo: bool
) -> None:
    (node,) = read_inventory(
        written(folder, f"nodes:\n  - {{name: one, address: 192.0.2.1, role: manager, ssh: {ssh}}}\n")
    ).nodes
    assert isinstance(node.transport, SshTransport)
    assert node.transport.sudo is sudo


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("role: manager", "rol: manager", 4, "unknown key `rol`"),
        ("role: manager", "role: boss", 4, "invalid enum value 'boss'"),
        ("address: 192.0.2.1\n", "address: one.example.org\n", 3, "`one.example.org` is not an IP address"),
        ("address: 192.0.2.1\n", "address: [1]\n", 3, "`nodes[0].address`: expected text, got a list"),
        ("role: manager", "role: worker", 1, "no node has `role: manager`"),
        ("name: two", "name: one", 7, "`one` is used by two nodes"),
        ("192.0.2.2", "192.0.2.1", 7, "`192.0.2.1` is used by two nodes"),
        ("port: 2222", "port: 70000", 6, "70000 is no TCP port"),
        ("identity_file: key", "identity_file: gone", 6, "no such file"),
        ("identity_file: key", "known_hosts_file: gone", 6, "no such file"),
        ("role: worker, ssh", "role: worker, local: true, ssh", 7, "either `local: true` or has `ssh:`"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(folder: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in SOUND
    with pytest.raises(HardenError) as caught:
        read_inventory(written(folder, SOUND.replace(old, new)))
    assert caught.value.message.startswith(f"{folder / 'inventory.yml'}:{line}: ")
    assert message in caught.value.message
    assert caught.value.exit_code == 2


def test_an_inventory_without_nodes_is_refused(folder: Path) -> None:
    with pytest.raises(HardenError, match="needs at least one node"):
        read_inventory(written(folder, "nodes: []\n"))


def test_the_local_inventory_is_this_machine_as_a_manager() -> None:
    (node,) = local_inventory().nodes
    assert (node.role, node.labels["edge"]) == (NodeRole.MANAGER, "true")


def test_the_local_inventory_carries_the_labels_of_the_projects_own(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yml"
    path.write_text(
        "nodes:\n"
        "  - {name: n1, address: 192.0.2.1, role: manager, labels: {shop: true}}\n"
        "  - {name: n2, address: 192.0.2.2, labels: {zone: b}}\n"
    )
    (node,) = local_inventory(read_inventory(path)).nodes
    assert {"shop": "true", "zone": "b", "edge": "true"}.items() <= node.labels.items()


RECORDING = '{"role": "web", "origin": {"image": "sha256:%s", "engine": "28"}}'


def test_what_a_project_wants_is_put_beside_what_was_read_and_a_facts_file_s_own_word_stays(tmp_path: Path) -> None:
    for scenario, text in {"start": RECORDING % "a", "stop": RECORDING % "b", "old": '{"role": "web"}'}.items():
        file = tmp_path / "profiles/web/recordings" / f"{scenario}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    settings = ProjectFile("shop", {}, allowed_ports=(8443,), allowed_registries=("registry:5000",))
    found = with_expectations(Facts(1.0, {}, (), (), allowed_ports=(80,)), settings, tmp_path)
    assert found.allowed_ports == (80,)
    assert found.allowed_registries == ("registry:5000",)
    assert found.evidence == {"web": ("sha256:a", "sha256:b")}


def test_a_recording_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "profiles/web/recordings/start.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    with pytest.raises(HardenError, match=r"start\.json: is no recording"):
        recorded_images(tmp_path / "profiles")


def test_addresses_for_overlays_are_networks(tmp_path: Path) -> None:
    text = "name: shop\nstacks: {}\nswarm:\n  address_pool:\n    - 172.30.0.0/16\n"
    (tmp_path / "harden.yml").write_text(text)
    assert read_settings(tmp_path).swarm.address_pool == ("172.30.0.0/16",)
    (tmp_path / "harden.yml").write_text(text + "    - 10.1.2.3/8\n")
    with pytest.raises(HardenError, match=r"harden.yml:6: .*10.1.2.3/8 has host bits set"):
        read_settings(tmp_path)
