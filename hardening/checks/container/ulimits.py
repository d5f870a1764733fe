"""Are a container's own resource limits chosen on purpose?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    cis_docker,
    failed,
    given,
    manual,
    passed,
    per_container,
)
from hardening.model.engine import Ulimit
from hardening.model.swarm import Task

EXPECTED = "the engine's defaults, or what the service's definition asks for"
Limits = dict[str, tuple[int, int]]


def judge(place: Place) -> Answer:
    """Against the engine's defaults, which it writes into every container, and what the service asks for."""
    return given(settings(place.machine), lambda daemon: _judge(place, daemon))


def _judge(place: Place, daemon: Daemon) -> Answer:
    defaults = _defaults(daemon)
    found = _by_name(place.container.inspect.host_config.ulimits or ())
    own = {name: limit for name, limit in found.items() if defaults.get(name) != limit}
    if place.task is None:
        return manual(f"set for this container: {_told(own)}; why?", EXPECTED) if own else _fine(found)
    return given(place.task, lambda task: _of_task(own, found, task))


def _of_task(own: Limits, found: Limits, task: Task) -> Answer:
    asked = _declared((task.spec.container_spec.ulimits if task.spec.container_spec else None) or ())
    strange = {name: limit for name, limit in own.items() if asked.get(name) != limit}
    lost = {name: limit for name, limit in asked.items() if found.get(name) != limit}
    if strange or lost:
        return failed(f"found {_told(strange) or 'none'}; asked for and missing {_told(lost) or 'none'}", EXPECTED)
    return passed(f"asked for: {_told(asked)}", EXPECTED) if asked else _fine(found)


def _fine(found: Limits) -> Answer:
    return passed(f"the engine's defaults: {_told(found) or 'none'}", EXPECTED)


def _by_name(limits: tuple[Ulimit, ...]) -> Limits:
    return {limit.name: (limit.soft, limit.hard) for limit in limits}


def _defaults(daemon: Daemon) -> Limits:
    """The engine's own: objects by name in daemon.json, or `nofile=1024:2048` on its command line."""
    configured = daemon.config.get("default-ulimits")
    if isinstance(configured, dict):
        return _declared(tuple(each for each in configured.values() if isinstance(each, dict)))
    found = {}
    for word in daemon.words("default-ulimits"):
        name, _, numbers = word.partition("=")
        soft, _, hard = numbers.partition(":")
        found[name] = (int(soft), int(hard or soft))
    return found


def _declared(limits: tuple[dict[str, object], ...]) -> Limits:
    return {
        str(limit.get("Name")): (int(str(limit.get("Soft", 0))), int(str(limit.get("Hard", 0)))) for limit in limits
    }


def _told(limits: Limits) -> str:
    return ", ".join(f"{name} {soft}:{hard}" for name, (soft, hard) in sorted(limits.items()))


CHECK = Check(
    id="container-ulimits",
    title="Resource limits of containers are the engine's, or written in the service's definition",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("5.19"),
    rationale="A limit that somebody raised by hand lets one container take files and processes from all others.",
    remediation="`ulimits:` in the stack for a service that needs its own; `--ulimit` on nothing else.",
    evaluate=per_container(judge),
)
