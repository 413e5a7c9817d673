"""Meta: the Meta Model API, successor of the Llama API. https://dev.meta.ai/docs."""

from typing import ClassVar

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError
from accord.core.http import Address, Draft
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_endpoints import ImageCodec, ImageEditCodec
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers.address import anthropic_address
from accord.providers.base import EnvNames, Sources
from accord.providers.openai_like import OpenAILike


class MetaLlama(OpenAILike, frozen=True, kw_only=True, tag="meta_llama"):
    """Meta's models. The Llama API at api.llama.com was shut down on 2026-07-06; a server that still speaks its OpenAI wire
    is used by giving its `base_url`.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("META_API_KEY", "MODEL_API_KEY", "LLAMA_API_KEY"),
        "base_url": ("META_API_BASE", "LLAMA_API_BASE"),
    }
    label: ClassVar[str] = "Meta"
    sources: ClassVar[Sources] = {
        "chat": "https://dev.meta.ai/docs",
        "models": "https://dev.meta.ai/docs",
    }
    default_base_url: ClassVar[str] = "https://api.meta.ai/v1"
    knobs: ClassVar[Knobs] = Knobs(
        system="system",
        tool_choice="unforced",
        custom_tools="function",
        allowed_tools="filter",
        refuses=("stop",),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if "api.llama.com" in self.base_url:
            raise ConfigError(
                "meta_llama: the Llama API at api.llama.com was shut down on 2026-07-06. Its successor is the Meta Model "
                "API (leave `base_url` out; models are named muse-...); Llama models are served by DeepInfra, Groq or "
                "Together"
            )

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """The caller's own wire, where it is one of the three spoken here; else chat completions."""
        match self.dialect or wanted:
            case "openai_responses":
                return OpenAIResponses(model=model, facts=facts(self.type, model), provider=self.type)
            case "anthropic_messages":
                return AnthropicMessages(model=model, facts=facts(self.type, model), provider=self.type)
            case _:
                return super().chat_codec(model, wanted)

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
