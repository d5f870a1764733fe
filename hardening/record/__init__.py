"""Watches a service and keeps what it did, as evidence for its profile."""

from .merging import merge
from .recordings import recording
from .session import Outcome, Target, record, watch
from .store import write

__all__ = ["Outcome", "Target", "merge", "record", "recording", "watch", "write"]
