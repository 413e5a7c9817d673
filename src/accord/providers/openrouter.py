"""OpenRouter. https://openrouter.ai/docs/api-reference."""

from typing import ClassVar

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.http import Address, Draft, Headers
from accord.core.json import JsonObject, as_object
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.openai_chat import Knobs
from accord.dialects.openai_completions import OpenAICompletions
from accord.providers.balance import BalanceCodec
from accord.providers.base import EnvNames, Sources
from accord.providers.openai_like import OpenAILike
from accord.providers.openrouter_chat import KNOBS, OpenRouterChat, OpenRouterResponses
from accord.providers.openrouter_endpoint import (
    OpenRouterEmbeddings,
    OpenRouterImages,
    OpenRouterSpeech,
    OpenRouterTranscription,
)
from accord.providers.openrouter_list import OpenRouterModels


class OpenRouter(OpenAILike, frozen=True, kw_only=True, tag="openrouter"):
    """Models of many vendors behind one key, under ids like `vendor/model`. The bill stands in each answer (`usage.cost`)."""

    env: ClassVar[EnvNames] = {
        "api_key": ("OPENROUTER_API_KEY", "OR_API_KEY"),
        "base_url": ("OPENROUTER_API_BASE", "OPENROUTER_BASE_URL"),
        "site_url": ("OR_SITE_URL", "OPENROUTER_APP_URL"),
        "app_name": ("OR_APP_NAME", "OPENROUTER_APP_TITLE"),
    }
    label: ClassVar[str] = "OpenRouter"
    sources: ClassVar[Sources] = {
        "chat": "https://openrouter.ai/docs/api-reference",
        "embeddings": "https://openrouter.ai/docs/api-reference",
        "image_generation": "https://openrouter.ai/docs/api-reference",
        "models": "https://openrouter.ai/docs/overview/models",
    }
    default_base_url: ClassVar[str] = "https://openrouter.ai/api/v1"
    keeps_files: ClassVar[bool] = False
    chat: ClassVar[type[OpenRouterChat]] = OpenRouterChat
    knobs: ClassVar[Knobs] = KNOBS

    site_url: str | None = None
    """The app's address, for OpenRouter's rankings (`HTTP-Referer`)."""
    app_name: str | None = None
    """The app's name there (`X-OpenRouter-Title`)."""
    app_categories: tuple[str, ...] = ()
    """What kind of app it is, in OpenRouter's words (`X-OpenRouter-Categories`): `cli-agent`, ..."""

    def facts_of(self, model: str) -> ModelFacts | None:
        """What the catalogue knows of one of its models."""
        return facts(self.type, upstream_name(model))

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Chat completions, or Responses where the caller speaks it."""
        name, known = upstream_name(model), self.facts_of(model)
        if (self.dialect or wanted) == "openai_responses":
            return OpenRouterResponses(model=name, facts=known, provider=self.type)
        return self.chat(model=name, facts=known, provider=self.type)

    def completion_codec(self, model: str) -> OpenAICompletions:
        """POST /completions."""
        return OpenAICompletions(model=upstream_name(model), provider=self.type, error=self.error_of)

    def embedding_codec(self, model: str) -> OpenRouterEmbeddings:
        """POST /embeddings."""
        return OpenRouterEmbeddings(model=model, error=self.error_of)

    def image_codec(self, model: str) -> OpenRouterImages:
        """POST /images."""
        return OpenRouterImages(model=model, error=self.error_of)

    def speech_codec(self, model: str) -> OpenRouterSpeech:
        """POST /audio/speech."""
        return OpenRouterSpeech(model=model, error=self.error_of)

    def transcription_codec(self, model: str) -> OpenRouterTranscription:
        """POST /audio/transcriptions."""
        return OpenRouterTranscription(model=model, error=self.error_of)

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /models/user: those the key may use. The list of all is public."""
        return OpenRouterModels(provider=self.type, error=self.error_of)

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /key: free, and answered to a good key alone, with what is left of its credit."""
        return BalanceCodec(provider=self.type, path="/key", spent=_spent, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """OpenRouter's paths, with attribution where it is set."""
        named = (
            ("http-referer", self.site_url),
            ("x-openrouter-title", self.app_name),
            ("x-openrouter-categories", ",".join(self.app_categories)),
        )
        headers: Headers = tuple([(name, value) for name, value in named if value])
        match draft.operation:
            case "models":
                return Address(url=self.url + (draft.path or "/models/user"), method="GET", headers=headers)
            case "image_generation":
                return Address(url=self.url + "/images", headers=headers)
            case _:
                address = super().address(draft)
                return Address(url=address.url, method=address.method, headers=headers)


def upstream_name(model: str) -> str:
    """The name as OpenRouter has it. Its own routers are called `openrouter/auto` there, of which the first half is
    lost where it was taken for the provider's name.
    """
    return model if "/" in model or not model or model[0] in "~@" else f"openrouter/{model}"


def _spent(body: JsonObject) -> bool | None:
    """https://openrouter.ai/docs/api-reference/limits: `limit_remaining` is in US dollars, `null` without a limit."""
    data = as_object(body.get("data"))
    left = None if data is None else data.get("limit_remaining")
    return None if data is None else isinstance(left, int | float) and left <= 0
