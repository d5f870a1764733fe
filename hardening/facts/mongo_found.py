"""Where a mongod runs; apart from asking it, which loads the database driver."""

from hardening.model.facts import ContainerFacts

PROGRAM = "mongod"
LOOK = {"program": PROGRAM, "open_patterns": [r"^(.+)/mongod\.lock$", r"^(.+/mongod\.lock)$"], "endpoints": True}
"""Looked at inside every container that runs one: its data folder, by the lock it holds open, and its TLS server."""


def runs_in(container: ContainerFacts) -> bool:
    """Whether a mongod runs in the container."""
    return container.runs(PROGRAM)
