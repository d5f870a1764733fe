"""Where a container's mounts lead on the node, by tables as kernels write them."""

import os

import pytest

from hardening.node.mount_table import Row, reached, rows

NODE: list[Row] = [
    ("8:1", "/", "/"),
    ("0:5", "/", "/dev"),
    ("0:25", "/", "/run"),
    ("8:17", "/", "/var/lib/docker"),
    ("8:17", "/data", "/mnt/again"),
    ("8:33", "/@home", "/home"),
]


@pytest.mark.parametrize(
    ("number", "root", "places"),
    [
        ("8:1", "/etc", "/etc"),
        ("8:1", "/", "/"),
        ("0:25", "/", "/run"),
        ("0:25", "/docker.sock", "/run/docker.sock"),
        ("8:17", "/data/volumes/x/_data", "/var/lib/docker/data/volumes/x/_data /mnt/again/volumes/x/_data"),
        ("8:33", "/@home/eve", "/home/eve"),
        ("8:33", "/@homework", ""),
        ("0:99", "/share", ""),
    ],
)
def test_a_mount_is_told_by_every_name_that_the_node_has_for_it(number: str, root: str, places: str) -> None:
    assert reached([("0:40", "/", "/"), (number, root, "/x")], NODE, "/x") == places.split()


def test_the_uppermost_of_several_mounts_counts() -> None:
    assert reached([("8:1", "/etc", "/x"), ("0:25", "/", "/x")], NODE, "/x") == ["/run"]


def test_nothing_is_told_of_a_place_that_the_table_does_not_have() -> None:
    assert reached([("8:1", "/", "/")], NODE, "/x") == []


def test_this_process_s_own_table_is_read() -> None:
    assert "/" in {point for _, _, point in rows(str(os.getpid()))}
