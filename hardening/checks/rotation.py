"""Keys whose age no engine tells: as old as the swarm at most, as young as its last change at least."""

from datetime import datetime

from hardening.model.known import Known, Unavailable
from hardening.model.swarm import Cluster

from .verdict import Verdict, failed, manual, passed, unknown

_DAY = 86400


def rotated(what: str, cluster: Cluster, now: float, most_days: int) -> Verdict:
    """Whether keys were replaced within so many days, as far as that can be concluded.

    Replacing one changes the swarm's record, so none is younger than the last change of it; but other changes count
    there as well, so between the bounds a person has to say.
    """
    made, changed = days_since(cluster.created_at, now), days_since(cluster.updated_at, now)
    expected = f"replaced within {most_days} days"
    if isinstance(made, Unavailable):
        return unknown(f"the swarm does not tell when it was made: {made.reason}")
    if made.value <= most_days:
        return passed(f"{what} cannot be older than {made.value:.0f} days, as the swarm is", expected)
    if isinstance(changed, Unavailable):
        return unknown(f"the swarm does not tell when it was changed last: {changed.reason}")
    if changed.value > most_days:
        return failed(f"{what}: at least {changed.value:.0f} days old, for nothing was changed since", expected)
    return manual(f"{what}: between {changed.value:.0f} and {made.value:.0f} days old; when replaced last?", expected)


def days_since(moment: str, now: float) -> Known[float] | Unavailable:
    """Days from a time as the engine writes it, in UTC with nanoseconds."""
    try:
        made = datetime.fromisoformat(moment[:19] + "+00:00")
    except ValueError:
        return Unavailable(f"`{moment}` is no time")
    return Known((now - made.timestamp()) / _DAY)
