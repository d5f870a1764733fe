"""Acts as an intruder inside each confined container, and tells which layer stopped what."""

from .catalogue import PROBES
from .native import probe
from .run import AS_DEPLOYED, DOCKER_DEFAULT, Cluster, Subject, drill
from .subjects import subjects

__all__ = ["AS_DEPLOYED", "DOCKER_DEFAULT", "PROBES", "Cluster", "Subject", "drill", "probe", "subjects"]
