"""The state of a cluster on one screen."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hardening.model.status import NodeStatus, ServiceStatus, SetStatus, Status

from .inert import json_document, plain

GOOD, BAD, DIM = "green", "bold red", "dim"
_SHOWN_PROBLEMS = 12
_DAY = 86400


def render(status: Status) -> RenderableType:
    """Verdict, nodes, services, replica sets, certificates, the last audit; then every problem in words."""
    return Group(
        _heading(status),
        _section(_nodes(status)),
        _section(_services(status)),
        *(_section(_sets(status)) for _ in range(bool(status.sets))),
        _section(_rest(status)),
        *_problems(status),
    )


def show(status: Status, console: Console) -> None:
    """Print it."""
    console.print(render(status))


def as_json(status: Status) -> str:
    """The same as a document."""
    return json_document(status).decode()


def _heading(status: Status) -> Text:
    count = len(status.problems)
    verdict = ("all well", f"bold {GOOD}") if not count else (f"{count} problem{'s' if count > 1 else ''}", BAD)
    when = datetime.fromtimestamp(status.gathered_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Text.assemble((plain(status.project), "bold"), " · ", verdict, (f" · {when}", DIM))


def _section(inner: RenderableType) -> RenderableType:
    return Padding(inner, (1, 0, 0, 0))


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=DIM)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _nodes(status: Status) -> Table:
    table = _table("node", "state", "role", "engine")
    for node in status.nodes:
        style = GOOD if node.state == "ready" and not node.unread else BAD
        role = f"{node.role}, leads" if node.leader else node.role
        table.add_row(Text(plain(node.name)), Text(_node_state(node), style), Text(role), Text(plain(node.engine)))
    return table


def _node_state(node: NodeStatus) -> str:
    if node.unread:
        return "not read" + (f", the swarm calls it {node.state}" if node.state else "")
    drained = f", {node.availability}" if node.availability not in {"active", ""} else ""
    return (node.state or "no member") + drained


def _services(status: Status) -> Table:
    table = _table("service", "tasks", "on", "confined")
    for service in status.services:
        full = 0 < service.wanted == service.running
        tasks = f"{service.running}/{service.wanted}" + (f" {service.update}" if service.update else "")
        table.add_row(
            Text(plain(service.name)),
            Text(plain(tasks), GOOD if full and not service.update else BAD),
            Text(plain(", ".join(_places(service)))),
            _confined(service),
        )
    return table


def _places(service: ServiceStatus) -> Iterator[str]:
    for task in service.tasks:
        yield task.node if task.state == "running" else f"{task.node} ({task.state})"


def _confined(service: ServiceStatus) -> Text:
    if not service.profile:
        return Text("no profile", "yellow")
    if service.unconfined:
        return Text(f"NO: {len(service.unconfined)} complaint{'s' * (len(service.unconfined) > 1)}", BAD)
    return Text(plain(service.profile), GOOD)


def _sets(status: Status) -> Table:
    table = _table("replica set", "member", "state", "on")
    for replica_set in status.sets:
        for row, member in enumerate(replica_set.members):
            state = Text(
                plain(member.state), ("bold " if member.state == "PRIMARY" else "") + (GOOD if member.well else BAD)
            )
            table.add_row(Text(_set_name(replica_set) if row == 0 else ""), Text(plain(member.service)), state,
                          Text(plain(member.node)))  # fmt: skip
    return table


def _set_name(replica_set: SetStatus) -> str:
    return plain(replica_set.name)


def _rest(status: Status) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    ends = [(each.expires, each.name) for each in status.certificates if each.expires is not None]
    if ends:
        soonest, name = min(ends)
        days = int((soonest - status.gathered_at) // _DAY)
        table.add_row(Text("certificates", DIM), Text(plain(f"{len(ends)}; first ends {name}, in {days} days")))
    for certificate in status.certificates:
        if certificate.expires is None:
            table.add_row(Text("certificate", DIM), Text(plain(f"{certificate.name}: {certificate.detail}"), BAD))
    table.add_row(Text("last audit", DIM), _audit(status))
    for line in status.lacking:
        table.add_row(Text("lacking", DIM), Text(plain(line), "yellow"))
    return table


def _audit(status: Status) -> Text:
    audit = status.audit
    if audit is None:
        return Text("none found: harden audit -o reports/out/audit.json", DIM)
    hours = max(0.0, status.gathered_at - audit.gathered_at) / 3600
    age = f"{hours:.0f} h ago" if hours < 48 else f"{hours / 24:.0f} days ago"  # noqa: PLR2004 - two days in hours
    counts = ", ".join(f"{count} {severity}" for severity, count in audit.failed.items()) or "nothing failed"
    unknown = f", {audit.unknown} unknown" if audit.unknown else ""
    return Text.assemble(f"{age}: {counts}{unknown}", (f"  {plain(audit.file)}", DIM))


def _problems(status: Status) -> Iterator[RenderableType]:
    if not status.problems:
        return
    shown = status.problems[:_SHOWN_PROBLEMS]
    lines = [Text(f"  {plain(line)}") for line in shown]
    if len(shown) < len(status.problems):
        lines.append(Text(f"  … and {len(status.problems) - len(shown)} more (--json names all)", DIM))
    yield Padding(Group(Text("Not as it should be", BAD), *lines), (1, 0, 0, 0))
