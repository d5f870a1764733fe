"""Does a container have devices of the node?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """The engine's own record."""
    host = place.container.inspect.host_config
    found = [str(device.get("PathOnHost", "?")) for device in host.devices or ()]
    found += [f"whatever the rule `{rule}` allows" for rule in host.device_cgroup_rules or ()]
    found += [_requested(request) for request in host.device_requests or ()]
    return failed(", ".join(found), "none") if found else passed("none", "none")


def _requested(request: dict[str, object]) -> str:
    """Graphics cards and the like, which a driver of the engine hands out."""
    ids = request.get("DeviceIDs")
    which = ", ".join(map(str, ids)) if isinstance(ids, list) and ids else "any"
    return f"{which} by the driver {request.get('Driver') or 'that has them'}"


CHECK = Check(
    id="container-devices",
    title="No container has a device of the node",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.18"),
    rationale="A disk or memory device is a way around every permission of the node.",
    remediation="Start it without `--device`, `--device-cgroup-rule` and `--gpus`; where it must have one, with `:r` "
    "if reading is enough, and a waiver that says why.",
    evaluate=per_container(judge),
)
