"""Security hardening and audit for Docker Swarm."""

__version__ = "0.1.0"
