"""Reads a cluster once, into Facts; and Facts to and from a file."""

from .gather import gather
from .stored import dump, load, write

__all__ = ["dump", "gather", "load", "write"]
