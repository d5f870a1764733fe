"""Moments as people type them."""

import re
from datetime import UTC, datetime

from .errors import HardenError

_AGO = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str, now: float) -> float:
    """Seconds since the epoch.

    Args:
        text: `10m` for ten minutes ago (s, m, h, d), or a moment by ISO 8601, in UTC where it names no zone.
        now: seconds since the epoch.

    Raises:
        HardenError: it is neither.
    """
    if ago := _AGO.fullmatch(text):
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise HardenError(f"`{text}` is no moment", "such as 10m, 2h, or 2026-11-24T07:00:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
