"""Conversations through OpenRouter: OpenAI's wires with what a router adds. https://openrouter.ai/docs/api-reference."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from accord.core.error import ProviderError
from accord.core.http import Reply
from accord.core.json import JsonObject, as_array, as_object
from accord.core.model import ModelFacts
from accord.core.part import File, Media, Part, Reasoning
from accord.core.usage import Usage
from accord.dialects.openai_chat import Encoding, ErrorWords, Json, Knobs, OpenAIChat
from accord.dialects.openai_chat.error_body import words_in, words_in_body
from accord.dialects.openai_chat.usage import reported_cost
from accord.dialects.openai_responses import Knobs as ResponsesKnobs
from accord.dialects.openai_responses import OpenAIResponses
from accord.dialects.openai_responses.usage import ToolUsage
from accord.dialects.openai_responses.wire import Item
from accord.dialects.remote import MediaPart
from accord.providers.openrouter_error import kind_of, told

KNOBS = Knobs(
    max_tokens="max_tokens",
    system="system",
    tool_content="parts",
    custom_tools="function",
    allowed_tools="filter",
    reasoning="reasoning",
    reasoning_read=("reasoning", "reasoning_content"),
    reasoning_history="reasoning_details",
    cache_marks="cache_control",
    call_ids="as_given",
)
RESPONSES_KNOBS = ResponsesKnobs(store="omit", user="user", refuses=("previous_response_id",))
"""It keeps nothing: `store: true` and `previous_response_id` are refused."""

_VENDORS: Mapping[str, str] = {
    "anthropic-claude-v1": "anthropic",
    "openai-responses-v1": "openai",
    "azure-openai-responses-v1": "openai",
    "bedrock-openai-responses-v1": "openai",
    "xai-responses-v1": "x-ai",
    "bedrock-xai-responses-v1": "x-ai",
    "meta-responses-v1": "meta",
    "google-gemini-v1": "google",
}
"""Whose models can read reasoning of a `format`. https://openrouter.ai/docs/use-cases/reasoning-tokens."""
_ANYBODY = frozenset({"", "openrouter", "@preset"})
"""Names that do not say whose model will answer."""


class OpenRouterChat(OpenAIChat):
    """Chat completions through OpenRouter."""

    request_id_headers: ClassVar[tuple[str, ...]] = ("x-generation-id", "x-request-id")

    def __init__(
        self, *, model: str, facts: ModelFacts | None = None, provider: str = "openrouter", knobs: Knobs | None = None
    ) -> None:
        super().__init__(model=model, facts=facts, provider=provider, knobs=knobs or KNOBS)

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        """A document may be given by its address here."""
        if isinstance(part, File) and part.source.url is not None and not is_video(part):
            inline = msgspec.structs.replace(part, source=Media(data="", media_type=part.source.media_type))
            written = super().part(inline, path, to)
            file = as_object(written.get("file")) if written is not None else None
            return None if written is None else {**written, "file": {**(file or {}), "file_data": part.source.url}}
        return super().part(part, path, to)

    def goes_by_address(self, part: MediaPart) -> bool:
        """Whether the host reads the part's address itself: it does of all but sound."""
        return isinstance(part, File) or super().goes_by_address(part)

    def thoughts(self, parts: Sequence[Reasoning], path: str, to: Encoding) -> Json:
        """Reasoning of an earlier turn, unchanged; that of another vendor's model is left out, since it would be refused."""
        written = super().thoughts(parts, path, to)
        details = as_array(written.get("reasoning_details")) or []
        vendor = vendor_of(self.model)
        if vendor in _ANYBODY or all(_can_read(vendor, detail) for detail in details):
            return written
        to.losses.advise(f"{path}.reasoning", "it is another vendor's, and this model cannot read it")
        return {}

    def fields(self, to: Encoding) -> Json:
        """All other fields. The wire has one choice, and stores nothing."""
        fields = super().fields(to)
        if fields.pop("n", 1) != 1:
            to.losses.refuse("n", "the host gives one choice a call")
        if fields.pop("store", False):
            to.losses.advise("store", "the host keeps no answers")
        return fields

    def usage(self, raw: JsonObject, service_tier: str | None) -> Usage:
        """Token counts and the bill. Reasoning was seen to be counted higher than all that was written (11 of 10)."""
        usage = super().usage(raw, service_tier)
        if usage.reasoning is None or usage.output is None or usage.reasoning <= usage.output:
            return usage
        return msgspec.structs.replace(usage, reasoning=usage.output)

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """The class of a failure, of OpenRouter's own or of a provider behind it."""
        return kind_of(status, words)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply tells of."""
        return told(super().error(reply), reply, words_in_body(reply.body))

    def failure(self, reply: Reply, body: JsonObject) -> ProviderError:
        """The failure in an answer that had begun."""
        return told(super().failure(reply, body), reply, words_in(body))


class OpenRouterResponses(OpenAIResponses):
    """Responses through OpenRouter, which keeps nothing."""

    def __init__(self, *, model: str, facts: ModelFacts | None = None, provider: str = "openrouter") -> None:
        super().__init__(model=model, facts=facts, provider=provider, knobs=RESPONSES_KNOBS)

    def usage(self, raw: Item, *, tier: str | None, tools: ToolUsage | None) -> Usage:
        """Token counts and the bill."""
        usage = super().usage(raw, tier=tier, tools=tools)
        return msgspec.structs.replace(usage, cost=reported_cost(raw))

    def error(self, reply: Reply) -> ProviderError:
        """The failure: its shape is that of the host, whichever the wire."""
        return OpenRouterChat(model=self.model, provider=self.provider).error(reply)


def vendor_of(model: str) -> str:
    """Whose model it is: `anthropic` of `anthropic/claude-haiku-5.5` and of `~anthropic/claude-sonnet-latest`."""
    vendor, slash, _ = model.lstrip("~").partition("/")
    return vendor if slash else ""


def is_video(part: File) -> bool:
    """Whether it is moving pictures, which have a part of their own."""
    return (part.source.media_type or "").startswith("video/")


def _can_read(vendor: str, detail: object) -> bool:
    form = (as_object(detail) or {}).get("format")
    owner = _VENDORS.get(form) if isinstance(form, str) else None
    return owner is None or owner == vendor
