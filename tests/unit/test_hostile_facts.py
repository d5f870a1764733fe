"""Facts files that are broken, foreign or made to harm: one line and exit code 2, or a report that keeps them inert."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardening import audit, checks, facts
from hardening.model.facts import Facts
from hardening.model.findings import Report, Status
from hardening.model.known import Unavailable
from hardening.render import formats, terminal
from tests.unit import facts_factory as given
from tests.unit.checks.test_broken_on_purpose import clean, verdicts

GOOD = facts.dump(given.cluster())


def document(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The good file with something changed in it."""
    made = json.loads(GOOD)
    change(made)
    return json.dumps(made).encode()


def node(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made["nodes"]["node1"]["value"]
    return found


BROKEN = {
    "empty": b"",
    "truncated in the middle": GOOD[: len(GOOD) // 2],
    "truncated at its end": GOOD[:-3],
    "another version": document(lambda made: made.update(version=2)),
    "a version that is a text": document(lambda made: made.update(version="1")),
    "no version": document(lambda made: made.pop("version")),
    "a list": b"[]",
    "no JSON": b"<html>",
    "no UTF-8": GOOD.replace(b"node1", b"\xff\xfe\x00"),
    "nested without end": b'{"version": 1, "nodes": ' + b"[" * 200_000,
    "a wrong type, deep inside": document(lambda made: node(made).update(cpus="two")),
    "an unknown kind of fact": document(lambda made: made["nodes"]["node1"].update(type="\x1b[31mred\n<b>")),
    "a time that is none": document(lambda made: made.update(gathered_at=1e300)),
    "a time before time": document(lambda made: made.update(gathered_at=-1e18)),
    "a node that is there twice": GOOD.replace(
        b'"nodes": {', b'"nodes": {"node1": {"type": "unavailable", "reason": ""},'
    ),
    "infinity": GOOD.replace(b'"gathered_at": 1795000000.0', b'"gathered_at": 1e999'),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_facts_file_is_one_line_and_exit_code_2(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_bytes(content)
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", "audit", "--facts", str(file)]
    argv += ["-o", str(tmp_path / "report.json")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    assert done.returncode == 2, done.stderr
    message, *hint = done.stderr.splitlines()
    assert message.startswith(f"harden: {file}: ")
    assert len(message) < 400
    assert len(hint) <= 1
    assert "\x1b" not in done.stderr
    assert (done.stdout, list(tmp_path.iterdir())) == ("", [file])


EVIL = "\uffffx\x1b[2J\x1b]0;owned\x07\u202e\r\n<script>alert(1)</script>\"'&]]>{{7*7}}|`#"
INVISIBLE = "[\uffff\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]"
MARKUP = (formats.Format.HTML, formats.Format.MARKDOWN, formats.Format.JUNIT)
"""Where a bracket begins something."""


def renamed(value: Any) -> Any:  # noqa: ANN401 - JSON of every form
    """Every text of a document that names something, made hostile."""
    if isinstance(value, dict):
        return {
            key: inner + EVIL
            if isinstance(inner, str) and key.lower() in {"name", "hostname", "image", "service", "user", "message"}
            else renamed(inner)
            for key, inner in value.items()
        }
    return [renamed(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def hostile() -> Report:
    """A report of a cluster in which everything has a hostile name, the nodes included."""
    made = renamed(
        json.loads(facts.dump(msgspec.structs.replace(given.with_every_mongod(), nginx=(given.nginx_server(),))))
    )
    made["nodes"] = {name + EVIL: each for name, each in made["nodes"].items()}
    found = msgspec.json.decode(json.dumps(made), type=Facts)
    nodes = {**found.nodes, "gone": Unavailable(f"ssh: {EVIL}")}
    return audit.run(msgspec.structs.replace(found, nodes=nodes), checks.load(), "shop" + EVIL)


@pytest.mark.parametrize("form", list(formats.Format))
def test_hostile_names_are_harmless_in_every_form(hostile: Report, form: formats.Format) -> None:
    text = formats.render(hostile, form)
    assert re.findall(f"{INVISIBLE}|<script>alert" if form in MARKUP else INVISIBLE, text) == []
    assert "owned" in text


def test_hostile_names_are_harmless_on_a_terminal(hostile: Report) -> None:
    from rich.console import Console

    console = Console(highlight=False, record=True, width=200, force_terminal=False, file=None)
    with console.capture() as shown:
        terminal.show(hostile, console, everything=True)
    assert re.findall(INVISIBLE, shown.get()) == []


HUGE = {
    "a clock": lambda made: node(made).update(time=1e300),
    "memory": lambda made: node(made).update(memory=2**63),
    "a limit": lambda made: node(made)["engine"]["value"]["containers"]["value"][0]["inspect"]["HostConfig"].update(
        {"Memory": 2**63 - 1, "NanoCpus": 2**63 - 1, "PidsLimit": -(2**63)}
    ),
    "a certificate's life": lambda made: node(made)["swarm"]["value"]["cluster"]["Spec"]["CAConfig"].update(
        {"NodeCertExpiry": 2**63 - 1}
    ),
    "a file's time": lambda made: node(made)["files"]["/etc/docker/daemon.json"]["value"].update(mtime=1e300),
    "an image's time": lambda made: node(made)["engine"]["value"]["images"]["value"][0].update(Created=2**62),
    "a number of a thousand digits": lambda made: node(made).update(cpus=10**1000),
    "a disk": lambda made: node(made)["disks"][0].update(total=0, free=-(2**62)),
}


@pytest.mark.parametrize("change", HUGE.values(), ids=HUGE)
def test_numbers_beyond_sense_are_judged_or_unknown_and_never_stop_the_audit(change: Callable[[Any], object]) -> None:
    found = msgspec.json.decode(document(change), type=Facts)
    report = audit.run(found, checks.load(), "shop")
    assert {each.check for each in report.findings} == {check.id for check in checks.load()}
    assert sum(each.outcome.status is Status.PASS for each in report.findings) > 50
    for form in formats.Format:
        assert formats.render(report, form)


RUBBISH: dict[str, Callable[[Any], Any]] = {
    "every text is empty": lambda value: "" if isinstance(value, str) else value,
    "every text is hostile": lambda value: EVIL if isinstance(value, str) else value,
    "every text is long": lambda value: "/" * 5000 if isinstance(value, str) else value,
    "every text is a document": lambda value: '{"a": [1]}' if isinstance(value, str) else value,
    "every text is nested": lambda value: "[" * 100_000 if isinstance(value, str) else value,
    "every number is nothing": lambda value: 0 if is_number(value) else value,
    "every number is below nothing": lambda value: -1 if is_number(value) else value,
    "every number is huge": lambda value: 2**63 - 1 if is_number(value) else value,
    "every list is empty": lambda value: [] if isinstance(value, list) and not all(map(is_number, value)) else value,
    "every switch is turned": lambda value: not value if isinstance(value, bool) else value,
}


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def altered(value: Any, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - JSON
    """A document with every value changed, but not what tells known facts from others."""
    if isinstance(value, dict):
        return {key: inner if key == "type" else altered(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return change([altered(inner, change) for inner in value])
    return change(value)


@pytest.mark.parametrize("change", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_from_one_node_changes_no_answer_on_another(change: Callable[[Any], Any]) -> None:
    before = verdicts(clean())
    made = json.loads(msgspec.json.encode(clean()))
    made["nodes"]["node2"] = altered(made["nodes"]["node2"], change)
    after = verdicts(msgspec.json.decode(json.dumps(made), type=Facts))
    for check, outcomes in before.items():
        others = {subject: each.status for subject, each in outcomes.items() if each.node in {"node1", "node3"}}
        assert {subject: each.status for subject, each in after[check].items() if subject in others} == others, check


@pytest.mark.parametrize("change", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_from_a_database_and_a_web_server_stops_no_audit(change: Callable[[Any], Any]) -> None:
    made = json.loads(msgspec.json.encode(clean()))
    for kind in ("mongo", "nginx"):
        made[kind][0] = altered(made[kind][0], change)
    assert verdicts(msgspec.json.decode(json.dumps(made), type=Facts)).keys() == verdicts(clean()).keys()
