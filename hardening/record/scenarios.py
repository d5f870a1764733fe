"""Reads the scenarios of a role."""

from pathlib import Path
from signal import Signals

from hardening import documents
from hardening.errors import HardenError
from hardening.model.scenario import Scenario

from .store import path_of

FILE = "scenarios.yml"
ALL = "all"
"""In the place of a scenario's name: every one."""


def load(profiles: Path, role: str) -> dict[str, Scenario]:
    """The scenarios of a role, by name, in the order of the file.

    Raises:
        HardenError: there is no such file, or it does not fit; with file and line.
    """
    document = documents.read(profiles / role / FILE)
    scenarios = document.convert(dict[str, Scenario])
    for name, scenario in scenarios.items():
        try:
            path_of(profiles, role, name)
        except HardenError as error:
            raise document.error((name,), error.message) from None
        if name == ALL:
            raise document.error((name,), f"`{ALL}` means every scenario, and can be the name of none")
        for index, step in enumerate(scenario.steps):
            if len(step.actions) != 1:
                said = ", ".join(step.actions) or "nothing"
                raise document.error((name, "steps", index), f"a step says one thing to do, this one says {said}")
            if step.signal and f"SIG{step.signal.removeprefix('SIG')}" not in Signals.__members__:
                raise document.error((name, "steps", index, "signal"), f"`{step.signal}` is no signal, such as HUP")
    return scenarios


def chosen(profiles: Path, role: str, name: str) -> dict[str, Scenario]:
    """One scenario, or with the name `all` every one.

    Raises:
        HardenError: the role has no such scenario.
    """
    scenarios = load(profiles, role)
    if name == ALL:
        return scenarios
    if name not in scenarios:
        raise HardenError(
            f"{profiles / role / FILE}: has no scenario `{name}`",
            f"it has: {', '.join(scenarios)}; or say with --run what is to happen",
        )
    return {name: scenarios[name]}
