"""Checks of running containers: the kernel's word first, the engine's beside it."""
