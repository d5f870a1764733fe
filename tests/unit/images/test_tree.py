"""Trees: links stay inside, copies go where COPY puts them."""

import pytest

from hardening.images.tree import File, Folder, Link, Tree


def tree(**entries: object) -> Tree:
    made = Tree()
    for path, entry in entries.items():
        assert isinstance(entry, File | Folder | Link)
        made.add(path, entry)
    return made


LIBRARY = tree(
    **{
        "/usr/lib/x/libc.so.6": File(b"libc"),
        "/lib": Link("usr/lib"),
        "/lib64/ld.so": Link("../usr/lib/x/libc.so.6"),
        "/loop": Link("loop"),
        "/up": Link("../../../usr/lib/x/libc.so.6"),
        "/absolute": Link("/lib/x/libc.so.6"),
        "/dangling": Link("nowhere"),
    }
)


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        ("/usr/lib/x/libc.so.6", ("/usr/lib/x/libc.so.6", ())),
        ("/lib/x/libc.so.6", ("/usr/lib/x/libc.so.6", ("/lib",))),
        ("/lib64/ld.so", ("/usr/lib/x/libc.so.6", ("/lib64/ld.so",))),
        ("/up", ("/usr/lib/x/libc.so.6", ("/up",))),
        ("/absolute", ("/usr/lib/x/libc.so.6", ("/absolute", "/lib"))),
        ("/loop", None),
        ("/dangling", None),
        ("/missing", None),
    ],
)
def test_links_are_followed_inside_the_tree(path: str, resolved: tuple[str, tuple[str, ...]] | None) -> None:
    assert LIBRARY.resolve(path) == resolved


def test_a_file_brings_the_folders_that_lead_to_it() -> None:
    assert [path for path, _ in tree(**{"/a/b/c": File(b"")})] == ["/a", "/a/b", "/a/b/c"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("/rootfs/", "/", ["/data", "/data/db", "/etc", "/etc/a"]),
        ("/rootfs/etc/", "/etc/more", ["/etc", "/etc/more", "/etc/more/a"]),
        ("/rootfs/etc/a", "/b", ["/b"]),
        ("/rootfs/no", "/", []),
    ],
)
def test_a_copy_takes_a_folders_contents_or_a_file(source: str, target: str, expected: list[str]) -> None:
    stage = tree(**{"/rootfs/etc/a": File(b"a"), "/rootfs/data/db": Folder(), "/else/c": File(b"c")})
    assert [path for path, _ in stage.rebased(source, target)] == expected


def test_a_copy_with_an_owner_gives_everything_to_it() -> None:
    copied = tree(**{"/s/db": Folder(), "/s/file": File(b""), "/s/link": Link("file")}).rebased("/s/", "/", (999, 998))
    assert {(path, entry.uid, entry.gid) for path, entry in copied} == {
        ("/db", 999, 998),
        ("/file", 999, 998),
        ("/link", 999, 998),
    }


def test_what_a_layer_below_has_already_is_left_out() -> None:
    below = tree(**{"/usr/lib/a": File(b"same"), "/usr/lib/b": File(b"old")})
    above = tree(**{"/usr/lib/a": File(b"same"), "/usr/lib/b": File(b"new"), "/usr/share": Folder()})
    assert [path for path, _ in above.without(below)] == ["/usr", "/usr/lib", "/usr/lib/b", "/usr/share"]
