"""The verdicts of a drill as plain text."""

from collections import Counter
from collections.abc import Iterable, Iterator

from hardening.model.drill import Drill, Layer, Verdict

from .inert import plain


def as_text(drills: Iterable[Drill], *, everything: bool) -> str:
    """One block per drill: how many tries were stopped, by which layers, and what nothing stopped."""
    return "\n".join("\n".join(_block(each, everything=everything)) + "\n" for each in drills)


def _block(drill: Drill, *, everything: bool) -> Iterator[str]:
    layers = Counter(verdict.layer for verdict in drill.verdicts)
    whose = f"profile {plain(drill.role)}" if drill.role else "no profile"
    yield f"{plain(drill.service)} on {plain(drill.node)}, {drill.confinement} ({whose})"
    yield f"  {drill.blocked} of {len(drill.verdicts)} tries stopped"
    stopped = [f"{layer} {count}" for layer, count in layers.most_common() if layer not in {Layer.OPEN, Layer.UNTRIED}]
    yield f"  by {', '.join(stopped)}" if stopped else "  by nothing"
    for verdict in drill.verdicts:
        if everything or not verdict.is_blocked:
            yield _line(verdict)


def _line(verdict: Verdict) -> str:
    return f"  {verdict.layer:17} {plain(verdict.probe):22} {plain(verdict.goal)} ({plain(verdict.detail)})"
