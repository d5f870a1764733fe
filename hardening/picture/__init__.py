"""Facts drawn small, for reports: which nodes, services, sets and networks there are, and what holds each task."""

from .cluster import draw

__all__ = ["draw"]
