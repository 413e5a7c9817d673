"""Vertex AI: Google's cloud around its own models and those of its partners.

https://docs.cloud.google.com/vertex-ai/generative-ai/docs. Paths name project, location and publisher; tokens are bearers;
what Google itself refuses is told in its words, what a partner's model refuses in the partner's.
"""

import hmac
from collections.abc import Mapping

import msgspec

from accord.core.json import NotJson, as_array, as_object, dumps, loads_object
from accord.testing.fake.answer import Answer
from accord.testing.fake.anthropic.error import AnthropicTeller
from accord.testing.fake.anthropic.error import reject as claude_rejects
from accord.testing.fake.anthropic.shape import COUNT_REQUEST as CLAUDE_COUNT
from accord.testing.fake.anthropic.wire import AnthropicWire
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.desk import Rejected, Visit
from accord.testing.fake.gemini.error import GoogleTeller, flawed, reject
from accord.testing.fake.gemini.shape import (
    VERTEX_REQUEST,
)
from accord.testing.fake.gemini.vertex_endpoint import BatchEmbed, CountTokens, Predict, PublisherModels
from accord.testing.fake.gemini.wire import GeminiWire, model_of
from accord.testing.fake.node import node_of
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.operation import perform
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.shape import Flaw
from accord.testing.fake.vendor import Endpoint, Route, Vendor, refused

_TELLER = GoogleTeller()
_VERSIONS = ("vertex-2023-10-16", "2026-10-21")
"""The platform's own, and the one that Anthropic's SDK sends since 2.13."""
_BETAS = frozenset(
    [
        "compact-2026-01-12",
        "computer-use-2025-01-24",
        "computer-use-2025-11-24",
        "context-1m-2025-08-07",
        "context-management-2025-06-27",
        "dangerous-tool-use-2026-09-03",
        "effort-2025-11-24",
        "inline-tools-2026-09-15",
        "interleaved-thinking-2025-05-14",
        "per-turn-control-2026-07-01",
        "thinking-binding-controls-2026-08-01",
        "thinking-display-updates-2026-08-18",
        "tool-search-tool-2025-10-19",
        "web-search-2025-03-05",
    ]
)
_NOT_OF_CLAUDE_HERE = ("cache_control", "service_tier", "inference_geo", "speed", "container", "mcp_servers")


class TokenDoor:
    """Lets in who has an access token; an API key opens express mode's paths alone."""

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """401 in Google's words."""
        if key is None:
            return None
        express = "/projects/" not in request.path and "x-goog-api-key" in dict(request.headers)
        header, scheme = ("x-goog-api-key", "") if express else ("authorization", "Bearer ")
        if hmac.compare_digest((request.header(header) or "").encode(), (scheme + key).encode()):
            return None
        detail = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            "domain": "googleapis.com",
        }
        return Failure(status=401, details=(detail,))


class Claude(msgspec.Struct, frozen=True, kw_only=True):
    """POST publishers/anthropic/models/{model}:rawPredict, or with `stream` :streamRawPredict."""

    stream: bool

    def serve(self, visit: Visit) -> Answer:
        """The message. Raises `Rejected` for what Anthropic's own API alone takes."""
        _check_claude(visit, stream=self.stream)
        try:
            return Conversation(AnthropicWire(version=_VERSIONS)).serve(visit)
        except Rejected as rejected:
            return refused(rejected.failure, AnthropicTeller(), visit.request_id)


class CountClaude:
    """POST publishers/anthropic/models/count-tokens:rawPredict."""

    def serve(self, visit: Visit) -> Answer:
        """The number of tokens. The body names the model here."""
        body = _json(visit)
        if body.pop("anthropic_version", None) not in _VERSIONS:
            raise reject(f"anthropic_version: Input should be '{_VERSIONS[0]}'")
        try:
            read = node_of(CLAUDE_COUNT.read(body, (), open_=not visit.desk.account.strict))
        except Flaw as flaw:
            raise flawed(flaw) from None
        model = read.text("model")
        tokens = prompt_tokens(read.value("system"), read.value("messages"), read.value("tools"))
        return perform(visit, _TELLER, "count_tokens", model, lambda: Answer(pieces=(dumps({"input_tokens": tokens}),)))


