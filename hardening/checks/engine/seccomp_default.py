"""Does the engine filter system calls by default?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_engine
from hardening.model.facts import EngineFacts, NodeFacts


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """The running engine names its default filter."""
    options = engine.info.security_options or ()
    found = next((option for option in options if option.startswith("name=seccomp")), "")
    expected = "a default filter"
    if not found:
        return failed("the engine has no seccomp support", expected)
    return (failed if "profile=unconfined" in found else passed)(found, expected)


CHECK = Check(
    id="engine-seccomp-default",
    title="The engine gives every container a system call filter by default",
    area=Area.ENGINE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("2.18"),
    rationale="Containers that the policy does not name have only this filter between them and the kernel.",
    remediation='Remove `"seccomp-profile": "unconfined"` from daemon.json and restart the engine.',
    evaluate=per_engine(judge),
)
