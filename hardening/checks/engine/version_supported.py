"""Is the engine from a release line that still gets fixes?"""

from hardening.checks import versions
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_engine, unknown
from hardening.model.facts import EngineFacts, NodeFacts

FLOOR = (26, 1)
"""The oldest engine that a distribution in support (Debian 13) still maintains."""


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """Compare the release with the oldest maintained line."""
    version = versions.parse(engine.info.server_version)
    expected = f"{'.'.join(map(str, FLOOR))} or later"
    if not version:
        return unknown(f"`{engine.info.server_version}` is no version")
    verdict = passed if version >= FLOOR else failed
    return verdict(engine.info.server_version, expected)


CHECK = Check(
    id="engine-version-supported",
    title="The engine is from a release line that still receives fixes",
    area=Area.ENGINE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("1.2.2"),
    rationale="Holes in the engine are published with the way to use them; lines out of support stay open.",
    remediation="Upgrade docker-ce or docker.io, one node at a time: drain, upgrade, set active again.",
    evaluate=per_engine(judge),
)
