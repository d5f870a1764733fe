"""Facts to a file and back."""

import json
import stat
from pathlib import Path

import pytest

from hardening.errors import Exit, HardenError
from hardening.facts import dump, load, write
from hardening.model.facts import Directive, Facts, MongoUser, NginxServer
from hardening.model.known import Known, Unavailable

FACTS = Facts(
    gathered_at=1.5,
    nodes={"node1": Unavailable("no answer")},
    mongo=(),
    nginx=(
        NginxServer(
            "web",
            "node1",
            "c",
            Known("1.26"),
            Known((Directive("http", (), "f", 1, (Directive("server_tokens", ("off",), "f", 2),)),)),
        ),
    ),
)


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    write(FACTS, file)
    assert load(file) == FACTS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def document(**changes: object) -> bytes:
    return json.dumps({**json.loads(dump(FACTS)), **changes}).encode()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is no whole JSON document"),
        (dump(FACTS)[:-20], "is no whole JSON document"),
        (b"\xff\xfe{}", "is no whole JSON document"),
        (dump(FACTS).replace(b"no answer", b"\xff"), "is no whole JSON document"),
        (b"[]", "is not a facts file"),
        (b'{"some": "thing"}', "is not a facts file"),
        (b'{"version": "1"}', "is not a facts file"),
        (document(version=99), "facts of version 99"),
        (dump(FACTS).replace(b'"nodes": {', b'"nodes": {"node1": {"type": "unavailable", "reason": ""},'), "twice"),
        (document(nodes={"node1": {"type": "perhaps"}}), "$.nodes[...]"),
        (document(mongo=[{"service": 1}]), "$.mongo[0]"),
    ],
)
def test_a_file_that_is_no_facts_file_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "f.json"
    file.write_bytes(content)
    with pytest.raises(HardenError) as refused:
        load(file)
    assert str(file) in refused.value.message
    assert complaint in refused.value.message
    assert refused.value.exit_code == Exit.BAD_INPUT


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, complaint in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(HardenError, match=complaint):
            load(path)


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="cannot be written: No such file"):
        write(FACTS, tmp_path / "none" / "f.json")


def test_a_user_has_no_place_for_credentials() -> None:
    assert MongoUser.__struct_fields__ == ("name", "database", "mechanisms", "roles")
