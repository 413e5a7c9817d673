"""Vertex AI on Google Cloud: Gemini, Claude, Mistral and open models.

https://docs.cloud.google.com/vertex-ai/generative-ai/docs. The wire goes by the publisher: Google's own, Anthropic's, Mistral's,
or OpenAI's for all others; and it lives at the host of a location.
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError, InvalidInput, Unsupported
from accord.core.http import Address, Draft, Headers
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.core.operation import Operation
from accord.core.request import ChatRequest
from accord.core.secret import Secret
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.gemini import VERTEX, Gemini, GeminiCount, GeminiEmbedding, GeminiImage, Knobs, method_of
from accord.providers.base import EnvNames, ProviderBase, Sources
from accord.providers.credential import Credential, GoogleToken, KeyHeader
from accord.providers.vertex_codec import CLAUDE, OPEN, VertexClaudeCount, VertexMistral, VertexOpen, claude_codec
from accord.providers.vertex_endpoints import CountingProbe, PublisherModels
from accord.providers.vertex_model import VertexModel, vertex_model

# A location or project that could end a host name or add a path would send the token elsewhere.
_LOCATION = re.compile(r"[a-z][a-z0-9-]*")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9:.-]*")

_WIRES: Mapping[str, Dialect] = {"gemini": "gemini", "claude": "anthropic_messages", "mistral": "openai_chat"}
_IMAGEN_ENDED = "the Imagen models were shut down on 2026-08-17; the successor is gemini-3.1-flash-image"


class VertexAI(ProviderBase, frozen=True, kw_only=True, tag="vertex_ai"):
    """Google Cloud's models. Gemini is spoken to in Google's wire, Claude in Anthropic's, Mistral in its own, all others in
    OpenAI's.

    Models of other publishers are named `publisher/model` (`meta/llama-4-maverick-17b-128e-instruct-maas`), tuned and deployed
    ones by the number of their endpoint. Without any of the fields for credentials, application default credentials are used:
    the file of `GOOGLE_APPLICATION_CREDENTIALS`, that of `gcloud auth application-default login`, or the machine's own
    service account.
    """

    env: ClassVar[EnvNames] = {
        "project": ("GOOGLE_CLOUD_PROJECT", "VERTEXAI_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID", "GCLOUD_PROJECT"),
        "location": ("GOOGLE_CLOUD_LOCATION", "VERTEXAI_LOCATION", "VERTEX_LOCATION", "CLOUD_ML_REGION"),
        "credentials": ("VERTEXAI_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"),
        "quota_project": ("GOOGLE_CLOUD_QUOTA_PROJECT",),
    }
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("project", "api_key"),)
    secrets: ClassVar[tuple[str, ...]] = ("api_key", "access_token", "credentials")
    label: ClassVar[str] = "Vertex AI"
    sources: ClassVar[Sources] = {
        "chat": "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
        "count_tokens": "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens",
        "embeddings": "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api",
        "image_generation": "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-generation",
        "models": "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/publishers.models/list",
    }

    project: str = ""
    location: str = "global"
    """A region (`us-central1`), a multi-region (`us`, `eu`), or `global`, where the newest models are."""
    locations: Mapping[str, str] = {}
    """For models that are not served in `location`, where they are: `{"claude-opus-5": "us-east5"}`."""
    credentials: str = ""
    """A path to a credentials file (service account, workload identity, gcloud's own), or its JSON text; empty is
    application default credentials."""
    access_token: str = ""
    """An access token, used as it is."""
    quota_project: str | None = None
    """The project that is charged against quotas, if not the credentials' own."""
    api_version: Literal["v1", "v1beta1"] = "v1"
    """The version in paths; preview features need `v1beta1`. Express-mode keys always have that."""
    media_urls: Literal["fetch", "google"] = "fetch"
    """Who fetches media that are given to Gemini by an https address: Google itself obeys robots.txt."""
    metadata_labels: bool = False
    """Whether a request's metadata become billing labels, where they can."""
    probe_model: str = "gemini-3.8-flash"
    """The model whose tokens the health probe has counted, free of charge."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, location in (("location", self.location), *_named(self.locations)):
            if not _LOCATION.fullmatch(location):
                raise ConfigError(f"vertex_ai: `{name}` must be like us-central1, eu or global, got {location!r}")
        if self.project and not _PROJECT.fullmatch(self.project):
            raise ConfigError(f"vertex_ai: `project` is no project id or number: {self.project!r}")
        if not self.project and not self.api_key:
            raise ConfigError("vertex_ai: `project` is missing (or an express-mode `api_key`, which needs none)")

    @property
    def express(self) -> bool:
        """Whether it is reached by an express-mode key, which knows its project and has Google's own models alone."""
        return bool(self.api_key) and not self.project

    @property
    def url(self) -> str:
        """The host of the location."""
        return self._host(self.location)

    def facts_of(self, model: str) -> ModelFacts | None:
        """What is known of a model, however its name is spelled."""
        return self._facts(vertex_model(model)) if model else None

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """By publisher: Google's wire, Anthropic's, Mistral's, or OpenAI's."""
        del wanted
        meant = self._meant(model)
        known = self._facts(meant)
        if self._is_open(meant):
            name = meant.name if meant.is_endpoint else meant.full
            return VertexOpen(model=name, facts=known, provider=self.type, knobs=OPEN)
        if meant.wire == "claude":
            regional = self.location_of(meant) != "global"
            return claude_codec(meant.name, known, self.type, regional=regional)
        if meant.wire == "mistral":
            return VertexMistral(model=meant.name, facts=known, provider=self.type)
        return Gemini(model=meant.name, facts=known, provider=self.type, knobs=self._knobs)

    def embedding_codec(self, model: str) -> GeminiEmbedding:
        """Google's own embedding models."""
        meant = self._googles(model, "embeddings", "a text embedding model of Google's: gemini-embedding-2")
        if meant.name.startswith("multimodalembedding"):
            raise self._unsupported(model, "embeddings", f"{model} takes pictures in a form of its own")
        return GeminiEmbedding(model=meant.name, provider=self.type, knobs=VERTEX)

    def image_codec(self, model: str) -> GeminiImage:
        """Pictures by Gemini's image models."""
        if vertex_model(model).name.startswith("imagen"):
            raise self._unsupported(model, "image_generation", _IMAGEN_ENDED)
        meant = self._googles(model, "image_generation", "an image model of Google's: gemini-3.1-flash-image")
        return GeminiImage(model=meant.name, facts=self._facts(meant), provider=self.type, knobs=VERTEX)

    def count_codec(self, model: str) -> Codec[ChatRequest, int]:
        """Counts tokens: Gemini's and Claude's. Raises `Unsupported` for models of other publishers."""
        meant = self._meant(model)
        known = self._facts(meant)
        if meant.wire == "gemini" and not self._is_open(meant):
            return GeminiCount(model=meant.name, facts=known, provider=self.type, knobs=self._knobs)
        if meant.wire == "claude":
            return VertexClaudeCount(model=meant.unversioned, facts=known, provider=self.type, knobs=CLAUDE)
        why = f"vertex_ai counts tokens of Gemini and Claude, not of {model}"
        raise self._unsupported(model, "count_tokens", why)

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """The models that Google itself publishes."""
        return PublisherModels(self.type)

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """Counts two letters: the list of models asks for no project."""
        return CountingProbe(vertex_model(self.probe_model).name, self.type, self.location)

    def address(self, draft: Draft) -> Address:
        """The model's path under project and location; express keys need neither."""
        quota: Headers = (("x-goog-user-project", self.quota_project),) if self.quota_project else ()
        if draft.operation == "models":
            url = f"{self.url}/v1beta1/publishers/google/models?pageSize=200"
            return Address(url=url, method="GET", headers=quota)
        return Address(url=f"{self._root(draft.model)}/{self._path(draft)}", headers=quota)

    def credential(self) -> Credential | None:
        """A token that was given, an express-mode key, or tokens from Google's credentials."""
        if self.access_token:
            return KeyHeader(secret=Secret(self.access_token))
        if self.api_key:
            return KeyHeader(secret=Secret(self.api_key), header="x-goog-api-key", scheme="")
        return GoogleToken(source=Secret(self.credentials) if self.credentials else None)

    def location_of(self, model: VertexModel) -> str:
        """Where a model is asked for."""
        names = (model.name, model.unversioned, model.full)
        return next((self.locations[name] for name in names if name in self.locations), self.location)

    @property
    def _knobs(self) -> Knobs:
        return msgspec.structs.replace(
            VERTEX,
            urls="https" if self.media_urls == "google" else "fetch",
            labels="metadata" if self.metadata_labels else "never",
        )

    def _facts(self, meant: VertexModel) -> ModelFacts | None:
        exact = facts(self.type, meant.full)
        return exact if exact is not None and exact.exact else facts(self.type, meant.name) or exact

    def _meant(self, model: str) -> VertexModel:
        """The model, where this configuration reaches it. Raises `InvalidInput` or `Unsupported`."""
        meant = vertex_model(model)
        if meant.project not in (None, self.project) or meant.location not in (None, self.location_of(meant)):
            raise InvalidInput(
                f"vertex_ai: {model!r} is a resource of another project or location than {self.project} in "
                f"{self.location_of(meant)}; `locations` has a place for models that live elsewhere",
                param="model",
            )
        if self.express and meant.wire != "gemini":
            raise self._unsupported(model, "chat", "an express-mode key reaches Google's own models alone")
        pinned, own = self.dialect, _WIRES.get(meant.wire, "openai_chat")
        if pinned not in (None, own) and not (pinned == "openai_chat" and meant.wire == "gemini"):
            raise self._unsupported(model, "chat", f"{model} is not served on {pinned}, but on {own}")
        return meant

    def _is_open(self, meant: VertexModel) -> bool:
        """Whether it is spoken to in OpenAI's wire. Google serves Gemini there too, with less of what it can."""
        return meant.wire == "open" or (meant.wire == "gemini" and self.dialect == "openai_chat")

    def _googles(self, model: str, operation: Operation, instead: str) -> VertexModel:
        meant = self._meant(model)
        known = self._facts(meant)
        lacks = known is not None and known.exact and operation not in (known.operations or (operation,))
        if meant.wire != "gemini" or lacks:
            raise self._unsupported(model, operation, f"{model} has no {operation} on vertex_ai; ask {instead}")
        return meant

    def _unsupported(self, model: str, operation: Operation, why: str) -> Unsupported:
        return Unsupported(why, provider=self.type, model=model, operation=operation)

    def _host(self, location: str) -> str:
        if self.base_url:
            return self.base_url.rstrip("/")
        if location == "global":
            return "https://aiplatform.googleapis.com"
        if "-" not in location:
            return f"https://aiplatform.{location}.rep.googleapis.com"
        return f"https://{location}-aiplatform.googleapis.com"

    def _root(self, model: str) -> str:
        location = self.location_of(vertex_model(model))
        if self.express:
            return f"{self._host('global')}/v1beta1"
        return f"{self._host(location)}/{self.api_version}/projects/{self.project}/locations/{location}"

    def _path(self, draft: Draft) -> str:
        if draft.dialect == "gemini":
            endpoint = "endpoints" if draft.model.isdigit() else "publishers/google/models"
            return f"{endpoint}/{draft.model}:{method_of(draft, VERTEX)}"
        verb = "streamRawPredict" if draft.stream else "rawPredict"
        if draft.dialect == "anthropic_messages":
            name = "count-tokens" if draft.operation == "count_tokens" else draft.model
            return f"publishers/anthropic/models/{name}:{verb}"
        if "/" not in draft.model and not draft.model.isdigit():
            return f"publishers/mistralai/models/{draft.model}:{verb}"
        return f"endpoints/{draft.model if draft.model.isdigit() else 'openapi'}/chat/completions"


def _named(locations: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"locations.{model}", location) for model, location in locations.items()]
