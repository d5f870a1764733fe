"""One module per check: a question over facts, with its id, words and references in the same place.

A module in one of this package's folders that holds a `CHECK` is a check; there is no list to add it to.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from hardening.errors import HardenError
from hardening.model.findings import Area, Check

from . import references


@cache
def load() -> tuple[Check, ...]:
    """Every check, by area and id.

    Raises:
        ValueError: two checks share an id, or a module in an area's folder holds no check.
    """
    checks = [check for area in Area for check in _of_area(area)]
    seen: dict[str, Check] = {}
    for check in checks:
        if check.id in seen:
            raise ValueError(f"two checks are called {check.id}")
        seen[check.id] = check
    return ordered(checks)


def ordered(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Checks as catalogues and reports list them: by area and id."""
    return tuple(sorted(checks, key=lambda check: (list(Area).index(check.area), check.id)))


def find(check_id: str, among: Iterable[Check] | None = None) -> Check:
    """The check of that id.

    Args:
        check_id: such as `container-seccomp`.
        among: every check there is; those that come with the program when None.

    Raises:
        HardenError: there is none; the hint names the nearest ones.
    """
    known = {check.id: check for check in (load() if among is None else among)}
    if check_id not in known:
        raise HardenError(f"there is no check `{check_id}`", near(check_id, known))
    return known[check_id]


def near(check_id: str, known: Iterable[str]) -> str:
    """What somebody may have meant who named a check that is not there."""
    close = difflib.get_close_matches(check_id, list(known), n=3)
    return f"did you mean {' or '.join(close)}?" if close else "`harden checks list` names them all"


def select(known: Iterable[Check], only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Check, ...]:
    """The checks to ask: `only` these, or all; without those to skip.

    Raises:
        HardenError: an id is unknown, or nothing is left to ask.
    """
    every = tuple(known)
    wanted = {find(check_id, every).id for check_id in only} or {check.id for check in every}
    wanted -= {find(check_id, every).id for check_id in skip}
    if not wanted:
        raise HardenError("--check and --skip leave no check to ask")
    return tuple(check for check in every if check.id in wanted)


def coverage() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Benchmark with its version -> its items that some check refers to, and those that none does."""
    judged = {(ref.benchmark, ref.version, ref.section) for check in load() for ref in check.refs}
    told = {}
    for benchmark, version in references.CURRENT.items():
        every = references.items(benchmark)
        having = tuple(item for item in every if (benchmark, version, item) in judged)
        told[f"{benchmark} {version}"] = (having, tuple(item for item in every if item not in having))
    return told


def _of_area(area: Area) -> Iterable[Check]:
    package = importlib.import_module(f"{__name__}.{area}")
    for found in pkgutil.iter_modules(package.__path__):
        check = getattr(importlib.import_module(f"{package.__name__}.{found.name}"), "CHECK", None)
        if not isinstance(check, Check) or check.area is not area:
            raise ValueError(f"hardening/checks/{area}/{found.name}.py holds no CHECK of the area {area}")
        yield check
