"""Does every container pass through the confining runtime?"""

from hardening.checks.policy import NO_POLICY, NodePolicy, read_policy
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

RUNTIME = "/usr/local/lib/harden/harden-runtime"


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """The running engine's own word, not the file's."""
    return given(read_policy(machine), lambda policy: _judge(engine, policy) if policy else not_applicable(NO_POLICY))


def _judge(engine: EngineFacts, _policy: NodePolicy) -> Verdict:
    name = engine.info.default_runtime
    path = str((engine.info.runtimes or {}).get(name, {}).get("path", ""))
    expected = f"default runtime with the path {RUNTIME}"
    verdict = passed if path == RUNTIME else failed
    return verdict(f"default runtime `{name}`, path {path or 'built in'}", expected)


CHECK = Check(
    id="engine-default-runtime",
    title="Every container on a node with a policy starts through the confining runtime",
    area=Area.ENGINE,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="Swarm cannot give a service its own AppArmor profile; the runtime does, but only where it is the "
    "default one.",
    remediation='Set `"default-runtime": "harden"` and `"runtimes": {"harden": {"path": "'
    + RUNTIME
    + '"}}` in daemon.json, or run `harden deploy`.',
    evaluate=per_engine(judge),
)
