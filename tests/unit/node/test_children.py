"""Work that the collector does in processes of its own, and the pure parts of it."""

import os
import time

import pytest

from hardening.node.configured import absolute, found
from hardening.node.fact import NotReadable
from hardening.node.inside import certificates_of, inner
from hardening.node.namespaces import in_child

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB+a/=\n-----END CERTIFICATE-----"
KEY = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"


def fails() -> bytes:
    raise OSError(1, "Operation not permitted")


def dies() -> bytes:
    os._exit(1)


def hangs() -> bytes:
    time.sleep(60)
    return b"late"


def floods() -> bytes:
    return b"x" * (5 << 20)


def test_a_child_answers_and_is_gone() -> None:
    assert in_child(lambda: str(os.getpid()).encode(), 10) != str(os.getpid()).encode()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (fails, "Operation not permitted"),
        (dies, "ended without an answer"),
        (hangs, "did not answer within"),
        (floods, "told more than is taken"),
    ],
)
def test_a_child_that_does_not_answer_says_why(work: object, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        in_child(work, 0.5 if work is hangs else 20)  # type: ignore[arg-type]


def test_only_certificates_are_taken_out_of_a_file() -> None:
    assert certificates_of(f"text\n{CERTIFICATE}\n{KEY}\n{CERTIFICATE}\n") == f"{CERTIFICATE}\n{CERTIFICATE}\n"
    with pytest.raises(NotReadable, match="holds no certificate"):
        certificates_of(KEY)


@pytest.mark.parametrize(("outside", "inside"), [(100000, 0), (100101, 101), (99999, -1), (165536, -1), (0, -1)])
def test_users_are_told_by_their_numbers_inside(outside: int, inside: int) -> None:
    assert inner([[0, 100000, 65536]], outside) == inside


def test_paths_are_taken_from_a_configuration_relative_to_its_folder() -> None:
    text = ' pid "run/n.pid";\n ssl_certificate $host.pem;\n'
    paths = found([r"^\s*pid\s+([^\s;]+)\s*;", r"^\s*ssl_certificate\s+([^\s;]+)\s*;"], text)
    assert absolute("/etc/nginx", paths) == ["/etc/nginx/run/n.pid"]
