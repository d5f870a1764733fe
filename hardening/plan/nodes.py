"""What each machine needs: files, kernel settings, the engine's configuration."""

import hashlib
import json
from collections.abc import Iterator

from hardening.errors import HardenError
from hardening.model.facts import NodeFacts
from hardening.model.known import Known, known
from hardening.model.plan import InstallFile, Phase, RestartEngine, Step
from hardening.model.project import Project

from . import dns_files, node_files
from .node_files import DAEMON_FILE, NOT_READ, ManagedFile
from .node_policy import others_policy

SHOWN = 12
"""Characters of a content hash shown as before and after."""


def steps(project: Project, machines: dict[str, NodeFacts]) -> Iterator[Step]:
    """Steps of the phases FILES and ENGINE."""
    leader = project.inventory.managers[0].name
    others = others_policy(project, machines.items(), known(machines[leader].swarm))
    for name, machine in machines.items():
        for file in node_files.wanted(project, machine, others):
            if step := _file_step(name, machine, file):
                yield step
        yield from _dns_steps(project, name, machine)
        yield from _engine_steps(project, name, machine)


def _dns_steps(project: Project, name: str, machine: NodeFacts) -> Iterator[Step]:
    for file in dns_files.wanted(project, name):
        if step := _file_step(name, machine, dns_files.with_service_state(file, machine)):
            yield step
    yield from dns_files.stop(project, name, machine)


def _file_step(node: str, machine: NodeFacts, file: ManagedFile) -> Step | None:
    present = known(machine.files.get(file.path, NOT_READ))
    wanted = hashlib.sha256(file.content.encode()).hexdigest()
    same = present is not None and present.sha256 == wanted and present.mode == file.mode and present.uid == 0
    if same and file.in_force:
        return None
    before = "missing" if present is None else f"{present.sha256[:SHOWN]} mode {present.mode:04o}"
    if same:
        before = "in place, not in force"
    action = InstallFile(file.path, file.content, file.mode, file.check, file.then)
    return Step(node, Phase.FILES, file.summary, before, f"{wanted[:SHOWN]} mode {file.mode:04o}", action)


def _engine_steps(project: Project, node: str, machine: NodeFacts) -> Iterator[Step]:
    present = _daemon_config(node, machine)
    wanted = node_files.daemon_config(project, present)
    changed = {key: value for key, value in wanted.items() if present.get(key) != value}
    if changed:
        yield Step(
            node,
            Phase.ENGINE,
            f"Set {', '.join(sorted(changed))} in {DAEMON_FILE}",
            json.dumps({key: present.get(key) for key in changed}, sort_keys=True),
            json.dumps(changed, sort_keys=True),
            InstallFile(
                DAEMON_FILE,
                json.dumps(wanted, indent=2, sort_keys=True) + "\n",
                check=("dockerd", "--validate", "--config-file", "{}") if _validates(machine) else (),
            ),
        )
    if changed or _is_stale(machine):
        yield Step(
            node,
            Phase.ENGINE,
            "Restart the engine",
            "running with its former settings",
            f"running with {DAEMON_FILE} as it is",
            RestartEngine(),
        )


def _is_stale(machine: NodeFacts) -> bool:
    """Whether daemon.json is younger than the running engine."""
    file = known(machine.files.get(DAEMON_FILE, NOT_READ))
    started = known(machine.daemon_started)
    return file is not None and started is not None and file.mtime > started


def _validates(machine: NodeFacts) -> bool:
    """`dockerd --validate` came with engine 23.0."""
    engine = machine.engine
    return isinstance(engine, Known) and int(engine.value.info.server_version.split(".")[0]) >= 23  # noqa: PLR2004


def _daemon_config(node: str, machine: NodeFacts) -> dict[str, object]:
    text = known(machine.daemon_config)
    if text is None:
        raise HardenError(f"{node}: {DAEMON_FILE} could not be read", "see: harden facts")
    try:
        config = json.loads(text)
    except ValueError as error:
        raise HardenError(f"{node}: {DAEMON_FILE} is not JSON: {error}", "mend it by hand first") from error
    if not isinstance(config, dict):
        raise HardenError(f"{node}: {DAEMON_FILE} is not a JSON object", "mend it by hand first")
    return config
