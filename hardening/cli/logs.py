"""`harden logs`: what a service's tasks write."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.hosts.engine import Engine
    from hardening.model.logs import LogLine
    from hardening.model.swarm import Service

app = typer.Typer(add_completion=False)

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="As the stack file calls it, or the swarm.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until it is ended (Ctrl-C).")]
Since = Annotated[str, typer.Option(help="From then on: 90s, 10m, 2h, 3d ago, or 2026-11-24T07:00:00Z.")]
Tail = Annotated[int | None, typer.Option("--tail", "-n", help="The last lines of each task.", min=0)]
NodeName = Annotated[str, typer.Option("--node", help="Only of tasks on this node.")]


@app.command()
def logs(
    service: ServiceName,
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    follow: Follow = False,
    since: Since = "",
    tail: Tail = None,
    node: NodeName = "",
    as_json: AsJson = False,
) -> None:
    """What a service's tasks wrote to their output, of all nodes, asked of a manager.

    Lines come from containers: whatever in them could speak to the terminal is shown instead of sent. With --json, one
    document per line: {time, service, task, node, text}.
    """
    import time

    from hardening import moments
    from hardening.hosts import connect
    from hardening.hosts.managers import any_manager

    from . import sources

    start = moments.seconds(since, time.time()) if since else 0
    machines = sources.inventory(inventory, project)
    with connect(machines) as hosts, any_manager(machines, hosts) as manager:
        found = _service(manager, service)
        wanted = _node_id(manager, node) if node else ""
        names = _Names(manager, found)
        for line in manager.logs(found.id, follow=follow, since=int(start), tail=tail):
            if not wanted or line.node_id == wanted:
                typer.echo(_shown(line, found.spec.name, names, as_json=as_json))


class _Names:
    """What tasks and nodes are called; asked for again when a task turns up that is not known yet."""

    def __init__(self, manager: "Engine", service: "Service") -> None:
        self._manager = manager
        self._service = service
        self._nodes = {node.id: node.description.hostname for node in manager.nodes()}
        self._tasks: dict[str, str] = {}

    def of(self, line: "LogLine") -> tuple[str, str]:
        """Task and node, as people call them."""
        if line.task_id not in self._tasks:
            found = self._manager.tasks_of(self._service.id)
            self._tasks |= {task.id: f"{self._service.spec.name}.{task.slot or task.id[:12]}" for task in found}
            self._tasks.setdefault(line.task_id, f"{self._service.spec.name}.{line.task_id[:12]}")
        return self._tasks[line.task_id], self._nodes.get(line.node_id, line.node_id)


def _shown(line: "LogLine", service: str, names: _Names, *, as_json: bool) -> str:
    from hardening.render.inert import json_line, plain

    task, node = names.of(line)
    if as_json:
        document = {"time": line.time, "service": service, "task": task, "node": node, "text": line.text}
        return json_line(document).decode()
    return plain(f"{line.time[:19]}Z {task}@{node} | {line.text}")


def _service(manager: "Engine", name: str) -> "Service":
    """A service by its name in the swarm, or by the one in its stack file where that is clear."""
    import difflib

    from hardening.errors import HardenError

    found = {service.spec.name: service for service in manager.every_service()}
    fitting = [each for each in found if each == name] or [each for each in found if each.endswith(f"_{name}")]
    if len(fitting) == 1:
        return found[fitting[0]]
    if fitting:
        raise HardenError(f"{name} may be any of {', '.join(sorted(fitting))}", "name one of them in full")
    near = difflib.get_close_matches(name, [*found, *(each.partition("_")[2] for each in found)], n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(sorted(found)) or 'none'}"
    raise HardenError(f"the swarm has no service {name}", hint)


def _node_id(manager: "Engine", name: str) -> str:
    from hardening.errors import HardenError

    nodes = {node.description.hostname: node.id for node in manager.nodes()}
    if name not in nodes:
        raise HardenError(f"the swarm has no node {name}", f"there are: {', '.join(sorted(nodes))}")
    return nodes[name]
