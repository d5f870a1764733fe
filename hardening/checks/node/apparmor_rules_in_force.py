"""Has the kernel the rules that stand in the profiles' files?"""

from hardening.checks.policy import NO_POLICY, NodePolicy, read_policy
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    all_of,
    given,
    not_applicable,
    per_node,
)
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """Whether a profile is loaded at all is `node-apparmor-profiles-enforced`."""

    def compare(policy: NodePolicy | None) -> Answer:
        if policy is None:
            return not_applicable(NO_POLICY)
        wanted = sorted({profile.apparmor for profile in policy.profiles.values() if profile.apparmor})
        if not wanted:
            return not_applicable("the policy names no AppArmor profile")
        return given(machine.apparmor_in_force, lambda in_force: _compare(wanted, in_force))

    return given(read_policy(machine), compare)


def _compare(wanted: list[str], in_force: dict[str, bool]) -> Answer:
    found = [name for name in wanted if name in in_force]
    if not found:
        return not_applicable("none of the policy's profiles is loaded")
    return all_of(
        (None if in_force[name] else f"{name} was loaded with other rules" for name in found),
        fine=f"{', '.join(found)}: as in the file",
        expected="what the node's parser makes of the file in /etc/apparmor.d",
    )


CHECK = Check(
    id="node-apparmor-rules-in-force",
    title="The kernel enforces the AppArmor rules that stand in the profiles' files",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A profile of the same name with wider rules, loaded by hand, leaves every file and name as it was.",
    remediation="Run `harden deploy`, or by hand `apparmor_parser -r /etc/apparmor.d/harden-ROLE`; find out who loaded "
    "the other one.",
    evaluate=per_node(judge),
)
