"""What no image may contain."""

import pytest

from hardening.errors import FailedError
from hardening.images.contents import refuse, violations
from hardening.images.tree import Entry, File, Folder, Link, Tree

PROGRAM = File(b"", 0o755)


@pytest.mark.parametrize(
    ("path", "entry", "complaint"),
    [
        ("/usr/bin/su", File(b"", 0o4755), "/usr/bin/su is setuid or setgid"),
        ("/usr/bin/wall", File(b"", 0o2755), "/usr/bin/wall is setuid or setgid"),
        ("/etc/passwd", File(b"", 0o666), "/etc/passwd may be written by anybody"),
        ("/tmp", Folder(0o1777), "/tmp may be written by anybody"),
        ("/bin/sh", Link("dash"), "/bin/sh is a shell"),
        ("/opt/tools/busybox", PROGRAM, "/opt/tools/busybox is a shell"),
        ("/usr/bin/dpkg", PROGRAM, "/usr/bin/dpkg is a package manager"),
        ("/usr/local/bin/npm", Link("../lib/npm-cli.js"), "/usr/local/bin/npm is a package manager"),
    ],
)
def test_it_is_found_and_refused(path: str, entry: Entry, complaint: str) -> None:
    tree = Tree()
    tree.add(path, entry)
    assert violations(tree) == [complaint]
    with pytest.raises(FailedError, match=r"image web: /"):
        refuse("web", tree)


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/usr/bin/mongod", PROGRAM),
        ("/app/node_modules/pip/index.js", File(b"")),
        ("/app/node_modules/sh", Folder()),
        ("/app/node_modules/npm", Link("../npm")),
        ("/usr/share/doc/bash", File(b"")),
    ],
)
def test_what_only_has_the_name_is_fine(path: str, entry: Entry) -> None:
    tree = Tree()
    tree.add(path, entry)
    assert violations(tree) == []
