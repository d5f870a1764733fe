"""Sums a role up."""

from collections import Counter

from hardening.model.profile import EvidenceKind, Risk, RuleKind
from hardening.model.role import OpenQuestion, Proof, RoleSummary
from hardening.model.verification import Verification

from . import powers
from .generate import Composed, render
from .sources import Sources


def summary(composed: Composed, sources: Sources) -> RoleSummary:
    """A role at a glance."""
    profile = composed.profile
    strongest = Counter(rule.evidence[0].kind.value for rule in profile.rules)
    calls = [rule for rule in profile.rules if rule.kind is RuleKind.CALL]
    risky = sorted(rule.value for rule in calls if rule.risk is not Risk.LOW)
    measured = [hole for hole in powers.all_vulnerabilities() if hole.confine]
    return RoleSummary(
        role=profile.role,
        syscalls=len(profile.syscalls),
        docker_default=len(powers.docker_default()),
        recorded=sum(any(each.kind is EvidenceKind.RECORDED for each in rule.evidence) for rule in calls),
        possible=len(sources.analysis.syscalls) if sources.analysis else None,
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
        open=tuple(OpenQuestion(item.id, item.kind, item.power, item.risk) for item in composed.open),
        proof=_proof(composed, sources.verification) if sources.verification else None,
    )


def _proof(composed: Composed, verification: Verification) -> Proof:
    return Proof(
        at=verification.origin.recorded_at,
        current=verification.profile == render(composed.profile).hash,
        layers=verification.layers,
        scenarios=tuple(trial.scenario for trial in verification.trials),
        calls=sum(trial.calls for trial in verification.trials),
        refused=sum(denial.count for trial in verification.trials for denial in trial.denials),
    )
