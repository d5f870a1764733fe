"""From a role's policy to the two profiles that confine its tasks."""

from .generate import build
from .lint import lint
from .policy import load_policy

__all__ = ["build", "lint", "load_policy"]
