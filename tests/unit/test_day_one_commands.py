"""`harden open` and what `harden logs` prints, from the outside and without a machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hardening.cli.logs import _Names, _shown
from hardening.hosts.engine import _log_line
from hardening.model.logs import LogLine

ROOT = Path(__file__).parents[2]


def call(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/", env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harden.yml").write_text("name: shop\nstacks: {shop: {file: s.yml}}\nlinks: {docs: /docs/}\n")
    (tmp_path / "s.yml").write_text(
        "services:\n  web:\n    image: web:1\n    ports: [{target: 8080, published: 80, mode: host}]\n"
    )
    (tmp_path / "inventory.yml").write_text("nodes: [{name: n1, address: 192.0.2.1, role: manager}]\n")
    return tmp_path


def test_open_prints_where_everything_is(folder: Path) -> None:
    out = folder / "reports" / "out"
    out.mkdir(parents=True)
    (out / "report.html").write_text("<p>")
    result = call("open", "--project", str(folder))
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["site", "http://192.0.2.1/"],
        ["docs", "http://192.0.2.1/docs/"],
        ["report", f"file://{out}/report.html"],
    ]
    assert json.loads(call("open", "docs", "--project", str(folder), "--json").stdout) == {
        "docs": ["http://192.0.2.1/docs/"]
    }


def test_open_says_how_a_report_is_made_and_what_else_there_is(folder: Path) -> None:
    assert "none yet: harden audit" in call("open", "report", "--project", str(folder)).stdout
    result = call("open", "shop", "--project", str(folder))
    assert result.returncode == 2
    assert result.stderr.splitlines() == ["harden: there is no `shop` to open", "  there are: site, docs, report"]


ENTRY = (
    "2026-11-24T07:00:00.123456789Z com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,"
    "com.docker.swarm.task.id=t1 GET /a=b,c \x1b[2J\u202e done\r\n"
)


def test_an_entry_of_the_engine_is_taken_apart() -> None:
    line = _log_line(ENTRY)
    assert (line.time, line.node_id, line.task_id) == ("2026-11-24T07:00:00.123456789Z", "n1", "t1")
    assert line.text == "GET /a=b,c \x1b[2J\u202e done"


class Names(_Names):
    def __init__(self) -> None:
        """Without a manager."""

    def of(self, line: LogLine) -> tuple[str, str]:
        return f"shop_web.{line.task_id}", f"\x07{line.node_id}"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_cannot_speak_to_the_terminal(as_json: bool) -> None:
    shown = _shown(_log_line(ENTRY), "shop_web", Names(), as_json=as_json)
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "\n" not in shown
    if as_json:
        assert json.loads(shown)["text"] == "GET /a=b,c \x1b[2J\u202e done"
    else:
        assert shown == r"2026-11-24T07:00:00Z shop_web.t1@\x07n1 | GET /a=b,c \x1b[2J\u202e done"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("logs", "web", "--since", "yesterday"), "`yesterday` is no moment"),
        (("status",), "/inventory.yml: no such file"),
        (("destroy", "--dry-run"), "/inventory.yml: no such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(folder: Path, words: tuple[str, ...], message: str) -> None:
    (folder / "inventory.yml").unlink()
    result = call(*words, "--project", str(folder))
    assert result.returncode == 2
    assert message in result.stderr.splitlines()[0]
    assert "Traceback" not in result.stderr
