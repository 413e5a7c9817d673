"""DeepInfra. https://docs.deepinfra.com/chat/overview."""

from typing import ClassVar

from accord.core.http import Address, Draft
from accord.core.listing import ListRequest, ModelList
from accord.dialects.codec import Codec
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_completions import OpenAICompletions
from accord.dialects.openai_endpoints import EmbeddingCodec, ImageCodec, ImageEditCodec, SpeechCodec, TranscriptionCodec
from accord.providers.balance import BalanceCodec
from accord.providers.base import EnvNames, Sources
from accord.providers.deepinfra_chat import KNOBS, DeepInfraChat
from accord.providers.deepinfra_list import DeepInfraModels
from accord.providers.openai_like import OpenAILike

_ACCOUNT = "/me/rate_limit"
"""The page of the account's limits. It tells of no balance."""


class DeepInfra(OpenAILike, frozen=True, kw_only=True, tag="deepinfra"):
    """Open models under ids like `org/name`. The bill stands in each answer (`usage.estimated_cost`)."""

    env: ClassVar[EnvNames] = {
        "api_key": ("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
        "base_url": ("DEEPINFRA_API_BASE",),
    }
    label: ClassVar[str] = "DeepInfra"
    sources: ClassVar[Sources] = {
        "chat": "https://docs.deepinfra.com/chat/overview",
    }
    default_base_url: ClassVar[str] = "https://api.deepinfra.com/v1/openai"
    keeps_files: ClassVar[bool] = False
    chat: ClassVar[type[DeepInfraChat]] = DeepInfraChat
    knobs: ClassVar[Knobs] = KNOBS

    def completion_codec(self, model: str) -> OpenAICompletions:
        """POST /completions."""
        return OpenAICompletions(model=model, provider=self.type, error=self.error_of)

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """POST /embeddings, in numbers: packed floats are not served for every model."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of)

    def image_codec(self, model: str) -> ImageCodec:
        """POST /images/generations, which answers with the picture itself."""
        return ImageCodec(model=model, provider=self.type, error=self.error_of, always_base64=True)

    def image_edit_codec(self, model: str) -> ImageEditCodec:
        """POST /images/edits."""
        return ImageEditCodec(model=model, provider=self.type, error=self.error_of)

    def speech_codec(self, model: str) -> SpeechCodec:
        """POST /audio/speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> TranscriptionCodec:
        """POST /audio/transcriptions."""
        return TranscriptionCodec(model=model, provider=self.type, error=self.error_of)

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /models, which is public."""
        return DeepInfraModels(provider=self.type, error=self.error_of)

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /v1/me/rate_limit, which is free and answered to a good key alone."""
        return BalanceCodec(provider=self.type, path=_ACCOUNT, spent=lambda _: False, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """OpenAI's paths; the account's own pages are beside them."""
        if draft.path == _ACCOUNT:
            return Address(url=self.url.removesuffix("/openai") + _ACCOUNT, method="GET")
        return super().address(draft)
