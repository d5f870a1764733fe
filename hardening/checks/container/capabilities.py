"""Does a container hold capabilities that nobody asked for?"""

from hardening.checks.capabilities import declared, names
from hardening.checks.kernel import counted, every_process
from hardening.checks.vocabulary import Answer, Area, Check, Place, Severity, cis_docker, per_container
from hardening.model.facts import ProcessFacts


def judge(place: Place) -> Answer:
    """All five sets of each process against what the container's own settings add."""
    asked = declared(place.container.inspect.host_config.cap_add)
    wanted = ", ".join(sorted(asked)) or "no capability"

    def observe(process: ProcessFacts) -> str | None:
        held = process.cap_effective | process.cap_permitted | process.cap_inheritable
        held |= process.cap_bounding | process.cap_ambient
        surplus = sorted(names(held) - asked)
        return f"holds or may gain {', '.join(surplus)}" if surplus else None

    return every_process(
        place.container,
        observe,
        fine=lambda processes: counted(processes, f"{wanted} in any set"),
        expected=f"{wanted} in the effective, permitted, inheritable, bounding and ambient sets",
    )


CHECK = Check(
    id="container-capabilities",
    title="Containers hold no capabilities but those they ask for by name",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.4"),
    rationale="The engine hands out fourteen by default, raw sockets and device nodes among them; few services need "
    "one.",
    remediation="`cap_drop: [ALL]` in the stack, and `cap_add` for each one the service fails without.",
    evaluate=per_container(judge),
)
