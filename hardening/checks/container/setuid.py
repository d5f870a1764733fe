"""Could a setuid program in a container give anybody more rights?"""

from hardening.checks.verdict import listed
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    Unavailable,
    cis_docker,
    failed,
    given,
    passed,
    per_container,
)
from hardening.model.facts import ImagePrograms, ProcessFacts

EXPECTED = "no setuid program, or NoNewPrivs 1 on every process"


def judge(place: Place) -> Answer:
    """The bits in the image count only where the kernel still honours them."""

    def read(processes: tuple[ProcessFacts, ...]) -> Answer:
        if processes and all(process.no_new_privileges for process in processes):
            return passed("NoNewPrivs 1: the kernel honours no setuid bit here", EXPECTED)
        programs = place.engine.programs.get(place.container.inspect.image, Unavailable("its image was not looked at"))
        return given(programs, _judge)

    return given(place.container.processes, read)


def _judge(programs: ImagePrograms) -> Answer:
    if programs.privileged:
        return failed(f"processes may use {listed(programs.privileged)}", EXPECTED)
    return passed(f"none among {programs.count} programs", EXPECTED)


CHECK = Check(
    id="container-setuid",
    title="No setuid program can give anybody in a container more rights",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_docker("4.8"),
    rationale="A hole in a setuid program makes root out of whoever runs it, and images carry ten that nobody calls.",
    remediation='`"no-new-privileges": true` in daemon.json and new tasks; `RUN chmod a-s FILE` in the image.',
    evaluate=per_container(judge),
)
