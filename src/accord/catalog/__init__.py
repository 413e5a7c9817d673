"""Models, prices and capabilities: data with source and date, and what follows from it. Pure.

The data is written by `scripts/build_catalogue.py` and read on first use; importing reads nothing. What the catalogue
does not know is unknown, and a model it does not know can still be called.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.catalog.shelf import facts, models, nearest

__all__ = ["facts", "models", "nearest"]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {"accord.catalog.shelf": ("facts", "models", "nearest")})
