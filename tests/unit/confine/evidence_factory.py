"""Recordings and analyses for tests of what is made of them."""

from __future__ import annotations

from typing import Any

from hardening.model.analysis import Analysis, Where
from hardening.model.policy import Policy
from hardening.model.recording import ArgumentUse, FileUse, Loss, Origin, Recording
from hardening.model.review import Decision, Review, Verdict

IMAGE = "sha256:" + "a" * 64
ORIGIN = Origin(IMAGE, "26.1.5", "runc 1.1.15", "6.12", "x86_64", "bpftrace 0.23", "2026-11-24T12:00:00Z")
POLICY = Policy("a server", abstractions=("libc",))


def recording(calls: str = "read write", **more: Any) -> Recording:  # noqa: ANN401 - fields of Recording
    return Recording(
        role="web",
        scenario=more.pop("scenario", "load"),
        origin=ORIGIN,
        lost=more.pop("lost", Loss()),
        programs={"/usr/bin/web": dict.fromkeys(calls.split(), 1)},
        **more,
    )


def files(*uses: str) -> tuple[FileUse, ...]:
    """Each as `path access`."""
    return tuple(FileUse(path, access) for path, access in (use.rsplit(" ", 1) for use in uses))


def arguments(call: str, *values: dict[int, int]) -> tuple[ArgumentUse, ...]:
    return tuple(ArgumentUse(call, each, 1) for each in values)


def analysis(calls: str) -> Analysis:
    where = (Where("/usr/bin/web", "/usr/lib/libc.so.6", "some_function"),)
    return Analysis(IMAGE, ("/usr/bin/web",), {"/usr/bin/web": "0"}, dict.fromkeys(sorted(calls.split()), where))


def review(verdict: Verdict, *items: str, narrowed: tuple[str, ...] = ()) -> Review:
    return Review((Decision(items, verdict, "as it should be", "someone", "2026-11-24", narrowed),))
