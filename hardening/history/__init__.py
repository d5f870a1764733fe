"""Reports of earlier audits: read, compared with, kept."""

from .changes import compare
from .files import load
from .store import History, Store, open_store

__all__ = ["History", "Store", "compare", "load", "open_store"]
