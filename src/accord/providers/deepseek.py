"""DeepSeek. https://api-docs.deepseek.com."""

from typing import ClassVar

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.http import Address, Draft
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers.address import anthropic_address
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike


class DeepSeek(OpenAILike, frozen=True, kw_only=True, tag="deepseek"):
    """DeepSeek's own API: chat completions, and beside them Responses and Anthropic's Messages."""

    env: ClassVar[EnvNames] = {
        "api_key": ("DEEPSEEK_API_KEY",),
        "base_url": ("DEEPSEEK_API_BASE", "DEEPSEEK_BASE_URL"),
    }
    label: ClassVar[str] = "DeepSeek"
    default_base_url: ClassVar[str] = "https://api.deepseek.com"
    knobs: ClassVar[Knobs] = Knobs(
        max_tokens="max_tokens",
        system="system",
        content="text",
        empty_content="empty",
        tool_strict="omit",
        custom_tools="function",
        allowed_tools="filter",
        parallel_tool_calls="omit",
        json_schema="json_object",
        reasoning="thinking",
        reasoning_history="reasoning_content",
        refuses=("n", "seed", "logit_bias", "service_tier", "metadata", "store", "verbosity", "prediction"),
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

    def address(self, draft: Draft) -> Address:
        """Messages live under `/anthropic`, everything else at the root."""
        if draft.dialect == "anthropic_messages":
            return anthropic_address(self.url.removesuffix("/v1") + "/anthropic", draft)
        return super().address(draft)
