"""Azure OpenAI. https://learn.microsoft.com/azure/foundry/openai/reference."""

import re
from typing import ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError
from accord.core.http import Address, Draft
from accord.core.operation import Operation
from accord.core.secret import Secret
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_endpoints import EmbeddingCodec, ImageCodec, SpeechCodec, TranscriptionCodec
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers.base import EnvNames
from accord.providers.bridge import Bridge
from accord.providers.credential import Credential, EntraToken, KeyHeader
from accord.providers.openai import needs_responses
from accord.providers.openai_like import PATHS, OpenAILike, method_of

ENTRA_SCOPE = "https://cognitiveservices.azure.com/.default"
"""The scope of access tokens for model inference; it works on every route."""

UNDATED = frozenset({"", "v1", "preview", "latest"})
"""Values of an API version that mean the v1 route, which has none."""


class Azure(OpenAILike, frozen=True, kw_only=True, tag="azure"):
    """OpenAI's models on an Azure resource. Models are named by their deployment.

    `base_url` is the resource's endpoint, as `AzureOpenAI(azure_endpoint=...)` of the vendor's SDK has it; whatever follows
    the host in an address copied from the portal is understood. Without `api_version` the v1 route is used.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
        "ad_token": ("AZURE_OPENAI_AD_TOKEN", "AZURE_AD_TOKEN"),
        "base_url": ("AZURE_OPENAI_ENDPOINT", "AZURE_API_BASE"),
        "api_version": ("AZURE_API_VERSION", "OPENAI_API_VERSION"),
        "tenant": ("AZURE_TENANT_ID",),
        "client": ("AZURE_CLIENT_ID",),
        "client_secret": ("AZURE_CLIENT_SECRET",),
        "scope": ("AZURE_SCOPE",),
    }
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("base_url",), ("api_key", "ad_token", "client_secret"))
    secrets: ClassVar[tuple[str, ...]] = ("api_key", "ad_token", "client_secret")
    label: ClassVar[str] = "Azure OpenAI"

    api_version: str = ""
    """A dated version (`2024-10-21`) uses the deployment route; empty or `v1` the current one."""
    base_models: dict[str, str] = {}
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
    key_header: str = "api-key"
    """The header for the key; a front such as API Management may want another."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.base_url:
            raise ConfigError(
                f"{self.type}: `base_url` is missing; it is the endpoint of your resource, "
                "such as https://my-resource.openai.azure.com"
            )
        version = re.search(r"[?&]api-version=([^&]+)", self.base_url)
        if version and not self.api_version:
            msgspec.structs.force_setattr(self, "api_version", version[1])

    @property
    def url(self) -> str:
        """The resource's root, whatever was pasted after it."""
        parts = urlsplit(self.base_url)
        path = parts.path.partition("/openai")[0].rstrip("/")
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    def base_model(self, deployment: str) -> str:
        """The model that a deployment runs, as far as that is known; else the deployment's own name."""
        return self.base_models.get(deployment, deployment)

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Chat completions, or Responses where the caller speaks it, the model demands it, or the request does."""
        known = facts(self.type, self.base_model(model))
        usual = self.chat(model=model, facts=known, provider=self.type, knobs=self.knobs)
        responses = OpenAIResponses(model=model, facts=known, provider=self.type)
        if self.dialect is not None:
            return responses if self.dialect == "openai_responses" else usual
        if wanted == "openai_responses" or (known is not None and known.dialects == ("openai_responses",)):
            return responses
        return Bridge(usual=usual, other=responses, needs_other=lambda request: needs_responses(request, known))

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """Embeddings, in packed floats."""
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of, send_base64=True)

    def image_codec(self, model: str) -> ImageCodec:
        """Pictures; the models there answer with the picture itself."""
        return ImageCodec(model=model, provider=self.type, error=self.error_of, always_base64=True)

    def speech_codec(self, model: str) -> SpeechCodec:
        """Speech."""
        return SpeechCodec(model=model, provider=self.type, error=self.error_of)

    def transcription_codec(self, model: str) -> TranscriptionCodec:
        """Transcriptions."""
        return TranscriptionCodec(model=model, provider=self.type, error=self.error_of)

    def address(self, draft: Draft) -> Address:
        """The v1 route, or for a dated version the deployment's own."""
        path = "/responses" if draft.dialect == "openai_responses" else PATHS[draft.operation]
        if self.api_version in UNDATED:
            return Address(url=f"{self.url}/openai/v1{path}", method=method_of(draft.operation))
        where = f"/deployments/{quote(draft.model, safe='')}" if _by_deployment(draft.operation, path) else ""
        return Address(
            url=f"{self.url}/openai{where}{path}?api-version={self.api_version}", method=method_of(draft.operation)
        )

    def credential(self) -> Credential | None:
        """Exactly one: a token that was given, a key, or tokens from Entra ID."""
        if self.ad_token:
            return KeyHeader(secret=Secret(self.ad_token))
        if self.api_key:
            return KeyHeader(secret=Secret(self.api_key), header=self.key_header, scheme="")
        if self.entra or self.client_secret:
            return EntraToken(
                scope=self.scope,
                tenant=self.tenant or None,
                client=self.client or None,
                client_secret=Secret(self.client_secret) if self.client_secret else None,
            )
        return None


def _by_deployment(operation: Operation, path: str) -> bool:
    """Whether the dated API has the operation under the deployment rather than under the resource."""
    return operation != "models" and path != "/responses"
