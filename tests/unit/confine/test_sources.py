"""Evidence files that are cut off, edited, or not what they seem."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from hardening.confine import sources
from hardening.confine.recordings import sealed
from hardening.errors import HardenError
from hardening.model.recording import FileUse, Loss, Recording, SignalUse, SocketUse
from hardening.model.verification import Trial, Verification
from tests.unit.confine.evidence_factory import ORIGIN, analysis, arguments, recording

REVIEW = """\
decisions:
  - items: ["call:setuid"]
    verdict: refuse
    reason: it stays who it is
    by: someone
    date: 2026-11-24
"""


@pytest.fixture
def role(tmp_path: Path) -> Path:
    place = tmp_path / "web"
    (place / "recordings").mkdir(parents=True)
    (place / "recordings/load.json").write_bytes(sealed(recording()))
    (place / "analysis.json").write_bytes(msgspec.json.encode(analysis("read")))
    (place / "review.yml").write_text(REVIEW)
    return place


def test_everything_beside_a_policy_is_read(role: Path) -> None:
    found = sources.read(role.parent, "web")
    assert [each.scenario for each in found.recordings] == ["load"]
    assert found.analysis
    assert found.review.decisions[0].date == "2026-11-24"
    assert len(found.images) == 1


def test_a_role_without_evidence_has_none(tmp_path: Path) -> None:
    assert sources.read(tmp_path, "web") == sources.Sources()


@pytest.mark.parametrize("name", ["recordings/load.json", "analysis.json"])
def test_a_file_that_was_cut_off_is_named(role: Path, name: str) -> None:
    whole = (role / name).read_bytes()
    (role / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HardenError, match="whole") as complaint:
        sources.read(role.parent, "web")
    assert str(role / name) in complaint.value.message


@pytest.mark.parametrize("name", ["recordings/load.json", "analysis.json"])
def test_a_file_that_is_nested_too_deep_is_named(role: Path, name: str) -> None:
    (role / name).write_bytes(b'{"image": ' + b"[" * 99999)
    with pytest.raises(HardenError, match="whole") as complaint:
        sources.read(role.parent, "web")
    assert str(role / name) in complaint.value.message


@pytest.mark.parametrize(("old", "new"), [(b'"read"', b'"raed"'), (b'"read":[{', b'"acct":[],"read":[{')])
def test_an_analysis_that_knows_no_such_call_is_named(role: Path, old: bytes, new: bytes) -> None:
    text = (role / "analysis.json").read_bytes()
    assert old in text
    (role / "analysis.json").write_bytes(text.replace(old, new))
    with pytest.raises(HardenError, match="is no system call with its places"):
        sources.read(role.parent, "web")


def test_a_verification_of_another_role_is_named(role: Path) -> None:
    other = Verification("shop", "s_shop", "0", ("seccomp",), ORIGIN, ())
    (role / "verified.json").write_bytes(msgspec.json.encode(other))
    with pytest.raises(HardenError, match="it is about the role 'shop'"):
        sources.read(role.parent, "web")


PROOF = Verification("web", "shop_web", "0", ("seccomp",), ORIGIN, (Trial("load", 1, ()),))


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("analysis.json", replace(analysis("read"), image="banana"), "image: 'banana' is no digest"),
        ("verified.json", replace(PROOF, origin=replace(ORIGIN, image="banana")), "image: 'banana' is no digest"),
        ("verified.json", replace(PROOF, trials=()), "trials: there is none"),
        ("verified.json", replace(PROOF, trials=(Trial("load", 0, ()),)), "or one that watched nothing"),
        ("verified.json", replace(PROOF, layers=()), "layers: there is none"),
    ],
)
def test_evidence_of_no_image_and_a_proof_without_trials_are_named(
    role: Path, name: str, content: object, complaint: str
) -> None:
    (role / "verified.json").write_bytes(msgspec.json.encode(PROOF))
    assert sources.read(role.parent, "web").verification == PROOF
    (role / name).write_bytes(msgspec.json.encode(content))
    with pytest.raises(HardenError, match=complaint) as error:
        sources.read(role.parent, "web")
    assert error.value.message.startswith(str(role / name))


def test_nothing_is_made_from_a_recording_that_was_edited(role: Path) -> None:
    place = role / "recordings/load.json"
    place.write_text(place.read_text().replace('"write"', '"ptrace"'))
    with pytest.raises(HardenError, match=r"load\.json: seal: it was changed since it was recorded"):
        sources.read(role.parent, "web")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (replace(recording(), role="other"), "it is evidence for 'other'"),
        (replace(recording(), version=99), "version 99"),
        (recording(lost=Loss(syscalls=3)), "the recorder lost 3 system calls"),
        (recording(lost=Loss(files=1)), "1 file accesses"),
        (recording("read write,"), "`write,` is no Linux system call"),
        (recording(capabilities=("chown,\n /** rwk",)), "is no name"),
        (recording(signals=(SignalUse("term", "send", "x,\n /** rwk"),)), "is no name"),
        (recording(signals=(SignalUse("term", "send", "process \x1b[2J"),)), "is no name"),
        (recording(sockets=(SocketUse("inet stream,", ""),)), "is no name"),
        (recording(files=(FileUse("/a", "rw, /** rwk"),)), "is no use of a file"),
        (recording(scenario="\x1b[2J"), "the file has another name"),
        (recording(capabilities=("SYS_ADMIN",)), "'SYS_ADMIN' is no name"),
        (recording(signals=(SignalUse("term", "both", "x"),)), "'both' is no name"),
        (recording(signals=(SignalUse("", "send", "x"),)), "'' is no name"),
        (recording(signals=(SignalUse("term", "send", ""),)), "'' is no name"),
        (recording(signals=(SignalUse("term", "send", "x", -1),)), "seen -1 times"),
        (recording(arguments=arguments("ioctl", {0: 1})), "is no call with its values"),
        (recording(arguments=arguments("ioctl", {1: 1 << 64})), "is no call with its values"),
        (recording(arguments=arguments("ioctl", {1: 1, 9: 1})), "is no call with its values"),
        (replace(recording(), origin=replace(ORIGIN, architecture="aarch64")), "'aarch64' is no name"),
        (replace(recording(), origin=replace(ORIGIN, runtime="runc\n\x1b[2J")), "is no name"),
    ],
)
def test_a_recording_that_does_not_fit_is_refused(role: Path, changed: Recording, complaint: str) -> None:
    (role / "recordings/load.json").write_bytes(sealed(changed))
    with pytest.raises(HardenError, match=complaint):
        sources.read(role.parent, "web")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("reason: it stays who it is", "reason: ' '", 2, "needs `reason`"),
        ("    by: someone\n", "", 2, "needs `by`"),
        ("someone", '"\u200b"', 2, "needs `by`"),
        ("someone", '"some\\u2028one"', 5, "`by` has "),
        ("    date: 2026-11-24\n", "", 2, "needs `date`"),
        ("verdict: refuse", "verdict: maybe", 3, "maybe"),
        ("verdict: refuse", "verdict: narrow", 2, "`narrow` needs `narrowed`"),
        ("verdict: refuse", "verdict: refuse\n    narrowed: [x]", 4, "goes with `narrow`"),
        ("verdict: refuse", "verdict: refuse\n    colour: red", 4, "unknown key `colour`"),
        ("2026-11-24", "yesterday", 6, "`yesterday` is no date"),
        ('["call:setuid"]', "[]", 2, "a decision names its `items`"),
        ('["call:setuid"]', '["call:setuid", "call:setuid"]', 2, "`call:setuid` stands twice"),
        ("call:setuid", "call:setiud", 2, "`setiud` is no Linux system call"),
        ("call:setuid", "setuid", 2, "`setuid` is no item"),
        ("call:setuid", "file:/x/[z-a] r", 2, "there is no such path pattern"),
        *(
            ("verdict: refuse", f"verdict: narrow\n    narrowed:\n      - {text}", 5, message)
            for text, message in {
                "call:ptrace": "`call:ptrace` is none of the items",
                "file:/** mrwix": "lets the service run what it wrote",
                '"file:/x r,\\n  capability sys_admin,\\n  /y r"': "no absolute path pattern",
                "file:/etc/shadow r": "is not within what is asked",
            }.items()
        ),
    ],
)
def test_a_decision_that_is_none_is_named_with_its_line(
    role: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in REVIEW
    (role / "review.yml").write_text(REVIEW.replace(old, new))
    with pytest.raises(HardenError, match=message) as complaint:
        sources.read(role.parent, "web")
    assert complaint.value.message.startswith(f"{role / 'review.yml'}:{line}: ")


@pytest.mark.parametrize(
    ("narrowed", "within"),
    [
        ("/srv/cache/*.db rw", True),
        ("/srv/{cache/a,cache/b}/** rwk", True),
        ("/{srv/cache,etc}/** rwk", False),
        ("/[se][rt][vc]/cache/** rwk", False),
        ("/srv/{cache/**,**} rw", False),
        ("/srv/cache/*.db rwl", False),
    ],
)
def test_a_narrowing_allows_nothing_that_was_not_asked(role: Path, narrowed: str, within: bool) -> None:
    text = REVIEW.replace("call:setuid", "file:/srv/cache/** rwk").replace("verdict: refuse", "verdict: narrow")
    (role / "review.yml").write_text(f'{text}    narrowed: ["file:{narrowed}"]\n')
    with contextlib.nullcontext() if within else pytest.raises(HardenError, match="is not within what is asked"):
        sources.read(role.parent, "web")


@pytest.mark.parametrize("name", ["review.yml", "analysis.json", "verified.json"])
def test_a_link_that_leads_nowhere_is_not_taken_for_no_file(role: Path, name: str) -> None:
    (role / name).unlink(missing_ok=True)
    (role / name).symlink_to(role / "gone")
    with pytest.raises(HardenError, match=name):
        sources.read(role.parent, "web")


def test_a_folder_of_recordings_that_may_not_be_read_is_not_taken_for_none(
    role: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the system's refusal is made here."""

    def refuse(path: object = ".") -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "listdir", refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(HardenError, match=r"/web/recordings: cannot be read: Permission denied"):
        sources.read(role.parent, "web")


def test_a_file_in_the_place_of_the_recordings_is_not_taken_for_none(role: Path) -> None:
    (role / "recordings/load.json").unlink()
    (role / "recordings").rmdir()
    (role / "recordings").write_text("")
    with pytest.raises(HardenError, match="is no folder of recordings"):
        sources.read(role.parent, "web")


def test_a_process_may_call_itself_what_it_likes(role: Path) -> None:
    made = recording(signals=(SignalUse("int", "send", "process node /app/src/s"),))
    (role / "recordings/load.json").write_bytes(sealed(made))
    assert sources.read(role.parent, "web").recordings[0].signals == made.signals
