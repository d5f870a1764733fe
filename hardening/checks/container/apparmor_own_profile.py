"""Is the profile made for the service, or the one that fits everything?"""

from hardening.checks.kernel import counted, every_process
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
    per_container,
)
from hardening.model.facts import ProcessFacts

SHARED = frozenset({"docker-default", "unconfined"})
EXPECTED = "a profile of the service's own"


def judge(place: Place) -> Answer:
    """`docker-default` lets every container read, run and connect to nearly anything."""

    def own(modules: tuple[str, ...]) -> Answer:
        if "apparmor" not in modules:
            return failed("AppArmor is not active on this node", EXPECTED)
        return every_process(
            place.container,
            _observe,
            fine=lambda processes: counted(processes, "own profile"),
            expected=EXPECTED,
        )

    return given(place.machine.lsm, own)


def _observe(process: ProcessFacts) -> str | Unavailable | None:
    match process.apparmor:
        case Known(value=label):
            return label if label.partition(" (")[0] in SHARED else None
        case Unavailable() as gap:
            return gap


CHECK = Check(
    id="container-apparmor-own-profile",
    title="Every container has an AppArmor profile of its own, not the engine's shared one",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=2,
    refs=(),
    rationale="The engine's default profile must fit every program, so it permits what no single one needs.",
    remediation="Write `profiles/ROLE/policy.yml`, name it in the stack with `x-harden: {profile: ROLE}`, run "
    "`harden deploy`.",
    evaluate=per_container(judge),
)
