"""Selecting from packages: what is kept, with every library it needs, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.images.packages import PackagePool
from hardening.images.recipe import Keep
from hardening.images.selection import select
from hardening.images.tree import File, Folder, Link, Tree

LIBRARIES = "/usr/lib/x86_64-linux-gnu"
MakeDeb = Callable[..., Path]
MakeElf = Callable[..., bytes]


@pytest.fixture
def packages(make_deb: MakeDeb, make_elf: MakeElf) -> tuple[Path, ...]:
    libc = {
        "/lib64": "usr/lib64",
        "/usr/lib64/ld.so": f"..{LIBRARIES.removeprefix('/usr')}/ld.so",
        f"{LIBRARIES}/ld.so": make_elf(),
        f"{LIBRARIES}/libc.so.6": make_elf(),
        "/usr/share/doc/libc/copyright": b"LGPL",
        "/usr/share/man/man1/x": b"manual",
    }
    liba = {
        f"{LIBRARIES}/liba.so.1": "liba.so.1.2",
        f"{LIBRARIES}/liba.so.1.2": make_elf(("libc.so.6",)),
        "/usr/share/doc/liba": "libc",
    }
    tool = {
        "/usr/bin/tool": make_elf(("liba.so.1", "libc.so.6"), "/lib64/ld.so"),
        "/usr/bin/other": make_elf(("libmissing.so.9",), "/lib64/ld.so"),
        "/usr/share/tool/a.txt": b"a",
        "/usr/share/tool/b.md": b"b",
        "/usr/share/tool/tests/c.txt": b"c",
    }
    modes = {"/usr/bin/tool": 0o4755, "/usr/bin/other": 0o755}
    return make_deb("libc", libc), make_deb("liba", liba), make_deb("tool", tool, modes)


def chosen(packages: tuple[Path, ...], *paths: str, drop: tuple[str, ...] = (), programs: Tree | None = None) -> Tree:
    with PackagePool(packages) as pool:
        return select(pool, programs or Tree(), Keep(paths, (), drop), architecture="amd64", where="keep")


def files(tree: Tree) -> set[str]:
    return {path for path, entry in tree if not isinstance(entry, Folder) and not path.startswith("/var/lib/dpkg")}


def test_a_program_brings_its_loader_and_libraries_with_their_links(packages: tuple[Path, ...]) -> None:
    assert files(chosen(packages, "/usr/bin/tool")) == {
        "/usr/bin/tool",
        "/lib64",
        "/usr/lib64/ld.so",
        f"{LIBRARIES}/ld.so",
        f"{LIBRARIES}/libc.so.6",
        f"{LIBRARIES}/liba.so.1",
        f"{LIBRARIES}/liba.so.1.2",
        "/usr/share/doc/libc/copyright",
        "/usr/share/doc/liba/copyright",
    }


def test_a_setuid_program_is_kept_without_the_bit(packages: tuple[Path, ...]) -> None:
    tool = chosen(packages, "/usr/bin/tool").get("/usr/bin/tool")
    assert isinstance(tool, File)
    assert tool.mode == 0o755


def test_scanners_find_the_packages_that_gave_something(packages: tuple[Path, ...]) -> None:
    status = "/var/lib/dpkg/status.d"
    tree = chosen(packages, f"{LIBRARIES}/liba.so.1")
    assert [name for name in ("libc", "liba", "tool") if f"{status}/{name}" in tree] == ["libc", "liba"]
    stanza = tree.get(f"{status}/liba")
    assert isinstance(stanza, File)
    assert stanza.content.startswith(b"Package: liba\n")


def test_a_folder_comes_without_what_is_dropped(packages: tuple[Path, ...]) -> None:
    tree = chosen(packages, "/usr/share/tool", drop=("*.md", "tests"))
    assert files(tree) == {"/usr/share/tool/a.txt"}


def test_a_pattern_takes_what_it_matches(packages: tuple[Path, ...]) -> None:
    assert files(chosen(packages, "/usr/share/tool/?.*")) == {"/usr/share/tool/a.txt", "/usr/share/tool/b.md"}


def test_a_link_to_a_folder_is_only_the_link(packages: tuple[Path, ...]) -> None:
    tree = chosen((*packages,), "/lib64")
    assert files(tree) == {"/lib64", "/usr/share/doc/libc/copyright"}
    assert tree.get("/lib64") == Link("usr/lib64")


def test_programs_from_elsewhere_go_before_packages_and_get_libraries_too(
    packages: tuple[Path, ...], make_elf: MakeElf
) -> None:
    own = make_elf(("libc.so.6",), "/lib64/ld.so")
    programs = Tree()
    programs.add("/usr/bin/tool", File(own, 0o755))
    tree = chosen(packages, "/usr/bin/tool", programs=programs)
    assert tree.get("/usr/bin/tool") == File(own, 0o755)
    assert f"{LIBRARIES}/libc.so.6" in tree
    assert f"{LIBRARIES}/liba.so.1" not in tree


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/usr/bin/other", "/usr/bin/other needs libmissing.so.9, which no package of the recipe has"),
        ("/usr/bin/nothing", "keep: no package of the recipe has /usr/bin/nothing"),
        ("/opt/*", "keep: nothing matches /opt/*"),
    ],
)
def test_what_is_missing_is_named(packages: tuple[Path, ...], path: str, complaint: str) -> None:
    with pytest.raises(HardenError) as refused:
        chosen(packages, path)
    assert refused.value.message == complaint


def test_an_empty_folder_is_its_owners_alone(packages: tuple[Path, ...]) -> None:
    with PackagePool(packages) as pool:
        tree = select(pool, Tree(), Keep((), ("/data/db",), ()), architecture="amd64", where="keep")
    assert tree.get("/data/db") == Folder(0o700)
