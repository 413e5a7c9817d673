"""Moonshot AI (Kimi). https://platform.kimi.ai/docs."""

import re
from typing import ClassVar, Literal

from accord.core.dialect import Dialect
from accord.core.error import ProviderError
from accord.core.http import Address, Draft, Reply
from accord.core.json import JsonObject, as_object
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.anthropic_messages import Knobs as MessagesKnobs
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.openai_responses import Knobs as ResponsesKnobs
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers.address import anthropic_address
from accord.providers.balance import BalanceCodec
from accord.providers.base import EnvNames, Sources
from accord.providers.fitting import Fitted
from accord.providers.moonshot_chat import MoonshotChat
from accord.providers.moonshot_count import MoonshotCount
from accord.providers.moonshot_model import fitted
from accord.providers.openai_like import OpenAILike
from accord.providers.spoken import check_dialect

_PATH = re.compile(r"(/v1|/anthropic)*(/chat/completions)?/*$")
"""What people write, or paste, after the host."""

# Addresses of pictures are not fetched, whichever the wire.
_RESPONSES = ResponsesKnobs(media_urls="refused")
_MESSAGES = MessagesKnobs(media_urls="refused")


class Moonshot(OpenAILike, frozen=True, kw_only=True, tag="moonshot"):
    """Kimi models, over chat completions; Responses (K3 and later) and Anthropic's Messages where `dialect` pins them.

    The platforms outside and inside China have separate keys: for the latter, `base_url` is https://api.moonshot.cn/v1.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY", "KIMI_API_KEY"),
        "base_url": ("MOONSHOT_API_BASE", "MOONSHOTAI_BASE_URL", "KIMI_BASE_URL"),
    }
    label: ClassVar[str] = "Moonshot AI"
    sources: ClassVar[Sources] = {
        "chat": "https://platform.kimi.ai/docs",
        "models": "https://platform.kimi.ai/docs",
    }
    default_base_url: ClassVar[str] = "https://api.moonshot.ai/v1"
    chat: ClassVar[type[MoonshotChat]] = MoonshotChat

    probe: Literal["balance", "models"] = "balance"
    """What a health check asks for: the account's balance, or (of a proxy without one) the list of models."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_dialect(self, ("openai_chat", "openai_responses", "anthropic_messages"))

    @property
    def url(self) -> str:
        """The address with `/v1`, however it was given."""
        return _PATH.sub("", super().url) + "/v1"

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Chat completions, or the wire that is pinned."""
        del wanted
        codec = self._codec(model, self.facts_of(model))
        return Fitted(codec, lambda request, losses: fitted(request, model, losses), provider=self.type, model=model)

    def count_codec(self, model: str) -> MoonshotCount:
        """POST /tokenizers/estimate-token-count."""
        return MoonshotCount(MoonshotChat(model=model, facts=self.facts_of(model), provider=self.type))

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /users/me/balance: an account that cannot pay could serve nobody."""
        if self.probe == "models":
            return self.models_codec()
        return BalanceCodec(provider=self.type, path="/users/me/balance", spent=_spent, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """Messages live under `/anthropic`, everything else under `/v1`."""
        if draft.dialect == "anthropic_messages":
            return anthropic_address(self.url.removesuffix("/v1") + "/anthropic", draft)
        return super().address(draft)

    def _codec(self, model: str, known: ModelFacts | None) -> ChatCodec:
        match self.dialect:
            case "openai_responses":
                return MoonshotResponses(model=model, facts=known, provider=self.type, knobs=_RESPONSES)
            case "anthropic_messages":
                return MoonshotMessages(model=model, facts=known, provider=self.type, knobs=_MESSAGES)
            case _:
                return MoonshotChat(model=model, facts=known, provider=self.type)


class MoonshotResponses(OpenAIResponses):
    """Responses on Moonshot."""

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as chat completions of the same host tell of it."""
        return MoonshotChat(model=self.model, provider=self.provider).error(reply)


class MoonshotMessages(AnthropicMessages):
    """Messages on Moonshot."""

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as chat completions of the same host tell of it."""
        return MoonshotChat(model=self.model, provider=self.provider).error(reply)


def _spent(body: JsonObject) -> bool | None:
    left = (as_object(body.get("data")) or {}).get("available_balance")
    return None if isinstance(left, bool) or not isinstance(left, int | float) else left <= 0
