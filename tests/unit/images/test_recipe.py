"""Recipes and keep files: read, or refused with file and line."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.images import recipe
from hardening.images.recipe import Keep

STACK = Path(__file__).parents[3] / "stack" / "images"
COMMONS = """\
archive: {suite: trixie, mirror: m, security: s, keyring: k}
layers:
  libc: {packages: [libc6], keep: [/lib]}
"""


def images(tmp_path: Path, text: str) -> tuple[Path, recipe.Commons]:
    (tmp_path / "debian.yml").write_text(COMMONS)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").touch()
    (tmp_path / "web" / "debian.yml").write_text(text)
    return tmp_path, recipe.load_commons(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("layers: [libc]\nlayer: []\n", "web/debian.yml:2: unknown key `layer`"),
        ("layers:\n  - libc\n  - curl\n", "web/debian.yml:3: no shared layer `curl`"),
        ("packages: nginx\n", "web/debian.yml:1: `packages`: expected a list"),
        ("pypi:\n  - name: x\n", "web/debian.yml:2: "),
    ],
)
def test_a_wrong_recipe_is_refused_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    folder, commons = images(tmp_path, text)
    with pytest.raises(HardenError) as refused:
        recipe.load_recipe(folder, "web", commons)
    assert complaint in refused.value.message


def test_an_unknown_role_is_answered_with_those_there_are(tmp_path: Path) -> None:
    folder, commons = images(tmp_path, "packages: [nginx]\n")
    with pytest.raises(HardenError) as refused:
        recipe.load_recipe(folder, "wbe", commons)
    assert refused.value.hint == "roles with a recipe: web"


def test_a_keep_file_has_paths_folders_and_names_to_drop(tmp_path: Path) -> None:
    file = tmp_path / "keep"
    file.write_text("# why\n/usr/bin/a\n\n/usr/share/*.txt\n/data/db/\n!*.md\n! tests\n")
    assert recipe.load_keep(file) == Keep(("/usr/bin/a", "/usr/share/*.txt"), ("/data/db",), ("*.md", "tests"))


def test_a_relative_path_in_a_keep_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keep"
    file.write_text("/a\nusr/bin/b\n")
    with pytest.raises(HardenError, match=r"keep:2: `usr/bin/b` is neither"):
        recipe.load_keep(file)


@pytest.mark.parametrize("role", recipe.roles(STACK))
def test_every_role_of_the_stack_has_a_recipe_and_a_keep_file(role: str) -> None:
    assert recipe.load_recipe(STACK, role, recipe.load_commons(STACK))
    assert recipe.load_keep(STACK / role / "keep").paths
