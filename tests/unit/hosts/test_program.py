"""How programs travel to nodes: one stream that a bare Python takes apart."""

import subprocess
import sys
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from hardening.hosts import program

ECHO = """\
import json
import sys

def answer():
    request = json.loads(sys.stdin.readline())
    print(json.dumps({"got": request, "rest": sys.stdin.read()}))

if __name__ == "__main__":
    answer()
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the folder of node programs."""
    monkeypatch.setattr(resources, "files", lambda package: {"hardening.node": tmp_path}[package])
    return tmp_path


def travel(stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    python = (sys.executable, *program.ARGV[1:])
    return subprocess.run(python, input=stdin, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("request_", [{}, None, [1, 2.5, "é\n\"'\x00"], {"a": {"b": ["x" * 200_000]}}])
def test_source_and_request_arrive_whole(programs: Path, request_: object) -> None:
    (programs / "echo.py").write_text(ECHO)
    result = travel(program.package("echo", request_))
    assert result.stderr == b""
    assert msgspec.json.decode(result.stdout) == {"got": request_, "rest": ""}


def test_source_beyond_ascii_arrives_whole(programs: Path) -> None:
    (programs / "umlaut.py").write_text('print("grün")\n', encoding="utf-8")
    assert travel(program.package("umlaut", None)).stdout.decode().strip() == "grün"


def test_what_a_program_imports_from_its_folder_travels_before_it_and_once(programs: Path) -> None:
    (programs / "base.py").write_text('print("base")\nNAME = "n"\n')
    (programs / "left.py").write_text("from hardening.node.base import NAME\n")
    (programs / "right.py").write_text(
        "from hardening.node.base import NAME\nfrom hardening.node.left import NAME as L\n"
    )
    (programs / "top.py").write_text(
        "from hardening.node.left import NAME\nfrom hardening.node.right import L\nprint(NAME + L)\n"
    )
    result = travel(program.package("top", None))
    assert (result.stdout, result.stderr) == (b"base\nnn\n", b"")


def test_a_failing_program_ends_with_its_own_words(programs: Path) -> None:
    (programs / "bad.py").write_text('import sys\nsys.exit("the socket is gone")\n')
    result = travel(program.package("bad", None))
    assert (result.returncode, result.stderr) == (1, b"the socket is gone\n")


def test_nothing_of_the_request_is_in_the_arguments(programs: Path) -> None:
    (programs / "echo.py").write_text(ECHO)
    assert b"s3cret" in program.package("echo", {"password": "s3cret"})
    assert not any("s3cret" in word for word in program.ARGV)
