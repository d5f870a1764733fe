"""Is AppArmor one of the kernel's active security modules?"""

from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """The kernel's own list of modules decides; an installed package does not."""
    return given(
        machine.lsm,
        lambda modules: (
            passed(f"active modules: {', '.join(modules)}", "apparmor among them")
            if "apparmor" in modules
            else failed(f"active modules: {', '.join(modules) or 'none'}", "apparmor among them")
        ),
    )


CHECK = Check(
    id="node-apparmor-active",
    title="AppArmor is active in every node's kernel",
    area=Area.NODE,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("5.2"),
    rationale="Without it no container can be confined by a profile, and the engine starts them all the same.",
    remediation="Boot with `lsm=landlock,lockdown,yama,apparmor,bpf` (or `apparmor=1 security=apparmor`), install "
    "the `apparmor` package, reboot.",
    evaluate=per_node(judge),
)
