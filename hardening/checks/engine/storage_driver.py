"""Is the storage driver one that is still maintained?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_engine, unknown
from hardening.model.facts import EngineFacts, NodeFacts

ABANDONED = frozenset({"aufs", "devicemapper", "overlay"})


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """What the running engine uses."""
    driver = engine.info.driver
    if not driver:
        return unknown("the engine does not tell its storage driver")
    return (failed if driver in ABANDONED else passed)(driver, f"none of {', '.join(sorted(ABANDONED))}")


CHECK = Check(
    id="engine-storage-driver",
    title="The storage driver is a maintained one",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("2.6", "2.7", "2.12"),
    rationale="aufs, devicemapper and the first overlay driver left the engine; engines that still use them are "
    "stuck on old releases.",
    remediation='`"storage-driver": "overlay2"`; images are pulled again, so drain the node first.',
    evaluate=per_engine(judge),
)
