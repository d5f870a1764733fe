"""Does the engine filter system calls by default?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, manual, passed, per_engine
from hardening.model.facts import EngineFacts, NodeFacts


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """The running engine names its default filter; of one from a file it does not tell what it lets through."""
    options = engine.info.security_options or ()
    found = next((option for option in options if option.startswith("name=seccomp")), "")
    expected = "a default filter"
    if not found:
        return failed("the engine has no seccomp support", expected)
    profile = found.partition("profile=")[2]
    if profile == "unconfined":
        return failed(found, expected)
    if profile.startswith("/"):
        return manual(f"{found}: does it refuse what the engine's own one does?", "the engine's own, or a stricter one")
    return passed(found, expected)


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
