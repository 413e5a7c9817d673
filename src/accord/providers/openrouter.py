"""OpenRouter. https://openrouter.ai/docs/api-reference."""

from typing import ClassVar

from accord.core.http import Address, Draft, Headers
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_endpoints import EmbeddingCodec, SpeechCodec
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike


class OpenRouter(OpenAILike, frozen=True, kw_only=True, tag="openrouter"):
    """Models of many vendors behind one key, under ids like `vendor/model`. The bill stands in each answer (`usage.cost`)."""

    env: ClassVar[EnvNames] = {
        "api_key": ("OPENROUTER_API_KEY", "OR_API_KEY"),
        "base_url": ("OPENROUTER_API_BASE", "OPENROUTER_BASE_URL"),
        "site_url": ("OR_SITE_URL", "OPENROUTER_APP_URL"),
        "app_name": ("OR_APP_NAME", "OPENROUTER_APP_TITLE"),
    }
    label: ClassVar[str] = "OpenRouter"
    default_base_url: ClassVar[str] = "https://openrouter.ai/api/v1"
    knobs: ClassVar[Knobs] = Knobs(
        max_tokens="max_tokens",
        system="system",
        tool_content="parts",
        custom_tools="function",
        allowed_tools="filter",
        reasoning="reasoning",
        reasoning_read=("reasoning", "reasoning_content"),
        reasoning_history="reasoning_details",
        cache_marks="cache_control",
        call_ids="as_given",
    )

    site_url: str | None = None
    """The app's address, for OpenRouter's rankings (`HTTP-Referer`)."""
    app_name: str | None = None
    """The app's name there (`X-OpenRouter-Title`)."""

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """POST /embeddings."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of)

    def speech_codec(self, model: str) -> SpeechCodec:
        """POST /audio/speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """OpenRouter's paths, with attribution where it is set. The list of models is public, that of the key's own is not."""
        address = super().address(draft)
        named = (("http-referer", self.site_url), ("x-openrouter-title", self.app_name))
        headers: Headers = tuple([(name, value) for name, value in named if value])
        url = address.url + "/user" if draft.operation == "models" else address.url
        return Address(url=url, method=address.method, headers=headers)
