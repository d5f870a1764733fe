"""Checks of NGINX servers and their configuration."""
