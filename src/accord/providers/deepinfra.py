"""DeepInfra. https://docs.deepinfra.com/chat/overview."""

from typing import ClassVar

from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_endpoints import EmbeddingCodec, ImageCodec, ImageEditCodec, SpeechCodec, TranscriptionCodec
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike


class DeepInfra(OpenAILike, frozen=True, kw_only=True, tag="deepinfra"):
    """Open models under ids like `org/name`. The bill stands in each answer (`usage.estimated_cost`)."""

    env: ClassVar[EnvNames] = {
        "api_key": ("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
        "base_url": ("DEEPINFRA_API_BASE",),
    }
    label: ClassVar[str] = "DeepInfra"
    default_base_url: ClassVar[str] = "https://api.deepinfra.com/v1/openai"
    # Its list of models is public.
    probe_proves_key: ClassVar[bool] = False
    knobs: ClassVar[Knobs] = Knobs(
        max_tokens="max_tokens", system="system", custom_tools="function", allowed_tools="filter", tool_strict="omit"
    )

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """POST /embeddings, in numbers: packed floats are not served for every model."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of)

    def image_codec(self, model: str) -> ImageCodec:
        """POST /images/generations."""
        return ImageCodec(model=model, provider=self.type, error=self.error_of)

    def image_edit_codec(self, model: str) -> ImageEditCodec:
        """POST /images/edits."""
        return ImageEditCodec(model=model, provider=self.type, error=self.error_of)

    def speech_codec(self, model: str) -> SpeechCodec:
        """POST /audio/speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> TranscriptionCodec:
        """POST /audio/transcriptions."""
        return TranscriptionCodec(model=model, provider=self.type, error=self.error_of)
