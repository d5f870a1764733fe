"""Container images: built without an engine, pushed to a registry, pinned by digest."""

from .builder import build
from .image import Blob, BuiltImage, Progress, Report
from .layout import recorded
from .opened import OpenedImage, built, saved
from .push import push
from .shipping import ship, write_lock

__all__ = [
    "Blob",
    "BuiltImage",
    "OpenedImage",
    "Progress",
    "Report",
    "build",
    "built",
    "push",
    "recorded",
    "saved",
    "ship",
    "write_lock",
]
