"""The version of this package."""

VERSION = "0.1.0"
"""As in `pyproject.toml`; a test holds the two together."""
