"""Are the profiles that the node's policy names loaded, and in enforce mode?"""

from hardening.checks.policy import on_named_profiles
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, given, per_node
from hardening.model.facts import NodeFacts

SHARED = "docker-default"


def judge(machine: NodeFacts, wanted: list[str]) -> Answer:
    """Compare the policy with what the kernel has loaded."""
    return given(machine.apparmor_profiles, lambda loaded: _all_enforced(wanted, loaded))


def _all_enforced(wanted: list[str], loaded: dict[str, str]) -> Answer:
    """The policy's profiles; and the one of all other containers, which the engine loads when it is first needed."""
    modes = {name: loaded.get(name, "not loaded") for name in wanted} | {SHARED: loaded.get(SHARED, "enforce")}
    return all_of(
        (None if mode == "enforce" else f"{name}: {mode}" for name, mode in modes.items()),
        fine=f"{', '.join(wanted)}: enforce",
        expected="loaded in enforce mode",
    )


CHECK = Check(
    id="node-apparmor-profiles-enforced",
    title="Every AppArmor profile that the node's policy names is loaded; these and the engine's own are enforced",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A profile in complain mode logs and allows; one that is not loaded keeps its service from starting.",
    remediation="Run `harden deploy`, or by hand `apparmor_parser -r /etc/apparmor.d/harden-ROLE`.",
    evaluate=per_node(on_named_profiles(judge)),
)
