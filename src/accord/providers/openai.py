"""OpenAI. https://developers.openai.com/api/reference."""

import re
from typing import TYPE_CHECKING, ClassVar

from accord.core.dialect import Dialect
from accord.core.error import Unsupported
from accord.core.http import Address, Draft, Headers
from accord.dialects import openai_completions, openai_endpoints, openai_responses
from accord.providers import openai_wire
from accord.providers.base import EnvNames, Sources
from accord.providers.openai_like import OpenAILike

if TYPE_CHECKING:
    from accord.core.request import ChatRequest
    from accord.dialects.codec import ChatCodec, Codec

_PATH = re.compile(r"/(chat/completions|responses|embeddings)/?$")
"""What people paste after the base address."""


class OpenAI(OpenAILike, frozen=True, kw_only=True, tag="openai"):
    """OpenAI's own API, or a server that is like it in every respect.

    `base_url` ends in `/v1`, as `OpenAI(base_url=...)` of the vendor's SDK has it. Hosts of a region
    (`https://eu.api.openai.com/v1`) process the data there, at a price of their own.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("OPENAI_API_KEY",),
        "base_url": ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        "organization": ("OPENAI_ORG_ID", "OPENAI_ORGANIZATION"),
        "project": ("OPENAI_PROJECT_ID",),
    }
    label: ClassVar[str] = "OpenAI"
    sources: ClassVar[Sources] = {
        "completion": "https://developers.openai.com/api/reference/resources/completions",
        "chat": "https://developers.openai.com/api/reference/resources/chat",
        "embeddings": "https://developers.openai.com/api/reference/resources/embeddings",
        "image_generation": "https://developers.openai.com/api/reference/resources/images",
        "image_edit": "https://developers.openai.com/api/reference/resources/images",
        "moderation": "https://developers.openai.com/api/reference/resources/moderations",
        "speech": "https://developers.openai.com/api/reference/resources/audio",
        "transcription": "https://developers.openai.com/api/reference/resources/audio",
        "count_tokens": "https://developers.openai.com/api/reference/resources/responses/subresources/input_tokens",
        "models": "https://developers.openai.com/api/reference/resources/models",
    }
    default_base_url: ClassVar[str] = "https://api.openai.com/v1"

    organization: str | None = None
    project: str | None = None
    hosted_by_openai: bool | None = None
    """Whether OpenAI itself answers, so that the rules of its models hold: say so for a proxy of your own before it.
    `None` goes by the name of the host."""

    @property
    def url(self) -> str:
        """The base address, whatever was pasted after it."""
        return _PATH.sub("", super().url)

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> "ChatCodec":
        """Chat completions, or Responses where the caller speaks it, the model demands it, or the request does.

        The rules of OpenAI's models hold on its own hosts alone; another server decides for itself.
        """
        known = self.facts_of(model)
        if self._is_openai:
            served = openai_wire.Served(region=openai_wire.region_of(self.url))
            chat = openai_wire.ModelChat(model=model, facts=known, provider=self.type, served=served)
            return openai_wire.codec_of(
                chat,
                lambda: openai_wire.ModelResponses(model=model, facts=known, provider=self.type, served=served),
                facts=known,
                pinned=self.dialect,
                wanted=wanted,
            )
        only_responses = known is not None and known.dialects == ("openai_responses",)
        if (self.dialect or wanted) == "openai_responses" or (self.dialect is None and only_responses):
            return openai_responses.OpenAIResponses(model=model, facts=known, provider=self.type)
        return super().chat_codec(model, wanted)

    def count_codec(self, model: str) -> "Codec[ChatRequest, int]":
        """POST /responses/input_tokens, which is free of charge. Raises `Unsupported` on other hosts than OpenAI's."""
        if not self._is_openai:
            raise Unsupported(
                "this server is not OpenAI's own, which counts tokens (`hosted_by_openai` says that it is)",
                provider=self.type,
                model=model,
                operation="count_tokens",
            )
        return openai_responses.CountInput(
            openai_responses.OpenAIResponses(model=model, facts=self.facts_of(model), provider=self.type)
        )

    @property
    def _is_openai(self) -> bool:
        return openai_wire.is_openai_host(self.url) if self.hosted_by_openai is None else self.hosted_by_openai

    def completion_codec(self, model: str) -> "openai_completions.OpenAICompletions":
        """POST /completions."""
        return openai_completions.OpenAICompletions(model=model, provider=self.type, error=self.error_of)

    def embedding_codec(self, model: str) -> "openai_endpoints.EmbeddingCodec":
        """POST /embeddings; packed floats, as the vendor's own SDK asks for."""
        return openai_endpoints.EmbeddingCodec(model=model, provider=self.type, error=self.error_of, send_base64=True)

    def image_codec(self, model: str) -> "openai_endpoints.ImageCodec":
        """POST /images/generations."""
        always_base64 = not model.startswith("dall-e")
        return openai_endpoints.ImageCodec(
            model=model, provider=self.type, error=self.error_of, always_base64=always_base64
        )

    def image_edit_codec(self, model: str) -> "openai_endpoints.ImageEditCodec":
        """POST /images/edits."""
        always_base64 = not model.startswith("dall-e")
        return openai_endpoints.ImageEditCodec(
            model=model, provider=self.type, error=self.error_of, always_base64=always_base64
        )

    def moderation_codec(self, model: str) -> "openai_endpoints.ModerationCodec":
        """POST /moderations."""
        return openai_endpoints.ModerationCodec(model=model, provider=self.type, error=self.error_of)

    def speech_codec(self, model: str) -> "openai_endpoints.SpeechCodec":
        """POST /audio/speech."""
        return openai_endpoints.SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> "openai_endpoints.TranscriptionCodec":
        """POST /audio/transcriptions."""
        return openai_endpoints.TranscriptionCodec(model=model, provider=self.type, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """OpenAI's path, with organisation and project where they are set."""
        address = super().address(draft)
        account = (("openai-organization", self.organization), ("openai-project", self.project))
        headers: Headers = tuple([(name, value) for name, value in account if value])
        return Address(url=address.url, method=address.method, headers=headers)
