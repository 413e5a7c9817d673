"""What Azure OpenAI and Azure AI Foundry share: a resource with an address, ways in, and deployments of models.

https://learn.microsoft.com/azure/foundry/openai/reference.
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError
from accord.core.http import Draft
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest
from accord.core.secret import Secret
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_endpoints import EmbeddingCodec, SpeechCodec, TranscriptionCodec
from accord.providers.azure_chat import ON_AZURE, AzureChat, AzureResponses, needs_responses_on_azure
from accord.providers.credential import Credential, EntraToken, KeyHeader
from accord.providers.openai_codec import Served, codec_of
from accord.providers.openai_like import PATHS, OpenAILike

ENTRA_SCOPE = "https://cognitiveservices.azure.com/.default"
"""The scope of access tokens for model inference; it works on every route."""

_VERSION = re.compile(r"[?&]api-version=([^&#]+)")


class AzureResource(OpenAILike, frozen=True, kw_only=True):
    """A resource of the user's own. Its models are named by their deployment."""

    required: ClassVar[tuple[tuple[str, ...], ...]] = (("base_url",), ("api_key", "ad_token", "client_secret"))
    secrets: ClassVar[tuple[str, ...]] = ("api_key", "ad_token", "client_secret")
    names_deployments: ClassVar[bool] = True
    chat: ClassVar[type[AzureChat]] = AzureChat
    example: ClassVar[str] = "https://my-resource.openai.azure.com"
    tail: ClassVar[re.Pattern[str]] = re.compile(r"/openai(/.*)?$")
    """What follows the resource's root in addresses people paste."""

    api_version: str = ""
    """A dated version of the API, where an older route wants one."""
    base_models: Mapping[str, str] = {}
    """For each deployment, the model it runs, which its name does not tell: `{"prod": "gpt-5.4-mini"}`."""
    ad_token: str = ""
    """An Entra ID access token, used as it is."""
    entra: bool = False
    """Gets access tokens from Entra ID: by `tenant`, `client` and `client_secret`, or by the default credentials of the
    azure-identity library."""
    tenant: str = ""
    client: str = ""
    client_secret: str = ""
    scope: str = ENTRA_SCOPE
    """The scope of access tokens; sovereign clouds have their own."""
    key_header: str = "api-key"
    """The header for the key; a front such as API Management may want another."""
    pricing_region: Literal["global", "us", "eu", "apac"] = "global"
    """Where deployments process data, which no answer tells: `global`, or a data zone, which costs more."""
    provisioned: bool = False
    """Whether deployments are paid by the hour (PTU), so that a call has no price of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.base_url:
            raise ConfigError(
                f"{self.type}: `base_url` is missing; it is the endpoint of your resource, such as {self.example}"
            )
        version = _VERSION.search(self.base_url)
        if version and not self.api_version:
            msgspec.structs.force_setattr(self, "api_version", version[1])

    @property
    def url(self) -> str:
        """The resource's root, whatever was pasted after it."""
        parts = urlsplit(self.base_url)
        return urlunsplit((parts.scheme, parts.netloc, self.tail.sub("", parts.path).rstrip("/"), "", ""))

    def base_model(self, deployment: str) -> str:
        """The model that a deployment runs, as far as that is known; else the deployment's own name."""
        return self.base_models.get(deployment, deployment)

    def facts_of(self, model: str) -> ModelFacts | None:
        """What is known of the model behind the deployment."""
        return facts(self.type, self.base_model(model))

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Chat completions, or Responses where the caller speaks it, the model demands it, or the request does."""
        known, served = self.facts_of(model), self.served
        chat = self.chat(model=model, facts=known, provider=self.type, served=served)

        def responses() -> ChatCodec:
            return AzureResponses(model=model, facts=known, provider=self.type, knobs=ON_AZURE, served=served)

        def needs_other(request: ChatRequest, about: ModelFacts | None) -> bool:
            return needs_responses_on_azure(request, about)

        return codec_of(chat, responses, facts=known, pinned=self.dialect, wanted=wanted, needs_other=needs_other)

    @property
    def served(self) -> Served:
        """How the resource's deployments are billed."""
        region = None if self.pricing_region == "global" else self.pricing_region
        return Served(region=region, tier="provisioned" if self.provisioned else None)

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """Embeddings, in packed floats."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of, send_base64=True)

    def speech_codec(self, model: str) -> SpeechCodec:
        """Speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> TranscriptionCodec:
        """Transcriptions."""
        return TranscriptionCodec(model=model, provider=self.type, error=self.error_of)

    def credential(self) -> Credential | None:
        """Exactly one: a token that was given, a key, or tokens from Entra ID."""
        if self.ad_token:
            return KeyHeader(secret=Secret(self.ad_token))
        if self.api_key:
            return KeyHeader(secret=Secret(self.api_key), header=self.key_header.lower(), scheme="")
        if self.entra or self.client_secret:
            return EntraToken(
                scope=self.scope,
                tenant=self.tenant or None,
                client=self.client or None,
                client_secret=Secret(self.client_secret) if self.client_secret else None,
            )
        return None


def path_of(draft: Draft) -> str:
    """The path of a draft under `/openai/v1` and its like."""
    return "/responses" if draft.dialect == "openai_responses" else PATHS[draft.operation]
