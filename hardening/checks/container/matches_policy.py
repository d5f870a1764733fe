"""Did the kernel get what the node's policy says?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.policy import PolicyProfile, under_profile
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    Unavailable,
    per_container,
)
from hardening.model.facts import ProcessFacts


def judge(place: Place, profile: PolicyProfile) -> Answer:
    """Policy on the node's disk against labels and bits of the running processes."""
    label = f"AppArmor {profile.apparmor} (enforce)" if profile.apparmor else "no new privileges"

    def observe(process: ProcessFacts) -> str | Unavailable | None:
        if profile.apparmor:
            if isinstance(process.apparmor, Unavailable):
                return process.apparmor
            if f"AppArmor {process.apparmor.value}" != label:
                return f"AppArmor {process.apparmor.value}"
        lost = profile.no_new_privileges and not process.no_new_privileges
        return "may gain privileges" if lost else None

    return every_process(place.container, observe, fine=lambda processes: counted(processes, label), expected=label)


CHECK = Check(
    id="container-matches-policy",
    title="Every container that the node's policy names runs exactly as the policy says",
    area=Area.CONTAINER,
    severity=Severity.CRITICAL,
    level=1,
    refs=(),
    rationale="A container that is believed to be confined and is not is worse than one that is known to be open.",
    remediation="Replace the task, so that it starts through the runtime: `docker service update --force SERVICE`; "
    "see whether `harden-runtime` is the node's default runtime.",
    evaluate=per_container(under_profile(judge)),
)
