"""The report as one self-contained HTML file: nothing is fetched, and nothing in it can run but its own script."""

from .page import render

__all__ = ["render"]
