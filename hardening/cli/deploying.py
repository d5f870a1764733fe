"""What `deploy`, `quickstart` and `unlock` share: consent, patience, and the unlock key."""

import os
from pathlib import Path

import typer

from hardening.errors import HardenError
from hardening.hosts import Host
from hardening.model.facts import Facts
from hardening.model.plan import Plan
from hardening.model.project import Project

from . import sources
from .progress import Report

EMULATION = 6.0
"""How much longer limits are where machines are emulated: measured 16 times slower, most waits are not for the CPU."""


class UnlockKey:
    """The swarm's unlock key: written 0600 where asked for, else shown once at the end."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._key = ""

    def keep(self, key: str) -> None:
        """Take a new key: write it now, so that an interrupted deploy does not lose it."""
        self._key = key
        if not self._path:
            return
        try:
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(key + "\n")
        except OSError as error:
            raise HardenError(f"{self._path}: the unlock key cannot be written: {error.strerror}") from error

    def read(self) -> str:
        """The key from its file; empty when there is none."""
        try:
            return self._path.read_text(encoding="utf-8").strip() if self._path else ""
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise HardenError(f"{self._path}: the unlock key cannot be read: {error.strerror}") from error

    def show(self) -> None:
        """Tell the user once about a key that is new."""
        if self._key and self._path:
            typer.echo(f"The swarm's unlock key is in {self._path}. A restarted manager needs it: harden unlock")
        elif self._key:
            typer.echo(f"The swarm's unlock key, shown this once; a restarted manager needs it: {self._key}")


def pace(inventory: str) -> float:
    """How much longer than on common machines everything may take."""
    from hardening.lab.pace import machine_speed

    return machine_speed() * (EMULATION if inventory == sources.LAB else 1.0)


def run(
    project: Project, hosts: dict[str, Host], report: Report, key: UnlockKey, *, ask: bool, patience: float
) -> Facts | None:
    """Deploy a project; None when the user said no."""
    from hardening import deploy
    from hardening.apply import Cluster
    from hardening.render import changes

    def consent(plan: Plan) -> bool:
        report("", f"{len(plan.steps)} steps to do")
        if not ask:
            return True
        typer.echo(changes.as_text(plan))
        return typer.confirm("Apply these steps?")

    cluster = Cluster(project, hosts, report, patience, keep_unlock_key=key.keep, unlock_key=key.read())
    return deploy.deploy(cluster, consent)
