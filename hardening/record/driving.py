"""Puts a service through a scenario, step by step."""

import json
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from hardening.errors import FailedError
from hardening.hosts import process
from hardening.hosts.database import Door, PyMongoError, Secret, complaint, keyfile_credentials, open_door
from hardening.model.known import Known, Unavailable
from hardening.model.scenario import Dump, Requests, Scenario, Step

from .subject import Subject, Task, docker

Report = Callable[[str, str], None]
RUN_SECONDS = 24 * 3600
LOAD_SECONDS = 3600


class _Loaded(Struct):
    answers: dict[str, int]
    wrong: tuple[str, ...]
    error: str


def drive(subject: Subject, scenario: Scenario, report: Report) -> None:
    """Every step, on every task that runs when it begins.

    Raises:
        FailedError: a step failed.
    """
    for step in scenario.steps:
        target = subject.sibling(step.service) if step.service else subject
        for _ in range(step.times):
            report("", f"{target.name}: {_words(step)}")
            _do(target, step)


def run(command: str) -> None:
    """A command of the user's shell on this machine, its output to the terminal's error stream only when it fails.

    Raises:
        FailedError: it ended with another code than 0.
    """
    result = process.run(("sh", "-c", command), timeout=RUN_SECONDS)
    if not result.ok:
        raise FailedError(f"--run: {command}: {result.complaint}", "nothing is recorded of a scenario that failed")


def _do(subject: Subject, step: Step) -> None:
    (action,) = step.actions
    match action:
        case "wait":
            time.sleep(step.wait)
        case "run":
            run(step.run)
        case "stop":
            replace(subject, "stop")
        case "crash" if step.crash == "task":
            replace(subject, "kill")
        case _:
            tasks = subject.tasks()
            if not tasks:
                raise FailedError(f"{subject.name}: no task of it runs")
            for task in tasks:
                _ON_TASKS[action](subject, task, step)


def _words(step: Step) -> str:
    (action,) = step.actions
    value = getattr(step, action)
    if isinstance(value, Dump):
        return "reading everything"
    if isinstance(value, Requests):
        return f"{value.clients * len(value.ask)} requests to port {value.port}"
    return action if value is True else f"{action} {' '.join(value) if isinstance(value, tuple) else value}"


def _load(subject: Subject, task: Task, step: Step) -> None:
    request = {"container": task.container, **msgspec.to_builtins(step.requests)}
    answer = msgspec.json.decode(subject.hosts[task.node].ask("load", request, timeout=LOAD_SECONDS), type=_Loaded)
    if answer.error or answer.wrong:
        told = "; ".join(filter(None, (answer.error, *answer.wrong)))
        raise FailedError(f"{task.node}: {subject.name}: {told}")


def _exec(subject: Subject, task: Task, step: Step) -> None:
    docker(subject.hosts[task.node], "exec", task.container, *step.exec)


def _signal(subject: Subject, task: Task, step: Step) -> None:
    docker(subject.hosts[task.node], "kill", "--signal", step.signal, task.container)


def _check_health(subject: Subject, task: Task, _step: Step) -> None:
    """The container's own health check, run as an exec, which is what the engine does."""
    host = subject.hosts[task.node]
    said = docker(host, "inspect", "--format", "{{with .Config.Healthcheck}}{{json .Test}}{{end}}", task.container)
    test = json.loads(said.stdout or b"[]")
    if not test or test[0] == "NONE":
        raise FailedError(f"{subject.name}: has no health check")
    words = test[1:] if test[0] == "CMD" else ["/bin/sh", "-c", *test[1:]]
    docker(host, "exec", task.container, *words)


def _dump(subject: Subject, task: Task, step: Step) -> None:
    """Read all that the member of a database has, over one connection."""
    host, dump = subject.hosts[task.node], step.dump or Dump("")
    with open_door(host, task.container, secrets=(dump.keyfile,), authority=dump.authority) as door:
        match door.secrets[dump.keyfile]:
            case Unavailable(reason=reason):
                raise FailedError(f"{task.node}: {subject.name}: the backup failed: {reason}")
            case Known(value=keyfile):
                _read_everything(f"{task.node}: {subject.name}", door, keyfile)


def _read_everything(where: str, door: Door, keyfile: Secret) -> None:
    try:
        with door.client(keyfile_credentials(keyfile), seconds=LOAD_SECONDS) as client:
            for database in client.list_database_names():
                for collection in client[database].list_collections():
                    if collection.get("type") == "collection":
                        found = client[database][collection["name"]]
                        list(found.list_indexes())
                        for _ in found.find(batch_size=1000):
                            pass
    except PyMongoError as error:
        raise FailedError(f"{where}: the backup failed: {complaint(error)}") from None


def replace(subject: Subject, how: str) -> None:
    """End tasks one after another, and wait for the successor of each; a plain container is started again."""
    tasks = subject.tasks()
    if not tasks:
        raise FailedError(f"{subject.name}: no task of it runs")
    for task in tasks:
        before = subject.tasks()
        _end(subject, task, how)
        subject.settle(before)


def restart(subject: Subject, before: tuple[Task, ...]) -> None:
    """As `replace` by stopping, until as many tasks as before run well, also where some, or all, ended meanwhile."""
    for task in subject.tasks() if subject.is_service else before:
        _end(subject, task, "stop")
        subject.settle(before)
    subject.settle(before)


def _end(subject: Subject, task: Task, how: str) -> None:
    host = subject.hosts[task.node]
    if subject.is_service:
        docker(host, how, task.container)
    elif how == "stop":
        docker(host, "restart", task.container)  # the engine starts it again, whatever interrupts the one who asked
    else:
        try:
            docker(host, how, task.container)
        finally:
            docker(host, "start", task.container)


def _kill_child(subject: Subject, task: Task, _step: Step) -> None:
    """Kill the newest child of the program: of the first process, or of what an init started."""
    host = subject.hosts[task.node]
    rows = docker(host, "top", task.container, "-eo", "pid,ppid,comm").stdout.decode().splitlines()[1:]
    processes = [(int(pid), int(parent), name) for pid, parent, name in (row.split(None, 2) for row in rows)]
    known = {pid for pid, _, _ in processes}
    first = next((pid for pid, parent, _ in processes if parent not in known), 0)
    grown = [pid for pid, parent, _ in processes if parent in known and parent != first]
    children = grown or [pid for pid, parent, _ in processes if parent == first]
    if not children:
        raise FailedError(f"{task.node}: {subject.name}: its program has no child to kill")
    result = host.run(("kill", "-KILL", str(max(children))))
    if not result.ok:
        raise FailedError(f"{task.node}: {subject.name}: {result.complaint}")


_ON_TASKS: dict[str, Callable[[Subject, Task, Step], None]] = {
    "requests": _load,
    "exec": _exec,
    "health": _check_health,
    "dump": _dump,
    "signal": _signal,
    "crash": _kill_child,
}
"""What a step does to each task -> how."""
