"""Moments: seconds since the epoch."""

from typing import Annotated

from msgspec import Meta

LAST = 253402300799
"""The last second of the year 9999, after which calendars of most programs end."""

Moment = Annotated[float, Meta(ge=0, le=LAST)]
"""A moment that can be shown as a date."""
