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
    return tuple(sorted(checks, key=lambda check: (list(Area).index(check.area), check.id)))


def find(check_id: str) -> Check:
    """The check of that id.

    Raises:
        HardenError: there is none; the hint names the nearest ones.
    """
    for check in load():
        if check.id == check_id:
            return check
    near = difflib.get_close_matches(check_id, [check.id for check in load()], n=3)
    raise HardenError(
        f"there is no check `{check_id}`",
        f"did you mean {' or '.join(near)}?" if near else "`harden checks list` names them all",
    )


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
