"""OpenAI. https://developers.openai.com/api/reference."""

from typing import ClassVar
from urllib.parse import urlsplit

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.http import Address, Draft, Headers
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool, HostedTool, ToolNamespace
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_endpoints import (
    EmbeddingCodec,
    ImageCodec,
    ModerationCodec,
    SpeechCodec,
    TranscriptionCodec,
)
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers.base import EnvNames
from accord.providers.bridge import Bridge
from accord.providers.openai_like import OpenAILike


class OpenAI(OpenAILike, frozen=True, kw_only=True, tag="openai"):
    """OpenAI's own API, or a server that is like it in every respect.

    `base_url` ends in `/v1`, as `OpenAI(base_url=...)` of the vendor's SDK has it.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("OPENAI_API_KEY",),
        "base_url": ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        "organization": ("OPENAI_ORG_ID", "OPENAI_ORGANIZATION"),
        "project": ("OPENAI_PROJECT_ID",),
    }
    label: ClassVar[str] = "OpenAI"
    default_base_url: ClassVar[str] = "https://api.openai.com/v1"

    organization: str | None = None
    project: str | None = None

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Chat completions, or Responses where the caller speaks it, the model demands it, or the request does."""
        known = facts(self.type, model)
        usual = super().chat_codec(model, wanted)
        responses = OpenAIResponses(model=model, facts=known, provider=self.type)
        if self.dialect is not None:
            return responses if self.dialect == "openai_responses" else usual
        if wanted == "openai_responses" or _only_responses(known):
            return responses
        if not is_openai_host(self.url):
            return usual
        return Bridge(usual=usual, other=responses, needs_other=lambda request: needs_responses(request, known))

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """POST /embeddings; packed floats, as the vendor's own SDK asks for."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of, send_base64=True)

    def image_codec(self, model: str) -> ImageCodec:
        """POST /images/generations."""
        always_base64 = not model.startswith("dall-e")
        return ImageCodec(model=model, provider=self.type, error=self.error_of, always_base64=always_base64)

    def moderation_codec(self, model: str) -> ModerationCodec:
        """POST /moderations."""
        return ModerationCodec(model=model, provider=self.type, error=self.error_of)

    def speech_codec(self, model: str) -> SpeechCodec:
        """POST /audio/speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> TranscriptionCodec:
        """POST /audio/transcriptions."""
        return TranscriptionCodec(model=model, provider=self.type, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """OpenAI's path, with organisation and project where they are set."""
        address = super().address(draft)
        account = (("openai-organization", self.organization), ("openai-project", self.project))
        headers: Headers = tuple([(name, value) for name, value in account if value])
        return Address(url=address.url, method=address.method, headers=headers)


def is_openai_host(url: str) -> bool:
    """Whether it is OpenAI itself, regional and private hosts included: only there its own model rules hold."""
    host = urlsplit(url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")


def needs_responses(request: ChatRequest, known: ModelFacts | None) -> bool:
    """Whether chat completions would refuse the request and Responses takes it.

    Current models refuse function tools on chat completions while they reason, even where the caller asked for no
    effort and the model's default is on; and no model takes effort `max`, tier `ultrafast` or hosted tools there.
    """
    effort = request.reasoning.effort if request.reasoning is not None else None
    if effort == "max" or request.service_tier == "ultrafast":
        return True
    if any(isinstance(tool, HostedTool) and tool.dialect == "openai_responses" for tool in request.tools):
        return True
    has_functions = any(isinstance(tool, FunctionTool | ToolNamespace) for tool in request.tools)
    if not has_functions or known is None or known.chat_tools_with_reasoning is not False:
        return False
    return (effort or known.default_effort or "none") != "none"


def _only_responses(known: ModelFacts | None) -> bool:
    return known is not None and known.dialects == ("openai_responses",)
