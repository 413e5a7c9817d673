"""Accord: one typed interface to every model provider."""
