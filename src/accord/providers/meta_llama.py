"""Meta: the Meta Model API, successor of the Llama API. https://dev.meta.ai/docs."""

from typing import ClassVar
from urllib.parse import urlsplit

from accord.core.dialect import Dialect
from accord.core.error import ConfigError, Unsupported
from accord.core.http import Address, Draft
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_endpoints import ImageCodec, ImageEditCodec
from accord.providers.address import anthropic_address
from accord.providers.base import EnvNames, Sources
from accord.providers.fitting import Fitted
from accord.providers.meta_model import fitted
from accord.providers.meta_wires import LLAMA_API, MODEL_API, LlamaChat, MetaChat, MetaMessages, MetaResponses
from accord.providers.openai_like import OpenAILike
from accord.providers.spoken import check_dialect

_SHUT_DOWN = "the Llama API at api.llama.com was shut down on 2026-07-06. Its successor is the Meta Model API"
_ELSEWHERE = "Llama models are served by DeepInfra, Groq or Together"
_RETIRED_HOST = "api.llama.com"
_OWN_HOSTS = (".meta.ai", ".meta.com")


class MetaLlama(OpenAILike, frozen=True, kw_only=True, tag="meta_llama"):
    """Meta's models over the Meta Model API: chat completions, Responses and Anthropic's Messages.

    The Llama API at api.llama.com was shut down on 2026-07-06. A server that still speaks its OpenAI wire is used by
    giving its `base_url`; models whose names hold `llama` are asked for as the Llama API wanted it.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("META_API_KEY", "MODEL_API_KEY", "META_MODEL_API_KEY", "LLAMA_API_KEY"),
        "base_url": ("META_API_BASE", "LLAMA_API_BASE", "LLAMA_API_CLIENT_BASE_URL"),
    }
    label: ClassVar[str] = "Meta"
    sources: ClassVar[Sources] = {
        "chat": "https://dev.meta.ai/docs",
        "models": "https://dev.meta.ai/docs",
    }
    default_base_url: ClassVar[str] = "https://api.meta.ai/v1"
    keeps_files: ClassVar[bool] = False
    chat: ClassVar[type[MetaChat]] = MetaChat
    knobs: ClassVar[Knobs] = MODEL_API

    def __post_init__(self) -> None:
        super().__post_init__()
        check_dialect(self, ("openai_chat", "openai_responses", "anthropic_messages"))
        if self._host == _RETIRED_HOST:
            raise ConfigError(
                f"meta_llama: {_SHUT_DOWN} (leave `base_url`, LLAMA_API_BASE and LLAMA_API_CLIENT_BASE_URL out; its models "
                f"are named muse-..., such as muse-spark-1.3); {_ELSEWHERE}"
            )

    @property
    def url(self) -> str:
        """The base address, whatever was pasted after it."""
        return super().url.removesuffix("/chat/completions").removesuffix("/messages").removesuffix("/responses")

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """The caller's own wire, where it is one of the three spoken here; else chat completions.

        Raises `Unsupported` for a Llama model on Meta's own host, which serves none.
        """
        if "llama" in model.lower():
            return self._llama(model)
        codec = self._codec(model, self.dialect or wanted)
        return Fitted(codec, fitted, provider=self.type, model=model)

    def image_codec(self, model: str) -> ImageCodec:
        """POST /images/generations."""
        return ImageCodec(model=model, provider=self.type, error=self.error_of)

    def image_edit_codec(self, model: str) -> ImageEditCodec:
        """POST /images/edits."""
        return ImageEditCodec(model=model, provider=self.type, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """OpenAI's paths, and Anthropic's beside them."""
        if draft.dialect == "anthropic_messages":
            return anthropic_address(self.url, draft)
        return super().address(draft)

    @property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def _codec(self, model: str, wire: Dialect | None) -> ChatCodec:
        known = self.facts_of(model)
        match wire:
            case "openai_responses":
                return MetaResponses(model=model, facts=known, provider=self.type)
            case "anthropic_messages":
                return MetaMessages(model=model, facts=known, provider=self.type)
            case _:
                return MetaChat(model=model, facts=known, provider=self.type, knobs=self.knobs)

    def _llama(self, model: str) -> ChatCodec:
        if self._host.endswith(_OWN_HOSTS):
            raise Unsupported(
                f"meta_llama has no model {model!r}: {_SHUT_DOWN}, whose models are named muse-... (muse-spark-1.3); "
                f"{_ELSEWHERE}",
                provider=self.type,
                model=model,
                operation="chat",
                param="model",
                supported_by=("deepinfra", "groq", "together"),
            )
        if self.dialect not in (None, "openai_chat"):
            raise Unsupported(
                f"meta_llama ({model}) is spoken to over openai_chat alone, and `dialect` pins {self.dialect}",
                provider=self.type,
                model=model,
                operation="chat",
            )
        return LlamaChat(model=model, facts=self.facts_of(model), provider=self.type, knobs=LLAMA_API)
