"""A role at a glance: how much it may do, how that compares, what it stands on, what is left to decide."""

from collections import Counter

from msgspec import Struct

from hardening.model.profile import Risk, RuleKind

from . import powers
from .generate import Composed
from .sources import Sources


class Summary(Struct, frozen=True):
    """What a page about a role says first.

    Attributes:
        syscalls: allowed, of those Docker's default profile lets through in `docker_default`.
        rules: of all kinds.
        evidence: kind of the strongest evidence -> rules that stand on it; they add up to `rules`.
        powers: what of medium or high risk it can do, with the system calls that give it.
        holes_closed: of `holes` known vulnerabilities, by the count that Confine introduced, those out of reach.
        scenarios: that were recorded.
        images: digests that recordings and analysis are of.
        unresolved: places in the image's code that could make any call.
        open: questions that nobody decided.
    """

    role: str
    syscalls: int
    docker_default: int
    rules: int
    evidence: dict[str, int]
    powers: dict[str, tuple[str, ...]]
    holes_closed: int
    holes: int
    scenarios: tuple[str, ...]
    images: tuple[str, ...]
    unresolved: int
    open: int


def summary(composed: Composed, sources: Sources) -> Summary:
    """Sum up a role."""
    profile = composed.profile
    strongest = Counter(rule.evidence[0].kind.value for rule in profile.rules)
    risky = sorted(rule.value for rule in profile.rules if rule.kind is RuleKind.CALL and rule.risk is not Risk.LOW)
    measured = [hole for hole in powers.all_vulnerabilities() if hole.confine]
    return Summary(
        role=profile.role,
        syscalls=len(profile.syscalls),
        docker_default=len(powers.docker_default()),
        rules=len(profile.rules),
        evidence=dict(sorted(strongest.items())),
        powers={
            power: tuple(call for call in risky if powers.power(call) == power)
            for power in sorted({powers.power(call) for call in risky})
        },
        holes_closed=sum(not powers.reaches(profile, hole) for hole in measured),
        holes=len(measured),
        scenarios=tuple(sorted(recording.scenario for recording in sources.recordings)),
        images=profile.images,
        unresolved=sum(each.count for each in sources.analysis.unresolved) if sources.analysis else 0,
        open=len(composed.open),
    )
