"""DeepSeek. https://api-docs.deepseek.com."""

import re
from functools import partial
from typing import ClassVar, Literal

from accord.core.dialect import Dialect
from accord.core.http import Address, Draft
from accord.core.json import JsonObject
from accord.core.listing import ListRequest, ModelList
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_completions import OpenAICompletions
from accord.providers.address import anthropic_address
from accord.providers.asked import is_forced, is_off
from accord.providers.balance import BalanceCodec
from accord.providers.base import EnvNames, Sources
from accord.providers.bridge import Bridge
from accord.providers.deepseek_chat import KNOBS, DeepSeekChat
from accord.providers.deepseek_model import fitted, thinks
from accord.providers.deepseek_wires import MESSAGES, RESPONSES, DeepSeekMessages, DeepSeekResponses
from accord.providers.fitting import Fitted
from accord.providers.openai_like import OpenAILike
from accord.providers.spoken import check_dialect

_PATH = re.compile(r"(/v1|/beta|/anthropic)*(/chat/completions)?/*$")
"""What people write, or paste, after the host."""

_NOT_COMPLETED = ("n", "best_of", "seed", "logit_bias", "user")
"""What continuing a text does not take. https://api-docs.deepseek.com/api/create-completion"""


class DeepSeek(OpenAILike, frozen=True, kw_only=True, tag="deepseek"):
    """DeepSeek's own API: chat completions, and beside them Responses and Anthropic's Messages.

    A caller's own wire is spoken where it is one of the three; `dialect` pins one. What lives on the beta base (strict tools,
    beginnings of answers) is sent there by itself.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("DEEPSEEK_API_KEY",),
        "base_url": ("DEEPSEEK_API_BASE", "DEEPSEEK_BASE_URL"),
    }
    label: ClassVar[str] = "DeepSeek"
    sources: ClassVar[Sources] = {
        "completion": "https://api-docs.deepseek.com/api/create-completion",
        "chat": "https://api-docs.deepseek.com/api/create-chat-completion",
        "models": "https://api-docs.deepseek.com/api/list-models",
    }
    default_base_url: ClassVar[str] = "https://api.deepseek.com"
    chat: ClassVar[type[DeepSeekChat]] = DeepSeekChat
    knobs: ClassVar[Knobs] = KNOBS

    probe: Literal["balance", "models"] = "balance"
    """What a health check asks for: the account's balance, or (of a proxy without one) the list of models."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_dialect(self, ("openai_chat", "openai_responses", "anthropic_messages"))

    @property
    def url(self) -> str:
        """The host's root, whatever follows it in the address that was given."""
        return _PATH.sub("", super().url)

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """The caller's own wire, where it is one of the three spoken here; else chat completions."""
        known, wire = self.facts_of(model), self.dialect or wanted or "openai_chat"
        codec = self._codec(model, known, wire)
        return Fitted(codec, partial(_fit, known=known, wire=codec.dialect), provider=self.type, model=model)

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /user/balance: an account that cannot pay could serve nobody."""
        if self.probe == "models":
            return self.models_codec()
        return BalanceCodec(provider=self.type, path="/user/balance", spent=_spent, error=self.error_of)

    def completion_codec(self, model: str) -> OpenAICompletions:
        """POST /beta/completions: continues a text, or fills the gap before `suffix`, without thinking."""
        return OpenAICompletions(model=model, provider=self.type, error=self.error_of, refuses=_NOT_COMPLETED)

    def address(self, draft: Draft) -> Address:
        """Messages live under `/anthropic`, everything else at the root."""
        if draft.operation == "completion":
            return Address(url=self.url + "/beta/completions")
        if draft.dialect == "anthropic_messages":
            return anthropic_address(self.url + "/anthropic", draft)
        return super().address(draft)

    def _codec(self, model: str, known: ModelFacts | None, wire: Dialect) -> ChatCodec:
        chat = DeepSeekChat(model=model, facts=known, provider=self.type, knobs=self.knobs)
        match wire:
            case "openai_responses":
                responses = DeepSeekResponses(model=model, facts=known, provider=self.type, knobs=RESPONSES)
                if self.dialect is not None:
                    return responses
                return Bridge(
                    usual=responses, other=lambda: chat, needs_other=lambda request: _needs_chat(request, known)
                )
            case "anthropic_messages":
                return DeepSeekMessages(model=model, facts=known, provider=self.type, knobs=MESSAGES)
            case _:
                return chat


def _fit(request: ChatRequest, losses: Losses, *, known: ModelFacts | None, wire: Dialect) -> ChatRequest:
    return fitted(request, known, losses, wire=wire)


def _needs_chat(request: ChatRequest, known: ModelFacts | None) -> bool:
    """Whether thinking has to be switched off, for which Responses has no documented word."""
    return is_off(request.reasoning) or (is_forced(request.tool_choice) and thinks(request.reasoning, known))


def _spent(body: JsonObject) -> bool | None:
    available = body.get("is_available")
    return None if not isinstance(available, bool) else not available
