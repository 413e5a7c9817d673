"""A model, as `models.list` names it."""

from typing import Literal

from accord.compat.openai.model import Model


class ModelInfo(Model):
    """A model. `created` is in Unix seconds."""

    id: str
    created: int
    object: Literal["model"]
    owned_by: str
    shutdown_date: str | None
