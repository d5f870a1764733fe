"""A project folder of one's own."""

from pathlib import Path

import pytest

from hardening import data, project, scaffold
from hardening.errors import HardenError
from hardening.model.inventory import NodeRole


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_gets_everything_a_project_needs(tmp_path: Path) -> None:
    laid_out = scaffold.lay_out(tmp_path / "deep" / "new")
    files = contents(tmp_path / "deep" / "new")
    assert {"harden.yml", "inventory.yml", "stack/stack.yml.j2"} <= set(files)
    assert {str(path) for path in laid_out.written} == set(files)
    assert laid_out.kept == ()
    assert not [name for name in files if "node_modules" in name or name.endswith(".keep")]
    assert files["harden.yml"] == data.file("harden.yml").read_bytes()


def test_programs_in_it_can_be_run(tmp_path: Path) -> None:
    scaffold.lay_out(tmp_path)
    source = data.folder("stack")
    for path in source.rglob("*"):
        copy = tmp_path / "stack" / path.relative_to(source)
        if copy.is_file():
            assert copy.stat().st_mode & 0o100 == path.stat().st_mode & 0o100


def test_its_inventory_is_one_that_can_be_read(tmp_path: Path) -> None:
    scaffold.lay_out(tmp_path)
    inventory = project.read_inventory(tmp_path / "inventory.yml")
    assert [node.role for node in inventory.nodes] == [NodeRole.MANAGER, NodeRole.WORKER, NodeRole.WORKER]


def test_the_whole_project_can_be_read_once_its_images_are_known(tmp_path: Path) -> None:
    scaffold.lay_out(tmp_path)
    roles = [path.name for path in (tmp_path / "stack" / "images").iterdir() if path.is_dir()]
    (tmp_path / project.LOCK_FILE).write_text("".join(f"{role}: registry/{role}@sha256:{'0' * 64}\n" for role in roles))
    read = project.load(tmp_path)
    assert read.stacks
    assert set(read.profiles) <= set(roles)


def test_a_folder_with_something_in_it_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "harden.yml").write_text("mine")
    with pytest.raises(HardenError, match="is not empty") as caught:
        scaffold.lay_out(tmp_path)
    assert "--force" in caught.value.hint
    assert contents(tmp_path) == {"harden.yml": b"mine"}


def test_missing_files_are_added_and_none_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "harden.yml").write_text("mine")
    laid_out = scaffold.lay_out(tmp_path, add_missing=True)
    assert laid_out.kept == (Path("harden.yml"),)
    assert (tmp_path / "harden.yml").read_text() == "mine"
    assert (tmp_path / "inventory.yml").is_file()
    again = scaffold.lay_out(tmp_path, add_missing=True)
    assert again.written == ()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(HardenError, match=f"{tmp_path}/taken: Not a directory"):
        scaffold.lay_out(tmp_path / "taken")
