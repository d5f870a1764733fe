"""Has the kernel the rules that stand in the profiles' files?"""

from hardening.checks.policy import on_named_profiles
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Unavailable,
    Verdict,
    all_of,
    given,
    not_applicable,
    per_node,
)
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts, wanted: list[str]) -> Answer:
    """Whether a profile is loaded at all is `node-apparmor-profiles-enforced`."""

    def compare(loaded: dict[str, str], in_force: dict[str, bool]) -> Verdict:
        found = [name for name in wanted if name in loaded]
        if not found:
            return not_applicable("none of the policy's profiles is loaded")
        return all_of(
            [_observe(name, in_force.get(name)) for name in found],
            fine=f"{', '.join(found)}: as in the file",
            expected="what the node's parser makes of the file in /etc/apparmor.d",
        )

    return given(
        machine.apparmor_profiles,
        lambda loaded: given(machine.apparmor_in_force, lambda in_force: compare(loaded, in_force)),
    )


def _observe(name: str, is_in_force: bool | None) -> str | Unavailable | None:
    if is_in_force is None:
        return Unavailable(f"{name} is loaded, and there is no file to compare it with")
    return None if is_in_force else f"{name} was loaded with other rules"


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
    evaluate=per_node(on_named_profiles(judge)),
)
