"""Applies a plan: phase by phase, nodes of one phase side by side, every step idempotent."""

from .discovery import announce
from .locking import deploy_lock
from .rollout import wait
from .running import Cluster, Report, run

__all__ = ["Cluster", "Report", "announce", "deploy_lock", "run", "wait"]
