"""From a role's policy and evidence to the two profiles that confine its tasks."""

from .generate import build, compose, render
from .lint import lint
from .policy import load_policy

__all__ = ["build", "compose", "lint", "load_policy", "render"]
