"""What a recording is to be made of: whose evidence, which scenarios. Nothing is touched here."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from hardening.confine.apparmor import profile_name
from hardening.confine.library import demand_name
from hardening.errors import HardenError
from hardening.model.scenario import Scenario

from . import driving, scenarios
from .session import Target
from .store import path_of
from .subject import PROFILE_LABEL, Subject

Report = Callable[[str, str], None]
Drive = Callable[[], None]
OBSERVED = "observed"
"""Scenario of a recording in which only what happens by itself happens."""
COMMANDED = "command"
"""Scenario of a command that was given no name."""


class Wanted(Struct, frozen=True):
    """What the user asked for: a scenario's name or `all`, a command, or seconds to wait when there is neither."""

    scenario: str = ""
    run: str = ""
    seconds: float = 300


def role_of(subject: Subject, given: str) -> str:
    """The role whose evidence it becomes: the given one, or the profile that the service is labelled with.

    Raises:
        HardenError: neither says, or what says it is no name of a role.
    """
    hint = "say whose evidence it becomes: --role NAME"
    role = given or subject.labels.get(PROFILE_LABEL, "")
    if not role:
        raise HardenError(f"{subject.name}: has no label {PROFILE_LABEL}", hint)
    demand_name(role, hint)
    return role


def target(subject: Subject, role: str, *, complain: bool = False, audit: str = "try") -> Target:
    """What the recorders are told."""
    return Target(
        service=subject.name if subject.is_service else "",
        container="" if subject.is_service else subject.name,
        profile=profile_name(role),
        complain=complain,
        audit="must" if complain else audit,
    )


def drives(subject: Subject, profiles: Path, role: str, wanted: Wanted, report: Report) -> Mapping[str, Drive]:
    """Scenario -> what makes it happen.

    Raises:
        HardenError: the role has no such scenario, or a name is none.
    """
    if wanted.run and wanted.scenario == scenarios.ALL:
        raise HardenError("--run is one scenario, and `all` are those of the role's scenarios.yml", "name it otherwise")
    if wanted.run:
        name = wanted.scenario or COMMANDED
        path_of(profiles, role, name)
        return {name: lambda: driving.run(wanted.run)}
    if wanted.scenario:
        found = scenarios.chosen(profiles, role, wanted.scenario)
        return {name: _driving(subject, scenario, report) for name, scenario in found.items()}
    return {OBSERVED: lambda: time.sleep(wanted.seconds)}


def _driving(subject: Subject, scenario: Scenario, report: Report) -> Drive:
    return lambda: driving.drive(subject, scenario, report)
