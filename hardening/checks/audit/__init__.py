"""Checks of what the audit itself was given."""
