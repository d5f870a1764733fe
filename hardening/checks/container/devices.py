"""Does a container have devices of the node?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """The engine's own record."""
    devices = place.container.inspect.host_config.devices or ()
    paths = ", ".join(str(device.get("PathOnHost", "?")) for device in devices)
    return failed(paths, "none") if devices else passed("none", "none")


CHECK = Check(
    id="container-devices",
    title="No container has a device of the node",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.18"),
    rationale="A disk or memory device is a way around every permission of the node.",
    remediation="Start it without `--device`, or with `:r` where reading is enough.",
    evaluate=per_container(judge),
)
