"""Checks of the Docker engines and their settings."""
