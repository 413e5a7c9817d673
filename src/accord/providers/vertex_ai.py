"""Vertex AI on Google Cloud: Gemini, Claude, Mistral and open models. https://cloud.google.com/vertex-ai/generative-ai/docs."""

import re
from typing import ClassVar

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError, Unsupported
from accord.core.http import Address, Draft
from accord.core.request import ChatRequest
from accord.core.secret import Secret
from accord.dialects.anthropic_messages import AnthropicMessages, CountTokens
from accord.dialects.anthropic_messages import Knobs as AnthropicKnobs
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.gemini import VERTEX, Gemini, GeminiCount, GeminiEmbedding, GeminiImage, method_of
from accord.dialects.openai_chat import Knobs, OpenAIChat
from accord.providers.base import EnvNames, ProviderBase
from accord.providers.credential import Credential, GoogleToken, KeyHeader

# A location or project that could end a host name or add a path would send the token elsewhere.
_LOCATION = re.compile(r"[a-z][a-z0-9-]*")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9:.-]*")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]*")

CLAUDE = AnthropicKnobs(
    model="path",
    version="vertex-2023-10-16",
    media_urls="refused",
    automatic_cache="refused",
    cache_scope="refused",
    attribution="refused",
    account_fields="refused",
)
"""How Anthropic's wire is spoken here."""


class VertexAI(ProviderBase, frozen=True, kw_only=True, tag="vertex_ai"):
    """Google Cloud's models. Gemini is spoken to in Google's wire, Claude in Anthropic's, all others in OpenAI's.

    Models of other publishers are named `publisher/model` (`meta/llama-4-maverick-17b-128e-instruct-maas`).
    """

    env: ClassVar[EnvNames] = {
        "project": ("GOOGLE_CLOUD_PROJECT", "VERTEXAI_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID", "GCLOUD_PROJECT"),
        "location": ("GOOGLE_CLOUD_LOCATION", "VERTEXAI_LOCATION", "VERTEX_LOCATION", "CLOUD_ML_REGION"),
        "credentials": ("GOOGLE_APPLICATION_CREDENTIALS", "VERTEXAI_CREDENTIALS"),
    }
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("project",),)
    secrets: ClassVar[tuple[str, ...]] = ("api_key", "access_token", "credentials")
    label: ClassVar[str] = "Vertex AI"

    project: str = ""
    location: str = "global"
    """A region (`us-central1`), a multi-region (`us`, `eu`), or `global`, where the newest models are."""
    credentials: str = ""
    """A path to a credentials file, or its JSON text; empty is application default credentials."""
    access_token: str = ""
    """An access token, used as it is."""
    quota_project: str | None = None
    """The project that is charged against quotas, if not the credentials' own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _LOCATION.fullmatch(self.location):
            raise ConfigError(f"vertex_ai: `location` must be like us-central1, eu or global, got {self.location!r}")
        if self.project and not _PROJECT.fullmatch(self.project):
            raise ConfigError(f"vertex_ai: `project` is no project id or number: {self.project!r}")
        if not self.project and not self.api_key:
            raise ConfigError("vertex_ai: `project` is missing (or an express-mode `api_key`, which needs none)")

    @property
    def url(self) -> str:
        """The host of the location."""
        if self.base_url:
            return self.base_url.rstrip("/")
        if self.location == "global":
            return "https://aiplatform.googleapis.com"
        if "-" not in self.location:
            return f"https://aiplatform.{self.location}.rep.googleapis.com"
        return f"https://{self.location}-aiplatform.googleapis.com"

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """By publisher: Google's wire, Anthropic's, or OpenAI's."""
        del wanted
        publisher, name = split_model(model)
        known = facts(self.type, name)
        match publisher:
            case "google":
                return Gemini(model=name, facts=known, provider=self.type, knobs=VERTEX)
            case "anthropic":
                return AnthropicMessages(model=name, facts=known, provider=self.type, knobs=CLAUDE)
            case _:
                knobs = Knobs(max_tokens="max_tokens", system="system", custom_tools="function", allowed_tools="filter")
                return OpenAIChat(model=f"{publisher}/{name}", facts=known, provider=self.type, knobs=knobs)

    def embedding_codec(self, model: str) -> GeminiEmbedding:
        """Google's own embedding models."""
        return GeminiEmbedding(model=split_model(model)[1], provider=self.type, knobs=VERTEX)

    def image_codec(self, model: str) -> GeminiImage:
        """Pictures by Gemini's image models."""
        name = split_model(model)[1]
        return GeminiImage(model=name, facts=facts(self.type, name), provider=self.type, knobs=VERTEX)

    def count_codec(self, model: str) -> Codec[ChatRequest, int]:
        """Counts tokens: Gemini's and Claude's. Raises `Unsupported` for models of other publishers."""
        publisher, name = split_model(model)
        known = facts(self.type, name)
        if publisher == "google":
            return GeminiCount(model=name, facts=known, provider=self.type, knobs=VERTEX)
        if publisher == "anthropic":
            return CountTokens(model=name, facts=known, provider=self.type, knobs=CLAUDE)
        raise Unsupported(
            f"vertex_ai counts tokens of Gemini and Claude, not of {model}",
            provider=self.type,
            model=model,
            operation="count_tokens",
        )

    def address(self, draft: Draft) -> Address:
        """The model's path under project and location; express keys need neither."""
        publisher, name = split_model(draft.model)
        quota = (("x-goog-user-project", self.quota_project),) if self.quota_project else ()
        if publisher == "google":
            return Address(
                url=f"{self._root()}/publishers/google/models/{name}:{method_of(draft, VERTEX)}", headers=quota
            )
        if publisher == "anthropic":
            counting = draft.operation == "count_tokens"
            verb = "streamRawPredict" if draft.stream else "rawPredict"
            path = "count-tokens" if counting else name
            return Address(url=f"{self._root()}/publishers/anthropic/models/{path}:{verb}", headers=quota)
        return Address(url=f"{self._root()}/endpoints/openapi/chat/completions", headers=quota)

    def credential(self) -> Credential | None:
        """A token that was given, an express-mode key, or tokens from Google's credentials."""
        if self.access_token:
            return KeyHeader(secret=Secret(self.access_token))
        if self.api_key:
            return KeyHeader(secret=Secret(self.api_key), header="x-goog-api-key", scheme="")
        return GoogleToken(source=Secret(self.credentials).reveal() or None)

    def _root(self) -> str:
        if self.api_key and not self.project:
            return f"{self.url}/v1beta1"
        return f"{self.url}/v1/projects/{self.project}/locations/{self.location}"


def split_model(model: str) -> tuple[str, str]:
    """Publisher and name of a model in any spelling people use. Raises `ConfigError` for a name that is no path."""
    name = re.sub(r"^(projects/[^/]+/locations/[^/]+/)?(publishers/)?", "", model).replace("/models/", "/", 1)
    name = name.removeprefix("models/")
    if not _MODEL.fullmatch(name) or ".." in name:
        raise ConfigError(f"vertex_ai: {model!r} is no model name")
    publisher, slash, rest = name.partition("/")
    if slash:
        return publisher, rest
    if name.startswith("claude"):
        return "anthropic", name
    if name.startswith(("mistral", "codestral", "ministral")):
        return "mistralai", name
    return "google", name
