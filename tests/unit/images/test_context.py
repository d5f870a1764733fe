"""COPY from the build context."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.images.context import copied
from hardening.images.dockerfile import Copy
from hardening.images.tree import File, Folder, Link


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    (folder / "api" / "src").mkdir(parents=True)
    (folder / "api" / "main.js").write_bytes(b"main")
    (folder / "api" / "main.js").chmod(0o600)
    (folder / "api" / "run").write_bytes(b"run")
    (folder / "api" / "run").chmod(0o700)
    (folder / "api" / "src" / "a.js").write_bytes(b"a")
    (folder / "api" / "link").symlink_to("main.js")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "way-out").symlink_to("../secret")
    return folder


def copy(*words: str, owner: tuple[int, int] | None = None) -> Copy:
    return Copy("", words[:-1], words[-1], owner, "Dockerfile:9")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("api/main.js", "/etc/conf"), ["/etc", "/etc/conf"]),
        (("api/main.js", "/app/"), ["/app", "/app/main.js"]),
        (("api/main.js", "api/run", "/app/"), ["/app", "/app/main.js", "/app/run"]),
        (("api/*.js", "/app/"), ["/app", "/app/main.js"]),
        (("api/src/", "/app/src/"), ["/app", "/app/src", "/app/src/a.js"]),
        (("api", "/"), ["/link", "/main.js", "/run", "/src", "/src/a.js"]),
    ],
)
def test_files_go_where_an_engine_puts_them(context: Path, words: tuple[str, ...], expected: list[str]) -> None:
    assert [path for path, _ in copied(copy(*words), context)] == expected


def test_the_umask_of_a_checkout_does_not_show(context: Path) -> None:
    tree = copied(copy("api", "/"), context)
    assert (tree.get("/main.js"), tree.get("/run")) == (File(b"main", 0o644), File(b"run", 0o755))
    assert (tree.get("/link"), tree.get("/src")) == (Link("main.js"), Folder(0o755))


def test_everything_copied_can_be_given_to_an_owner(context: Path) -> None:
    tree = copied(copy("api/main.js", "/a/", owner=(9, 8)), context)
    assert tree.get("/a/main.js") == File(b"main", 0o644, 9, 8)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("api/none.js", "does not exist"), ("../secret", "outside the build context"), ("way-out", "outside")],
)
def test_what_is_not_in_the_context_is_refused_with_the_line(context: Path, source: str, complaint: str) -> None:
    with pytest.raises(HardenError, match=f"Dockerfile:9: .*{complaint}"):
        copied(copy(source, "/x"), context)
