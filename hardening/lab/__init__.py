"""The lab: a local swarm of real virtual machines, with Debian's kernel, AppArmor enforcing and Debian's engine."""

from .lab import Lab
from .pace import machine_speed, patience
from .status import LabState, LabStatus, NodeStatus

__all__ = ["Lab", "LabState", "LabStatus", "NodeStatus", "machine_speed", "patience"]
