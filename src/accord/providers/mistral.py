"""Mistral. https://docs.mistral.ai/api."""

import re
from typing import ClassVar
from urllib.parse import urlsplit

from accord.core.dialect import Dialect
from accord.core.http import Address, Draft
from accord.core.secret import Secret
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_chat import Knobs
from accord.providers.base import EnvNames, Sources
from accord.providers.credential import Credential, KeyHeader
from accord.providers.mistral_chat import KNOBS, MistralChat
from accord.providers.mistral_endpoints import (
    MistralEmbeddings,
    MistralModeration,
    MistralSpeech,
    MistralTranscription,
)
from accord.providers.mistral_fim import MistralFim
from accord.providers.openai_like import OpenAILike

_PATH = re.compile(r"(/v1)?(/chat/completions)?/*$")
"""What people write, or paste, after the host."""
_REGIONS = frozenset({"eu", "us"})


class Mistral(OpenAILike, frozen=True, kw_only=True, tag="mistral"):
    """Mistral's own API: near OpenAI's, and strict.

    `base_url` may be one of a region (`https://api.eu.mistral.ai`), at a price of its own, or Codestral's own host, which
    wants a key of its own.
    """

    env: ClassVar[EnvNames] = {"api_key": ("MISTRAL_API_KEY",), "base_url": ("MISTRAL_API_BASE",)}
    label: ClassVar[str] = "Mistral"
    sources: ClassVar[Sources] = {
        "completion": "https://docs.mistral.ai/api/endpoint/fim",
        "chat": "https://docs.mistral.ai/api/endpoint/chat",
        "embeddings": "https://docs.mistral.ai/api/endpoint/embeddings",
        "moderation": "https://docs.mistral.ai/api/endpoint/classifiers",
        "speech": "https://docs.mistral.ai/api",
        "transcription": "https://docs.mistral.ai/api",
        "models": "https://docs.mistral.ai/api/endpoint/models",
    }
    default_base_url: ClassVar[str] = "https://api.mistral.ai/v1"
    chat: ClassVar[type[MistralChat]] = MistralChat
    knobs: ClassVar[Knobs] = KNOBS

    @property
    def url(self) -> str:
        """The address with `/v1`, however it was given."""
        return _PATH.sub("", self.base_url or self.default_base_url) + "/v1"

    @property
    def region(self) -> str | None:
        """Where calls are processed, by the host; `None` is anywhere."""
        label = (urlsplit(self.url).hostname or "").removeprefix("api.").partition(".")[0]
        return label if label in _REGIONS else None

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """POST /v1/chat/completions."""
        del wanted
        return self.chat(model=model, facts=self.facts_of(model), provider=self.type, region=self.region)

    def completion_codec(self, model: str) -> MistralFim:
        """POST /v1/fim/completions."""
        return MistralFim(self.chat(model=model, facts=self.facts_of(model), provider=self.type, region=self.region))

    def address(self, draft: Draft) -> Address:
        """OpenAI's paths, but for texts that are continued."""
        return Address(url=f"{self.url}/fim/completions") if draft.operation == "completion" else super().address(draft)

    def embedding_codec(self, model: str) -> MistralEmbeddings:
        """POST /v1/embeddings."""
        return MistralEmbeddings(model=model, error=self.error_of, region=self.region)

    def moderation_codec(self, model: str) -> MistralModeration:
        """POST /v1/moderations."""
        return MistralModeration(model=model, error=self.error_of)

    def speech_codec(self, model: str) -> MistralSpeech:
        """POST /v1/audio/speech."""
        return MistralSpeech(model=model, error=self.error_of)

    def transcription_codec(self, model: str) -> MistralTranscription:
        """POST /v1/audio/transcriptions."""
        return MistralTranscription(model=model, error=self.error_of)

    def credential(self) -> Credential | None:
        """The key; people also paste it with the word that goes before it in the header."""
        key = Secret(self.api_key).reveal().removeprefix("Bearer ").strip()
        return KeyHeader(secret=Secret(key)) if key else None