class Mistral(msgspec.Struct, frozen=True, kw_only=True):
    """POST publishers/mistralai/models/{model}:rawPredict: Mistral's own wire, with the model in path and body."""

    endpoint: Endpoint
    stream: bool

    def serve(self, visit: Visit) -> Answer:
        """The completion."""
        body, name = _json(visit), model_of(visit).partition("@")[0]
        if body.get("model") != name:
            raise reject(f"The model of the body must be {name}.")
        _check_stream(body, stream=self.stream)
        return self.endpoint.serve(visit)


class OpenModels:
    """POST endpoints/openapi/chat/completions: models are named with their publisher."""

    def serve(self, visit: Visit) -> Answer:
        """The completion."""
        if "/" not in str(_json(visit).get("model", "")):
            raise reject("The model must have the form publisher/model.")
        return Conversation(OpenAIChatWire()).serve(visit)


def vertex_vendor(mistral: Endpoint) -> Vendor:
    """The whole service. `mistral` serves Mistral's wire."""
    return Vendor(
        name="vertex_ai",
        base="",
        door=TokenDoor(),
        teller=GoogleTeller(),
        routes=(
            Route("GET", "/v1beta1/publishers/google/models", PublisherModels()),
            *_google("/v1beta1"),
            *[route for version in ("/v1", "/v1beta1") for route in _located(version, mistral)],
        ),
    )


def _located(version: str, mistral: Endpoint) -> tuple[Route, ...]:
    root = f"{version}/projects/{{project}}/locations/{{location}}"
    partners = f"{root}/publishers"
    return (
        Route("POST", f"{partners}/anthropic/models/count-tokens:rawPredict", CountClaude()),
        Route("POST", f"{partners}/anthropic/models/{{model}}:rawPredict", Claude(stream=False)),
        Route("POST", f"{partners}/anthropic/models/{{model}}:streamRawPredict", Claude(stream=True)),
        Route("POST", f"{partners}/mistralai/models/{{model}}:rawPredict", Mistral(endpoint=mistral, stream=False)),
        Route(
            "POST", f"{partners}/mistralai/models/{{model}}:streamRawPredict", Mistral(endpoint=mistral, stream=True)
        ),
        Route("POST", f"{root}/endpoints/openapi/chat/completions", OpenModels()),
        Route("POST", f"{root}/endpoints/{{model}}:generateContent", _GENERATE),
        Route("POST", f"{root}/endpoints/{{model}}:streamGenerateContent", _STREAM),
        *_google(root),
    )


_GENERATE = Conversation(GeminiWire(stream=False, shape=VERTEX_REQUEST))
_STREAM = Conversation(GeminiWire(stream=True, shape=VERTEX_REQUEST))


def _google(root: str) -> tuple[Route, ...]:
    model = f"{root}/publishers/google/models/{{model}}"
    return (
        Route("POST", f"{model}:generateContent", _GENERATE),
        Route("POST", f"{model}:streamGenerateContent", _STREAM),
        Route("POST", f"{model}:countTokens", CountTokens()),
        Route("POST", f"{model}:predict", Predict()),
        Route("POST", f"{model}:batchEmbedContents", BatchEmbed()),
    )


def _json(visit: Visit) -> dict[str, object]:
    try:
        return loads_object(visit.request.body)
    except NotJson as error:
        raise reject(f"Invalid JSON payload received. {error}") from None


def _check_stream(body: Mapping[str, object], *, stream: bool) -> None:
    if bool(body.get("stream", False)) is not stream:
        raise reject(f"`stream` must be {str(stream).lower()} for this method.")


def _check_claude(visit: Visit, *, stream: bool) -> None:
    body = _json(visit)
    _check_stream(body, stream=stream)
    for name in _NOT_OF_CLAUDE_HERE:
        if name in body:
            raise claude_rejects(f"{name}: Extra inputs are not permitted")
    for beta in (visit.request.header("anthropic-beta") or "").split(","):
        if beta.strip() and beta.strip() not in _BETAS:
            raise claude_rejects(f"Unexpected value(s) `{beta.strip()}` for the `anthropic-beta` header.")
    for message in as_array(body.get("messages")) or []:
        for block in as_array((as_object(message) or {}).get("content")) or []:
            source = as_object((as_object(block) or {}).get("source")) or {}
            if source.get("type") == "url":
                raise claude_rejects("messages: URL sources are not supported")
