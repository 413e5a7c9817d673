"""How many tokens a request probably is, and how long its answer may be."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from accord.catalog.attachment import media_tokens
from accord.catalog.overhead import Overhead, overhead_of
from accord.catalog.span import NOTHING, Span, around
from accord.catalog.tokens import text_tokens
from accord.core.json import dumps
from accord.core.model import ModelFacts
from accord.core.part import Audio, File, Image, Opaque, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest, JsonSchemaFormat
from accord.core.tool import CustomTool, FunctionTool, HostedTool, ToolNamespace

LIKELY_ANSWER = 400
"""Tokens of an answer nobody set a limit for; a guess, and the weakest part of any estimate."""
LIKELY_REASONING = 1_200
"""Tokens of reasoning on top, where the model reasons; as weak a guess."""
Count: TypeAlias = Callable[[str], float]
"""Counts the tokens of a text."""

READ_AGAIN: Final = {"vertex_ai": 0.0, "gemini": 0.85}
"""How much of the reasoning in signatures is counted again, by provider type."""


def input_tokens(request: ChatRequest, facts: ModelFacts | None = None, count: Count = text_tokens) -> Span:
    """The tokens the provider will probably count for the request, where texts have as many as `count` says.

    Attachments whose size cannot be told have no maximum but the model's own limit.
    """
    model = request.model if facts is None else facts.id
    way = overhead_of(model)
    text = way.base + way.message * len(request.messages) + _tools_tokens(request, way, count)
    text += _schema_tokens(request, way, count)
    media = NOTHING
    signed = 0
    for message in request.messages:
        for part in message.parts:
            text += _part_tokens(part, way, count)
            if type(part) is Text:
                continue
            signed += len(part.signature or "") if isinstance(part, ToolCall | Reasoning) else 0
            for attached in _attachments(part):
                media = media.plus(media_tokens(attached, model))
    if request.reasoning is not None and request.reasoning.mode != "disabled":
        text += way.thinking
    total = around(text, low=way.low, high=way.high)
    if media is not NOTHING:
        total = total.plus(media)
    if signed:
        total = total.plus(_read_again(way.signature * signed, facts))
    limit = None if facts is None else facts.max_input or facts.context
    if total.max is not None or limit is None:
        return total
    return msgspec.structs.replace(total, max=max(limit, total.likely))


def output_tokens(request: ChatRequest, facts: ModelFacts | None = None) -> Span:
    """The tokens of the answer, reasoning included: one at least, what is allowed at most."""
    allowed = (request.max_output_tokens, facts.max_output if facts is not None else None)
    most = min([limit for limit in allowed if limit is not None], default=None)
    likely = LIKELY_ANSWER + (LIKELY_REASONING if _reasons(request, facts) else 0)
    one = Span(min=1, likely=likely if most is None else max(1, min(likely, most)), max=most)
    return one.times(request.n or 1)


def _reasons(request: ChatRequest, facts: ModelFacts | None) -> bool:
    asked = request.reasoning
    if asked is not None and (asked.mode is not None or asked.effort is not None):
        return asked.mode != "disabled" and asked.effort != "none"
    if facts is None or not facts.reasoning:
        return False
    return facts.default_effort != "none"


def _part_tokens(part: Part, way: Overhead, count: Count) -> float:
    match part:
        case Text() | Refusal():
            return way.text * count(part.text)
        case ToolCall():
            return way.text * (count(part.name) + count(part.arguments))
        case ToolResult():
            return way.text * sum([count(inner.text) for inner in part.content if isinstance(inner, Text)])
        case Reasoning():
            return way.text * count(part.text) if way.counts_reasoning else 0.0
        case Opaque():
            return way.text * _json_tokens(part.raw, count)
        case Image() | Audio() | File():
            return 0.0


def _read_again(most: float, facts: ModelFacts | None) -> Span:
    """Reasoning inside signatures: recordings of Google AI Studio count it, those of Vertex AI don't."""
    share = READ_AGAIN.get(facts.provider, 0.25) if facts is not None else 0.25
    return Span(min=0, likely=round(most * share), max=round(most))


def _attachments(part: Part) -> Iterator[Image | Audio | File]:
    if isinstance(part, Image | Audio | File):
        yield part
    elif isinstance(part, ToolResult):
        yield from [inner for inner in part.content if isinstance(inner, Image | Audio | File)]


def _tools_tokens(request: ChatRequest, way: Overhead, count: Count) -> float:
    if not request.tools:
        return 0.0
    total = way.tools
    for tool in request.tools:
        for one in tool.tools if isinstance(tool, ToolNamespace) else (tool,):
            total += way.tool + way.tool_text * _json_tokens(_described(one), count)
    return total


def _described(tool: FunctionTool | CustomTool | HostedTool) -> Mapping[str, object]:
    match tool:
        case FunctionTool():
            told = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        case CustomTool():
            told = {"name": tool.name, "description": tool.description, "format": tool.format}
        case HostedTool():
            return tool.raw
    return {key: value for key, value in told.items() if value is not None}


def _schema_tokens(request: ChatRequest, way: Overhead, count: Count) -> float:
    wanted = request.response_format
    if not isinstance(wanted, JsonSchemaFormat):
        return 0.0
    return way.schema + way.schema_text * _json_tokens(wanted.schema, count)


def _json_tokens(value: Mapping[str, object], count: Count) -> float:
    return count(dumps(value).decode())
