"""Starts a copy of a service whose program is the probe, and reads what it says.

The copy has the service's image, user, profile, networks, secrets and limits. What it has not: the service's names on
the networks, its published ports, and its volumes, in whose place stand empty ones in memory.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import msgspec

from hardening.errors import FailedError, HardenError
from hardening.hosts import Host
from hardening.hosts.engine import Engine, engine
from hardening.model.drill import Answer, Drill, Probe
from hardening.model.stack import PROFILE_HASH_LABEL, PROFILE_LABEL
from hardening.record.audit_log import messages

from .catalogue import PROBES
from .verdict import judge

Report = Callable[[str, str], None]
FOLDER = "/var/lib/harden/drill"
PREFIX = "harden-drill"
TRY_SECONDS = 300
"""For the whole copy: to start, to try everything, to end; on a machine of common speed."""
AS_DEPLOYED, DOCKER_DEFAULT = "as deployed", "docker-default"
_POLL_SECONDS = 1.0
_ENDED = frozenset({"complete", "failed", "rejected", "shutdown", "orphaned", "remove"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A service to be tried.

    Attributes:
        service: its name in the swarm.
        role: whose profile confines it; empty for none.
        entry: path of its program, as its profile knows it.
        node: where it runs, by the inventory's name.
        node_id: of that node in the swarm.
        seccomp: the filter that is on, as JSON text; empty for the engine's own.
        apparmor: the profile's name in the kernel; empty for the engine's own, and where the project goes without.
        reaches: further probes of the network, each with option and target for the program.
    """

    service: str
    role: str
    entry: str
    node: str
    node_id: str
    seccomp: str
    apparmor: str
    reaches: tuple[tuple[Probe, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a drill is held.

    Attributes:
        hosts: by node.
        leader: a manager.
        report: told (node, what happens).
        pace: how much slower than a common machine everything here is.
    """

    hosts: dict[str, Host]
    leader: str
    report: Report
    pace: float = 1.0


class Refusals(msgspec.Struct, frozen=True):
    """A node's answer about its audit log: where it ended, and lines about a profile since an earlier end."""

    since: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()
    lost: int = 0
    error: str = ""


def drill(subject: Subject, program: bytes, cluster: Cluster, *, bare: bool = False) -> Drill:
    """Try everything in a copy of the service, and remove it again.

    Args:
        subject: the service.
        program: the compiled probe.
        cluster: where it runs.
        bare: without our confinement: the engine's defaults, to compare with.

    Raises:
        FailedError: the copy did not run to its end; with what the swarm says of it.
    """
    host = cluster.hosts[subject.node]
    name = f"{PREFIX}-{subject.service}"[:63]
    path = f"{FOLDER}/{name}"
    with engine(cluster.hosts[cluster.leader]) as leading:
        template = leading.task_template(subject.service)
        image = str(template["ContainerSpec"]["Image"])
        copy = _copy(template, subject, path, bare=bare)
        watched = "" if bare else subject.apparmor
        began = _refusals(host, watched)
        with ExitStack() as after:
            after.callback(host.run, ("rm", "-f", path))
            after.callback(leading.remove_service, name)
            _place(host, path, program)
            leading.remove_service(name)  # what a killed drill left
            cluster.report(subject.node, f"{subject.service}: trying {len(PROBES) + len(subject.reaches)} things")
            leading.create_service(name, copy)
            _wait(leading, name, TRY_SECONDS * cluster.pace)
            said = [line.text for line in leading.logs(name, follow=False, since=0, tail=None)]
    answers = _answers(said, subject.service)
    told = messages(_refusals(host, watched, began.since).lines)
    denied = [message for message in told if message.verdict == "DENIED"]
    probes = (*PROBES, *(probe for probe, _, _ in subject.reaches))
    verdicts = tuple(judge(probes, answers, "" if bare else subject.seccomp, denied))
    kind = DOCKER_DEFAULT if bare else AS_DEPLOYED
    return Drill(subject.service, subject.role, subject.node, image, kind, verdicts)


def _copy(template: dict[str, Any], subject: Subject, path: str, *, bare: bool) -> dict[str, Any]:
    """The service's own task template, with the probe for its program."""
    container = dict(template["ContainerSpec"])
    arguments = [word for probe, option, target in subject.reaches for word in (option, f"{probe.id}={target}")]
    mounts = [mount for mount in container.get("Mounts") or () if mount.get("Type") == "tmpfs"]
    volumes = [mount for mount in container.get("Mounts") or () if mount.get("Type") == "volume"]
    container |= {
        "Command": [subject.entry],
        "Args": arguments,
        "Healthcheck": {"Test": ["NONE"]},
        "Mounts": [
            *mounts,
            *({"Type": "tmpfs", "Target": each["Target"], "TmpfsOptions": {"SizeBytes": 1 << 20}} for each in volumes),
            {"Type": "bind", "Source": path, "Target": subject.entry, "ReadOnly": True},
        ],
    }
    for key in ("Hostname", "Hosts"):
        container.pop(key, None)
    if bare:
        labels = dict(container.get("Labels") or {})
        for label in (PROFILE_LABEL, PROFILE_HASH_LABEL):
            labels.pop(label, None)
        container["Labels"] = labels
        for key in ("CapabilityDrop", "CapabilityAdd", "ReadOnly", "Privileges"):
            container.pop(key, None)
    else:
        container["Labels"] = {
            **(container.get("Labels") or {}),
            **({PROFILE_LABEL: subject.role} if subject.role else {}),
        }
    return {
        **template,
        "ContainerSpec": container,
        "Networks": [{"Target": network["Target"]} for network in template.get("Networks") or ()],
        "Placement": {"Constraints": [f"node.id=={subject.node_id}"]},
        "RestartPolicy": {"Condition": "none"},
        "LogDriver": {"Name": "json-file"},
    }


def _place(host: Host, path: str, program: bytes) -> None:
    script = f"umask 022 && mkdir -p {FOLDER} && cat > {path}.new && chmod 755 {path}.new && mv {path}.new {path}"
    result = host.run(("sh", "-c", script), stdin=program)
    if not result.ok:
        raise FailedError(f"{host.node.name}: {path}: the probe could not be placed: {result.complaint}")


def _wait(leading: Engine, name: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        states = leading.task_states(name)
        if states and all(state in _ENDED for state, _ in states):
            break
        if time.monotonic() > deadline:
            raise FailedError(f"{name}: still {states[0][0] if states else 'without a task'} after {seconds:.0f} s")
        time.sleep(_POLL_SECONDS)
    if errors := [error for state, error in states if state != "complete"]:
        raise FailedError(f"{name}: the copy did not run to its end: {errors[0]}")


def _answers(said: Iterable[str], service: str) -> dict[str, Answer]:
    """What the probe printed, by probe; its last line says that it was all.

    Raises:
        FailedError: the end is missing.
    """
    found: dict[str, Answer] = {}
    for line in said:
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except msgspec.DecodeError:
            continue  # the container's own words, such as its init's
        found[answer.probe] = answer
    if "end" not in found:
        raise FailedError(f"{service}: the probe ended before it had tried everything ({len(found)} answers)")
    return found


def _refusals(host: Host, apparmor: str, since: tuple[int, ...] | None = None) -> Refusals:
    """Where the node's audit log ends, and what it says of a profile since such an end.

    Raises:
        HardenError: the log cannot be read or lacks something, so that nothing can be said of AppArmor's part.
    """
    if not apparmor:
        return Refusals()
    answer = msgspec.json.decode(host.ask("refusals", {"profile": apparmor, "since": since}), type=Refusals)
    if answer.error:
        raise HardenError(
            f"{host.node.name}: what AppArmor refuses cannot be read: {answer.error}",
            "install auditd on the node: apt-get install auditd",
        )
    if answer.lost:
        raise FailedError(
            f"{host.node.name}: auditd lost {answer.lost} messages, so that it is not known what AppArmor refused",
            "drill again",
        )
    return answer
