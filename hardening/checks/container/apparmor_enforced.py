"""Is every process in a container held by an AppArmor profile in enforce mode?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Place,
    Severity,
    Unavailable,
    cis_docker,
    failed,
    given,
    per_container,
)
from hardening.model.facts import ProcessFacts

EXPECTED = "a profile in enforce mode on every process"


def judge(place: Place) -> Answer:
    """The kernel's label of each process; a node without AppArmor holds none."""

    def confined(modules: tuple[str, ...]) -> Answer:
        if "apparmor" not in modules:
            return failed("AppArmor is not active on this node", EXPECTED)
        return every_process(
            place.container,
            _observe,
            fine=lambda processes: counted(processes, ", ".join(sorted({_label(each) for each in processes}))),
            expected=EXPECTED,
        )

    return given(place.machine.lsm, confined)


def _observe(process: ProcessFacts) -> str | Unavailable | None:
    match process.apparmor:
        case Known(value=label):
            return None if label.endswith("(enforce)") else label
        case Unavailable() as gap:
            return gap


def _label(process: ProcessFacts) -> str:
    return process.apparmor.value if isinstance(process.apparmor, Known) else ""


CHECK = Check(
    id="container-apparmor-enforced",
    title="Every process in every container is held by an AppArmor profile in enforce mode",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.2"),
    rationale="The profile is what still says no when a process in the container has become root.",
    remediation="Name the service in the stack with `x-harden: {profile: ROLE}` and run `harden deploy`; never use "
    "`apparmor=unconfined`.",
    evaluate=per_container(judge),
)
