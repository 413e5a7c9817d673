"""Conversations with OpenAI's models, on OpenAI's own hosts and on Azure: two wires, and the choice between them."""

from collections.abc import Callable

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import JsonObject
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.dialects import openai_chat
from accord.dialects.codec import ChatCodec, ChatExchange, Inbound
from accord.dialects.openai_chat import Knobs, OpenAIChat
from accord.providers.bridge import Bridge
from accord.providers.fitting import Fitted
from accord.providers.openai_model import fitted, needs_responses, on_chat


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how calls are served, as far as it decides the price and the answer does not say it."""

    region: str | None = None
    tier: str | None = None

    def told(self, usage: Usage) -> Usage:
        """The usage with what the answer left out."""
        if self.region is None and self.tier is None:
            return usage
        return msgspec.structs.replace(usage, region=self.region, service_tier=self.tier or usage.service_tier)


ANYWHERE = Served()


class ModelChat(OpenAIChat, forwards=True):
    """Chat completions of a model of OpenAI's."""

    def __init__(
        self,
        *,
        model: str,
        facts: ModelFacts | None = None,
        provider: str = "openai",
        knobs: Knobs | None = None,
        served: Served = ANYWHERE,
    ) -> None:
        super().__init__(model=model, facts=on_chat(facts), provider=provider, knobs=knobs)
        self.served = served

    def usage(self, raw: JsonObject, service_tier: str | None) -> Usage:
        """Token counts, and where the call was served."""
        return self.served.told(super().usage(raw, service_tier))

    def forward(self, inbound: Inbound) -> ChatExchange | None:
        """As the dialect does; but a limit under its old name is rewritten for models that are not known, too."""
        if self.facts is None and isinstance(inbound, openai_chat.ChatInbound) and inbound.old_limit is not None:
            return None
        return super().forward(inbound)


def codec_of(
    chat: ModelChat,
    responses: Callable[[], ChatCodec],
    *,
    facts: ModelFacts | None,
    pinned: Dialect | None,
    wanted: Dialect | None,
    needs_other: Callable[[ChatRequest, ModelFacts | None], bool] = needs_responses,
) -> ChatCodec:
    """The wire that is pinned, or that the caller speaks; else chat completions, and Responses where a request needs it.

    `responses` makes the codec of the other wire, which is loaded and made only then.
    """
    known = facts
    served = known.dialects if known is not None and known.dialects is not None else ("openai_chat", "openai_responses")
    codec: ChatCodec = Bridge(usual=chat, other=responses, needs_other=lambda request: needs_other(request, known))
    if (pinned or wanted) == "openai_responses" or "openai_chat" not in served:
        codec = responses()
    if pinned == "openai_chat" or "openai_responses" not in served:
        codec, known = chat, chat.facts
    return Fitted(
        codec,
        lambda request, losses: fitted(request, known, losses),
        provider=chat.provider,
        model=chat.model,
    )
