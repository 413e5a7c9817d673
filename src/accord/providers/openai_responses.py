"""Responses of OpenAI's models, on OpenAI's own hosts and on Azure."""

from typing import ClassVar

from accord.core.error import ProviderError
from accord.core.http import Reply
from accord.core.model import ModelFacts
from accord.core.usage import Usage
from accord.dialects.openai_responses import Knobs, OpenAIResponses
from accord.dialects.openai_responses.usage import ToolUsage
from accord.dialects.openai_responses.wire import Item
from accord.providers.openai_codec import ANYWHERE, ModelChat, Served


class ModelResponses(OpenAIResponses):
    """Responses of a model of OpenAI's."""

    chat: ClassVar[type[ModelChat]] = ModelChat
    """Chat completions of the same host, whose failures are the same."""

    def __init__(
        self,
        *,
        model: str,
        facts: ModelFacts | None = None,
        provider: str = "openai",
        knobs: Knobs | None = None,
        served: Served = ANYWHERE,
    ) -> None:
        super().__init__(model=model, facts=facts, provider=provider, knobs=knobs or Knobs())
        self.served = served

    def usage(self, raw: Item, *, tier: str | None, tools: ToolUsage | None) -> Usage:
        """Token counts, and where the call was served."""
        return self.served.told(super().usage(raw, tier=tier, tools=tools))

    def error(self, reply: Reply) -> ProviderError:
        """The failure: its shapes and codes are those of the host, whichever the wire."""
        return self.chat(model=self.model, provider=self.provider).error(reply)
