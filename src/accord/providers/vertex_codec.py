"""The wires of other publishers as Vertex AI serves them: Google's failures around each vendor's own.

https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/use-partner-models. What never reached the
vendor's model (who may call, quotas, names) is told in Google's shape, what it answered itself in its own.
"""

from typing import ClassVar

import msgspec

from accord.core.error import ContentFiltered, InvalidRequest, ProviderError
from accord.core.event import Event
from accord.core.http import Reply
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads
from accord.core.model import ModelFacts
from accord.core.usage import Usage
from accord.dialects.anthropic_messages import AnthropicMessages, CountTokens
from accord.dialects.anthropic_messages import Knobs as AnthropicKnobs
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.stream import MessageDecoder
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.wire_event import WireEvent
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.gemini.error import error_of, failure_of
from accord.dialects.openai_chat import Encoding, Json, Knobs, OpenAIChat
from accord.providers.mistral_chat import MistralChat

_BETAS = (
    "tool-search-tool-2025-10-19",
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
    "web-search-2025-03-05",
)
"""The betas that are taken; any other is a 400."""
_BETAS_BY_OTHER_NAMES = {"advanced-tool-use-2025-11-20": "tool-search-tool-2025-10-19"}

CLAUDE = AnthropicKnobs(
    model="path",
    version="vertex-2023-10-16",
    known_betas=_BETAS,
    media_urls="refused",
    automatic_cache="refused",
    cache_scope="refused",
    attribution="refused",
    account_fields="refused",
)
"""How Anthropic's wire is spoken here. https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai"""

OPEN = Knobs(max_tokens="max_tokens", system="system", custom_tools="function", allowed_tools="filter")
"""How OpenAI's wire is spoken here.
https://docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview"""


def google_error(reply: Reply, *, provider: str, model: str) -> ProviderError | None:
    """The failure in a reply that tells it in Google's shape, `None` in any other."""
    try:
        value = loads(reply.body)
    except NotJson:
        return None
    items = as_array(value)
    if not _is_google(as_object(items[0] if items else value) or {}):
        return None
    return error_of(reply, provider=provider, model=model)


def _is_google(body: JsonObject) -> bool:
    """Google's errors have a number for a code, and a word for it as `status`. Vendors' own have other members."""
    error = as_object(body.get("error")) or {}
    return isinstance(error.get("status"), str) and isinstance(error.get("code"), int)


class VertexClaude(AnthropicMessages):
    """Claude's conversations."""

    regional: bool = False
    """Whether calls are bound to a place, which costs more than `global`."""

    def betas(self, translation: Translation, body: Block) -> tuple[str, ...]:
        """Those that are taken, one of them under the name it has here."""
        asked = translation.own.get("betas")
        for name in as_array(asked) or []:
            if isinstance(name, str) and name in _BETAS_BY_OTHER_NAMES:
                translation.betas.append(_BETAS_BY_OTHER_NAMES[name])
        return super().betas(translation, body)

    def usage(self, raw: JsonObject) -> Usage:
        """What was used, and at which price."""
        usage = super().usage(raw)
        return msgspec.structs.replace(usage, region="regional" if self.regional else None)

    def stream(self, reading: Reading) -> MessageDecoder:
        """A fresh reader for one stream."""
        return _ClaudeDecoder(reading, self.provider, self.model)

    def error(self, reply: Reply) -> ProviderError:
        """Google's failures, and behind them Anthropic's."""
        error = google_error(reply, provider=self.provider, model=self.model)
        if error is None:
            return super().error(reply)
        if isinstance(error, InvalidRequest) and "content filtering policy" in error.message.lower():
            return _as(ContentFiltered, error)
        return error


class _ClaudeDecoder(MessageDecoder):
    """Reads a stream that Google may break off in its own words."""

    def __init__(self, reading: Reading, provider: str, model: str) -> None:
        super().__init__(reading, provider)
        self._model = model

    def _told(self, found: WireEvent | JsonObject, data: bytes) -> list[Event]:
        """What one event says. Raises the `ProviderError` it tells of."""
        if isinstance(found, dict) and _is_google(found):
            raise failure_of(found["error"], provider=self._provider, model=self._model, body=data)
        return super()._told(found, data)


class VertexClaudeCount(CountTokens):
    """Counts the tokens of Claude's conversations."""

    messages: ClassVar[type[AnthropicMessages]] = VertexClaude


class VertexMistral(MistralChat):
    """Mistral's conversations. The path names the version of a model, the body does not."""

    def body(self, to: Encoding) -> Json:
        """The whole request."""
        return {**super().body(to), "model": self.model.partition("@")[0]}

    def error(self, reply: Reply) -> ProviderError:
        """Google's failures, and behind them Mistral's."""
        return google_error(reply, provider=self.provider, model=self.model) or super().error(reply)

    def failure(self, reply: Reply, body: JsonObject) -> ProviderError:
        """The same within an answer of status 200."""
        return _failure(self, reply, body) or super().failure(reply, body)


class VertexOpen(OpenAIChat, forwards=True):
    """Conversations of all other models."""

    def error(self, reply: Reply) -> ProviderError:
        """Google's failures, and behind them those of the model's server."""
        return google_error(reply, provider=self.provider, model=self.model) or super().error(reply)

    def failure(self, reply: Reply, body: JsonObject) -> ProviderError:
        """The same within an answer of status 200."""
        return _failure(self, reply, body) or super().failure(reply, body)


def claude_codec(model: str, known: ModelFacts | None, provider: str, *, regional: bool) -> VertexClaude:
    """How to talk with a model of Anthropic's."""
    codec = VertexClaude(model=model, facts=known, provider=provider, knobs=CLAUDE)
    codec.regional = regional
    return codec


def _failure(codec: OpenAIChat, reply: Reply, body: JsonObject) -> ProviderError | None:
    if not _is_google(body):
        return None
    return failure_of(body["error"], provider=codec.provider, model=codec.model, body=reply.body)


def _as(kind: type[ProviderError], error: ProviderError) -> ProviderError:
    """The same failure under another cause."""
    return kind(
        error.message,
        provider=error.provider,
        model=error.model,
        status=error.status,
        code=error.code,
        type=error.type,
        body=error.body,
    )
