"""The wires of OpenAI's models that most calls do not need, loaded when one does."""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.providers.openai_responses import ModelResponses

__all__ = ["ModelResponses"]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {"accord.providers.openai_responses": ("ModelResponses",)})
