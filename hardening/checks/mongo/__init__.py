"""Checks of MongoDB members and replica sets."""
