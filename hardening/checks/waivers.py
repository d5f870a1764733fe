"""What a question is put to each waiver with."""

from collections.abc import Callable, Iterator

from hardening.model.facts import Facts
from hardening.model.findings import Outcome
from hardening.model.waiver import WaiverUse

from .subjects import Evaluate
from .verdict import Verdict, not_applicable, unknown

SUBJECT = "waivers"


def per_waiver(judge: Callable[[WaiverUse], Verdict]) -> Evaluate:
    """Ask every waiver of the project."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        if facts.waivers is None:
            yield unknown("which waivers the project has was not told").about(SUBJECT)
            return
        if not facts.waivers:
            yield not_applicable("the project has none").about(SUBJECT)
        for use in facts.waivers:
            yield judge(use).about(_named(use))

    return evaluate


def told(use: WaiverUse) -> str:
    """Where a waiver stands, and whose it is."""
    return f"{use.waiver.place}, owner {use.waiver.owner}"


def _named(use: WaiverUse) -> str:
    """A name that survives other entries' coming and going."""
    where = "" if use.waiver.node == "*" else f" on {use.waiver.node}"
    return f"{use.waiver.check} of {use.waiver.subject}{where}"
