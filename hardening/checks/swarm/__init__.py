"""Checks of the cluster: managers, networks, secrets, services, drift."""
