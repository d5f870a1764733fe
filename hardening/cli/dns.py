"""`harden dns`: host names kept at an address."""

import platform
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AsJson, ProjectFolder

if TYPE_CHECKING:
    from hardening.model.dns import DnsSettings
    from hardening.node.dyndns_settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

NodeName = Annotated[str, typer.Option("--node", help="Act as this node of `dns:`. Default: this machine's host name.")]
StateFile = Annotated[Path | None, typer.Option("--state", help="This machine's state. Default: see docs/dns.md.")]
Nodes = Annotated[
    str, typer.Option("--inventory", "-i", help="Ask the nodes of `lab` or an inventory file instead of this machine.")
]


@app.command()
def update(
    project: ProjectFolder = Path(),
    once: Annotated[bool, typer.Option("--once", help="One look at the address, then end.")] = False,
    node: NodeName = "",
    state: StateFile = None,
) -> None:
    """Keep this machine's host names at its address; without --once until it is ended (SIGTERM, Ctrl-C).

    Sends only when the address has changed, and nothing after a refusal until a person acts. One line per event on
    standard output. Exit code of --once: 0 every name is there, 1 one was refused, 3 the provider could not be asked.
    """
    from hardening.node import dyndns

    def load() -> "Settings":
        return _settings(project, node, state)

    def tell(line: str) -> None:
        typer.echo(f"harden-dns: {line}")

    with _complaints():
        if not once:
            dyndns.until_signalled(load, tell)
            return
        outcomes = dyndns.run_round(load(), tell)
    for outcome in outcomes:
        if outcome.state != "updated":
            tell(f"{outcome.state} host={outcome.host} detail={outcome.detail!r}")
    raise typer.Exit(dyndns.exit_code(outcomes))


@app.command()
def login(project: ProjectFolder = Path()) -> None:
    """Ask for the provider's user name and password and write them to the file that `dns:` names, mode 0600."""
    from hardening import dns

    wanted = _wanted(project)[1]
    path = project / wanted.credentials
    username = typer.prompt("User name, or No-IP group or DDNS key")
    password = typer.prompt("Password", hide_input=True)
    dns.write_credentials(path, username, password)
    typer.echo(f"{path}: written, mode 0600. Keep it out of version control.")


@app.command()
def status(
    inventory: Nodes = "",
    project: ProjectFolder = Path(),
    node: NodeName = "",
    state: StateFile = None,
    as_json: AsJson = False,
) -> None:
    """What was last accepted or refused of each host name. Sends nothing. Exit code 1 when one stands refused."""
    import msgspec

    from hardening.errors import Exit
    from hardening.node.dyndns import public
    from hardening.node.dyndns_state import read_state

    if inventory:
        found = {name: msgspec.json.decode(text) for name, text in _on_nodes(inventory, project, ("status",)).items()}
    else:
        with _complaints():
            settings = _settings(project, node, state)
            found = {node or platform.node(): public(read_state(settings.state), settings)}
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        typer.echo(_as_text(found))
    refused = any(host["state"] == "refused" for machine in found.values() for host in machine["hosts"].values())
    raise typer.Exit(Exit.FAILED if refused else Exit.OK)


@app.command()
def reset(
    hosts: Annotated[list[str] | None, typer.Argument(metavar="[HOST]…", help="Only these host names.")] = None,
    inventory: Nodes = "",
    project: ProjectFolder = Path(),
    node: NodeName = "",
    state: StateFile = None,
) -> None:
    """Forget refusals and the pause after a fault, once their cause is gone: the next round asks again."""
    import msgspec

    from hardening.node import dyndns_state

    names = tuple(hosts or ())
    if inventory:
        answers = _on_nodes(inventory, project, ("reset", *names))
        freed = {name: msgspec.json.decode(text)["reset"] for name, text in answers.items()}
    else:
        with _complaints():
            freed = {node or platform.node(): dyndns_state.reset(_settings(project, node, state).state, names)}
    for machine, of_machine in freed.items():
        typer.echo(f"{machine}: {', '.join(of_machine) or 'no host name was refused'}; the pause, if any, is over")


@contextmanager
def _complaints() -> Generator[None]:
    """The program's complaints as this one's."""
    from hardening.errors import HardenError, HostError
    from hardening.node.dyndns_protocol import NotReachedError
    from hardening.node.dyndns_settings import DnsError

    try:
        yield
    except DnsError as error:
        raise HardenError(str(error), "nothing was sent") from None
    except NotReachedError as error:
        raise HostError(platform.node(), f"its address is not known: {error}", "nothing was sent") from None


def _wanted(root: Path) -> "tuple[str, DnsSettings]":
    """The project's name and its `dns:`."""
    from hardening import project as projects
    from hardening.errors import HardenError

    settings = projects.read_settings(root)
    if settings.dns is None:
        raise HardenError(f"{root / projects.PROJECT_FILE}: has no `dns:`", "docs/dns.md shows what stands there")
    return settings.name, settings.dns


def _settings(root: Path, node: str, state: Path | None) -> "Settings":
    from hardening import dns

    name, wanted = _wanted(root)
    return dns.here(wanted, root, node or platform.node(), state or dns.state_file(name))


def _on_nodes(inventory: str, root: Path, words: tuple[str, ...]) -> dict[str, bytes]:
    """What the installed program answers on each node that has it."""
    from hardening.errors import FailedError
    from hardening.hosts import connect
    from hardening.plan.dns_files import PROGRAM

    from . import sources

    machines = sources.inventory(inventory, root)
    answers = {}
    with connect(machines) as hosts:
        for node in machines.nodes:
            if not hosts[node.name].run(("test", "-x", PROGRAM)).ok:
                typer.echo(f"{node.name}: keeps no host name", err=True)
                continue
            result = hosts[node.name].run((PROGRAM, *words))
            if not result.ok:
                raise FailedError(f"{node.name}: {result.complaint}")
            answers[node.name] = result.stdout
    return answers


def _as_text(found: dict[str, Any]) -> str:
    """A line per host name; `found` is what the program says, by machine."""
    from datetime import UTC, datetime

    from hardening.render.inert import plain

    lines = []
    for machine, answer in found.items():
        for host, record in answer["hosts"].items():
            when = datetime.fromtimestamp(record["at"], UTC).strftime("%Y-%m-%d %H:%M UTC") if record["at"] else "never"
            lines.append(f"{machine}  {host}  {record['state']}  {plain(record['detail'])}  {when}")
        if answer["pause"]:
            lines.append(f"{machine}  nothing is sent for another {answer['pause'] / 60:.0f} min")
    return "\n".join(lines)
