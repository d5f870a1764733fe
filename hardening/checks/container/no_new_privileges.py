"""Can any process in a container still gain privileges?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.vocabulary import Answer, Area, Check, Place, Severity, cis_docker, per_container


def judge(place: Place) -> Answer:
    """`NoNewPrivs:` of /proc/PID/status."""
    return every_process(
        place.container,
        lambda process: None if process.no_new_privileges else "NoNewPrivs 0",
        fine=lambda processes: counted(processes, "NoNewPrivs 1"),
        expected="NoNewPrivs 1 on every process",
    )


CHECK = Check(
    id="container-no-new-privileges",
    title="No process in any container can gain privileges",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.26"),
    rationale="With the bit set, setuid programs and file capabilities give nothing to whoever runs them.",
    remediation='`"no-new-privileges": true` in daemon.json (services), `--security-opt no-new-privileges` (plain '
    "containers); then replace the task.",
    evaluate=per_container(judge),
)
