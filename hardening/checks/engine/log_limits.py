"""Can a container's log fill the disk?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    failed,
    given,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, NodeFacts

UNBOUNDED = "json-file"
"""`local` rotates by itself; other drivers write elsewhere."""


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """Only json-file grows without end unless told not to."""
    driver = engine.info.logging_driver
    if driver != UNBOUNDED:
        return not_applicable(f"the log driver {driver or '(none)'} keeps no endless file")
    return given(settings(machine), _judge)


def _judge(daemon: Daemon) -> Verdict:
    options = dict(option.partition("=")[::2] for option in daemon.words("log-opts"))
    observed = f"max-size {options.get('max-size', 'unlimited')}, max-file {options.get('max-file', '1')}"
    bounded = options.get("max-size", "-1") not in {"", "-1"}
    return (passed if bounded else failed)(observed, "a max-size")


CHECK = Check(
    id="engine-log-limits",
    title="Container logs are bounded",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Whoever can make a service log can otherwise fill the node's disk.",
    remediation='`"log-opts": {"max-size": "10m", "max-file": "3"}` in daemon.json; containers take it when they are '
    "made anew.",
    evaluate=per_engine(judge),
)
