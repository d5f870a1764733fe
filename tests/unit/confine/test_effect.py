"""Decisions that do not do what they say are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from hardening import confine
from hardening.cli.profile import app
from hardening.confine import effect, paths
from hardening.confine.explain import explain
from hardening.confine.generate import Composed
from hardening.confine.recordings import sealed
from hardening.confine.sources import Sources
from hardening.errors import HardenError
from hardening.model.policy import AppArmorPolicy, FileRule, NetworkRule, Policy
from hardening.model.recording import SocketUse
from hardening.model.review import Review, Verdict
from tests.unit.confine.evidence_factory import POLICY, analysis, files, recording, review

WIDE, SECRET = "file:/srv/cache/** rw", "file:/srv/cache/secret rw"
SEEN = (
    recording(scenario="load", files=files(*(f"/srv/cache/{name} rw" for name in "abcd"))),
    recording(scenario="stop", files=files("/srv/cache/secret rw")),
)
BOTH = Review((*review(Verdict.ACCEPT, WIDE).decisions, *review(Verdict.REFUSE, SECRET).decisions))


def _composed(decided: Review, policy: Policy = POLICY, **more: object) -> Composed:
    given = {"recordings": (recording(),), **more}
    return confine.compose("web", policy, Sources(review=decided, **given))  # type: ignore[arg-type]  # by field


def _problems(decided: Review, policy: Policy = POLICY, **more: object) -> list[str]:
    return list(effect.problems(_composed(decided, policy, **more), decided))


def test_a_path_that_was_refused_and_lies_under_an_accepted_pattern_is_still_allowed() -> None:
    (problem,) = _problems(BOTH, recordings=SEEN)
    assert problem.startswith(f"`{SECRET}` is refused in the review, and stays allowed by `{WIDE}` (recorded: load: ")
    told = {each.name: each for each in explain(_composed(BOTH, recordings=SEEN))}
    assert (told[SECRET].allowed, told[SECRET].by) == (True, (WIDE,))
    alone = review(Verdict.REFUSE, SECRET)
    assert _problems(alone, recordings=SEEN) == []
    assert not {each.name: each for each in explain(_composed(alone, recordings=SEEN))}[SECRET].allowed


@pytest.mark.parametrize(
    "item",
    [
        "call:read",
        "capability:chown",
        "network:inet stream",
        "network:inet6 dgram",
        "file:/usr/bin/web mrix",
        "file:/usr/bin/web r",
    ],
)
def test_a_refusal_of_what_stands_is_a_problem(item: str) -> None:
    policy = Policy(
        "a server",
        abstractions=("libc",),
        apparmor=AppArmorPolicy((FileRule("/usr/bin/web", "mrix"),), (NetworkRule("inet6"),)),
    )
    seen = recording("read socket", capabilities=("chown",), sockets=(SocketUse("inet", "stream"),))
    (problem,) = _problems(review(Verdict.REFUSE, item), policy, recordings=(seen,))
    assert problem.startswith(f"`{item}` is refused in the review, and stays allowed by `{item.partition(':')[0]}:")


def test_a_call_that_was_refused_and_was_recorded_since_is_a_problem() -> None:
    decided = review(Verdict.NARROW, "call:rename", "call:chmod", narrowed=("call:chmod",))
    known = analysis("rename chmod")
    assert _problems(decided, analysis=known) == []
    (problem,) = _problems(decided, analysis=known, recordings=(recording("rename", scenario="rotate"),))
    assert problem == (
        "`call:rename` is refused in the review, and stays allowed by `call:rename` (recorded: rotate: /usr/bin/web)"
    )


def test_rules_allow_a_path_together_or_not_at_all() -> None:
    read, write, other = (FileRule(*text.split()) for text in ("/srv/** r", "/srv/log w", "/etc/** rw"))
    assert paths.allowing((read, write, other), FileRule("/srv/log", "ra")) == (read, write)
    assert paths.allowing((read, write, other), FileRule("/srv/log", "rk")) == ()


def test_decisions_about_no_question_are_told() -> None:
    decided = review(Verdict.ACCEPT, "call:ptrace", "call:rename")
    (remark,) = effect.remarks(_composed(decided, analysis=analysis("rename")), decided)
    assert remark.startswith("decided, and no question: `call:ptrace`; ")


def _dated(*days: tuple[Verdict, str]) -> Review:
    made = (review(verdict, "call:rename").decisions[0] for verdict, _ in days)
    return Review(tuple(replace(each, date=day) for each, (_, day) in zip(made, days, strict=True)))


def test_an_older_decision_that_stands_later_is_told() -> None:
    late = _dated((Verdict.REFUSE, "2026-11-24"), (Verdict.ACCEPT, "2026-11-20"))
    (remark,) = effect.remarks(_composed(late, analysis=analysis("rename")), late)
    assert remark == (
        "`call:rename`: accept of 2026-11-20 counts, and not refuse of 2026-11-24: it stands later in the file"
    )
    right = _dated((Verdict.ACCEPT, "2026-11-20"), (Verdict.REFUSE, "2026-11-24"))
    assert list(effect.remarks(_composed(right, analysis=analysis("rename")), right)) == []


@pytest.mark.parametrize(("day", "count"), [("2026-11-26", 1), ("2026-11-25", 0), ("2026-11-24", 0)])
def test_a_decision_of_a_day_that_is_yet_to_come_is_a_problem(day: str, count: int) -> None:
    decided = _dated((Verdict.REFUSE, day))
    made = _composed(decided, analysis=analysis("rename"))
    assert len(list(effect.problems(made, decided, date(2026, 11, 24)))) == count


# --- as a user sees it ----------------------------------------------------------------------------------------------

WHO = ("--by", "ana", "--reason", "as it should be")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    place = tmp_path / "profiles/web"
    (place / "recordings").mkdir(parents=True)
    (place / "policy.yml").write_text("description: A shop\nabstractions: [libc]\n")
    for each in SEEN:
        (place / f"recordings/{each.scenario}.json").write_bytes(sealed(each))
    (tmp_path / "harden.yml").write_text("name: shop\nstacks: {}\n")
    return tmp_path


def test_a_refusal_that_does_nothing_is_not_told_as_done(project: Path) -> None:
    words = ["review", "web", "--accept", WIDE, "--refuse", SECRET, *WHO, "--project", str(project)]
    told = CliRunner().invoke(app, words).stderr
    assert f"{SECRET} is still allowed by {WIDE}" in told
    assert "is refused now" not in told
    shown = CliRunner().invoke(app, ["explain", "web", "/srv/cache/secret", "--project", str(project)]).stdout
    assert f"{SECRET}: allowed by {WIDE}, medium risk" in shown
    linted = CliRunner().invoke(app, ["lint", "--project", str(project)])
    assert (linted.exit_code, "stays allowed by" in linted.stdout) == (1, True)


def test_what_nobody_asks_can_be_taken_out_of_the_review(project: Path) -> None:
    (project / "profiles/web/review.yml").write_bytes(msgspec.yaml.encode(review(Verdict.REFUSE, "call:read")))
    assert CliRunner().invoke(app, ["lint", "--project", str(project)]).exit_code == 1
    CliRunner().invoke(app, ["review", "web", "--undo", "call:read", "--project", str(project)])
    assert CliRunner().invoke(app, ["lint", "--project", str(project)]).exit_code == 0
    with pytest.raises(HardenError, match="`call:write` is no question"):
        CliRunner().invoke(
            app, ["review", "web", "--undo", "call:write", "--project", str(project)], catch_exceptions=False
        )
