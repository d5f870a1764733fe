"""Do logs leave the machine that made them?"""

from hardening.checks.vocabulary import (
    Area,
    Check,
    Severity,
    Verdict,
    cis_docker,
    failed,
    manual,
    passed,
    per_engine,
    unknown,
)
from hardening.model.facts import EngineFacts, NodeFacts

LOCAL = frozenset({"json-file", "local", "journald", "etwlogs"})


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """A shipper that reads the local files cannot be seen from here."""
    driver = engine.info.logging_driver
    expected = "logs kept on another machine too"
    if not driver:
        return unknown("the engine does not tell its log driver")
    if driver == "none":
        return failed("the driver none throws away what containers write", expected)
    if driver in LOCAL:
        return manual(f"the driver {driver} keeps logs on this machine; does a shipper collect them?", expected)
    return passed(f"the driver {driver} sends logs away", expected)


CHECK = Check(
    id="engine-log-shipping",
    title="Container logs are kept on another machine too",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("2.14"),
    rationale="An intruder who owns a node also owns the only record of how it happened.",
    remediation="Run a log shipper on every node, or set a remote `log-driver` (syslog, fluentd, gelf) in daemon.json.",
    evaluate=per_engine(judge),
)
