"""Checks of the machines: kernel, files, auditing."""
