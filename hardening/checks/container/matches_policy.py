"""Did the kernel get what the node's policy says?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.policy import NO_POLICY, NodePolicy, read_policy
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Place,
    Severity,
    Unavailable,
    failed,
    given,
    not_applicable,
    per_container,
)
from hardening.model.facts import ProcessFacts


def judge(place: Place) -> Answer:
    """Policy on the node's disk against labels and bits of the running processes."""
    return given(read_policy(place.machine), lambda policy: _judge(place, policy))


def _judge(place: Place, policy: NodePolicy | None) -> Answer:
    if policy is None:
        return not_applicable(NO_POLICY)
    role = policy.role_of(place.container)
    if not role:
        return not_applicable("the policy does not name this container")
    profile = policy.profiles.get(role)
    if profile is None:
        return failed(f"the policy gives it the profile `{role}`, which it does not define", "a defined profile")
    label = f"{profile.apparmor} (enforce)"

    def observe(process: ProcessFacts) -> str | Unavailable | None:
        match process.apparmor:
            case Known(value=seen) if seen != label:
                return f"AppArmor {seen}"
            case Known():
                lost = profile.no_new_privileges and not process.no_new_privileges
                return "may gain privileges" if lost else None
            case Unavailable() as gap:
                return gap

    return every_process(
        place.container, observe, fine=lambda processes: counted(processes, label), expected=f"AppArmor {label}"
    )


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
    evaluate=per_container(judge),
)
