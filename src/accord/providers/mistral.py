"""Mistral. https://docs.mistral.ai/api."""

from typing import ClassVar

from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_endpoints import EmbeddingCodec, ModerationCodec, SpeechCodec, TranscriptionCodec
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike

ACCEPTS = (
    "model",
    "messages",
    "temperature",
    "top_p",
    "max_tokens",
    "stream",
    "stop",
    "random_seed",
    "metadata",
    "response_format",
    "tools",
    "tool_choice",
    "presence_penalty",
    "frequency_penalty",
    "n",
    "prediction",
    "parallel_tool_calls",
    "reasoning_effort",
    "prompt_mode",
    "guardrails",
    "prompt_cache_key",
    "service_tier",
    "safe_prompt",
    "min_tokens",
    "repetition_penalty",
    "top_k",
    "logprobs",
    "top_logprobs",
)
"""The only top-level fields of its chat wire; any other is refused with 422."""


class Mistral(OpenAILike, frozen=True, kw_only=True, tag="mistral"):
    """Mistral's own API: near OpenAI's, and strict."""

    env: ClassVar[EnvNames] = {"api_key": ("MISTRAL_API_KEY",), "base_url": ("MISTRAL_API_BASE",)}
    label: ClassVar[str] = "Mistral"
    default_base_url: ClassVar[str] = "https://api.mistral.ai/v1"
    knobs: ClassVar[Knobs] = Knobs(
        max_tokens="max_tokens",
        system="system",
        stream_usage="never",
        custom_tools="function",
        allowed_tools="filter",
        accepts=ACCEPTS,
    )

    @property
    def url(self) -> str:
        """The address with `/v1`, however it was given."""
        given = (self.base_url or self.default_base_url).rstrip("/").removesuffix("/chat/completions")
        return given.rstrip("/").removesuffix("/v1") + "/v1"

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """POST /v1/embeddings."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of)

    def moderation_codec(self, model: str) -> ModerationCodec:
        """POST /v1/moderations."""
        return ModerationCodec(model=model, provider=self.type, error=self.error_of)

    def speech_codec(self, model: str) -> SpeechCodec:
        """POST /v1/audio/speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> TranscriptionCodec:
        """POST /v1/audio/transcriptions."""
        return TranscriptionCodec(model=model, provider=self.type, error=self.error_of)
