"""Were all members of a set started with the same protections?"""

import json

from hardening.checks.mongo_answers import Document, at, document
from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Severity,
    Unavailable,
    Verdict,
    all_of,
    not_applicable,
    per_replica_set,
)
from hardening.model.facts import MongoMember

SECTIONS = ("net.tls", "security", "setParameter")
"""Options that decide who may do what; addresses, paths and sizes may differ."""
OWN = frozenset({"certificateKeyFile", "clusterFile", "PEMKeyFile"})
"""A member's own certificate, under whatever name."""


def judge(name: str, members: tuple[MongoMember, ...]) -> Verdict:
    """What most members were started with is taken as meant."""
    if not name:
        return not_applicable("a standalone server has no other to compare with")
    read = {member.service: document(member.cmd_line) for member in members}
    found = {service: _protections(answer.value) for service, answer in read.items() if isinstance(answer, Known)}
    gaps = [f"{service}: {answer.reason}" for service, answer in read.items() if isinstance(answer, Unavailable)]
    settings = list(found.values())
    common = max(settings, key=settings.count, default=frozenset[str]())
    others = [_told(service, own, common) for service, own in found.items() if own != common]
    return all_of(
        [*others, *map(Unavailable, gaps), *([None] if found else [])],
        fine=", ".join(sorted(common)) or "no protection on any",
        expected="the same on every member",
    )


def _protections(answer: Document) -> frozenset[str]:
    """`security.authorization="enabled"` and the like."""
    parsed = answer.get("parsed", {})
    kept = set()
    for path in SECTIONS:
        section = at(parsed, path)
        if isinstance(section, dict):
            kept |= {f"{path}.{key}={json.dumps(value)}" for key, value in section.items() if key not in OWN}
    return frozenset(kept)


def _told(service: str, own: frozenset[str], common: frozenset[str]) -> str:
    """What a member has that others have not, and lacks."""
    changes = [*(f"has {each}" for each in sorted(own - common)), *(f"lacks {each}" for each in sorted(common - own))]
    return f"{service} {', '.join(changes)}"


CHECK = Check(
    id="mongo-settings-equal",
    title="All members of a replica set were started with the same protections",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="An intruder needs one member that asks for less than the others; each has all the data.",
    remediation="Start the member that differs with the options of the others, one member at a time.",
    evaluate=per_replica_set(judge),
)
