"""Does every container pass through the confining runtime?"""

from hardening.checks.policy import NO_POLICY, NodePolicy, read_policy
from hardening.checks.verdict import listed
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
from hardening.model.facts import ContainerFacts, EngineFacts, NodeFacts

RUNTIME = "/usr/local/lib/harden/harden-runtime"


EXPECTED = f"default runtime with the path {RUNTIME}, and no container by another one"


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """The running engine's own word, not the file's; a plain container may ask for another runtime by name."""

    def read(policy: NodePolicy | None) -> Answer:
        if policy is None:
            return not_applicable(NO_POLICY)
        if _path(engine, engine.info.default_runtime) != RUNTIME:
            return failed(_told(engine), EXPECTED)
        return given(engine.containers, lambda containers: _containers(engine, containers))

    return given(read_policy(machine), read)


def _containers(engine: EngineFacts, containers: tuple[ContainerFacts, ...]) -> Verdict:
    others = [
        f"{each.inspect.name.lstrip('/')} by `{runtime}`"
        for each in containers
        if (runtime := each.inspect.host_config.runtime) and _path(engine, runtime) != RUNTIME
    ]
    return failed(f"{_told(engine)}, but {listed(others)}", EXPECTED) if others else passed(_told(engine), EXPECTED)


def _told(engine: EngineFacts) -> str:
    name = engine.info.default_runtime
    return f"default runtime `{name}`, path {_path(engine, name) or 'built in'}"


def _path(engine: EngineFacts, runtime: str) -> str:
    return str((engine.info.runtimes or {}).get(runtime, {}).get("path", ""))


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
    + '"}}` in daemon.json, or run `harden deploy`; start no container with `--runtime`.',
    evaluate=per_engine(judge),
)
