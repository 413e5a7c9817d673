"""What a request needs of a model, and whether a model has it: known before anything is spent."""

import msgspec

from accord.catalog.request_tokens import input_tokens
from accord.core.json import dumps
from accord.core.model import Modality, ModelFacts
from accord.core.part import Audio, File, Image, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest, JsonSchemaFormat


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What one request needs."""

    modalities: frozenset[Modality]
    tools: bool
    forced_tool: bool
    schema: bool
    reasoning: bool
    output: int | None
    """Tokens of answer that were asked for at most."""
    bound: int | None
    """More tokens than the input can possibly have: its tokens are only counted where a window is smaller, or where it has
    parts that are only told by counting (`None`)."""


def needs_of(request: ChatRequest) -> Needs:
    """Looks through a request once."""
    reasoning = request.reasoning
    modalities: set[Modality] = set()
    for message in request.messages:
        for part in message.parts:
            modalities.update(_modalities(part))
    return Needs(
        modalities=frozenset(modalities),
        tools=bool(request.tools),
        forced_tool=request.tool_choice is not None and request.tool_choice not in ("auto", "none"),
        schema=isinstance(request.response_format, JsonSchemaFormat) and request.response_format.strict is not False,
        reasoning=reasoning is not None
        and reasoning.mode != "disabled"
        and (reasoning.effort not in (None, "none") or bool(reasoning.budget) or reasoning.mode == "enabled"),
        output=request.max_output_tokens,
        bound=most_tokens(request),
    )


def lack(needs: Needs, request: ChatRequest, facts: ModelFacts | None) -> str | None:
    """Why the model cannot serve the request, `None` if it may. What is unknown of it is no reason."""
    if facts is None:
        return None
    if facts.input is not None:
        missing = sorted(needs.modalities.difference(facts.input))
        if missing:
            return f"it takes no {' and no '.join(missing)} input"
    if needs.tools and facts.tools is False:
        return "it has no tools"
    if needs.forced_tool and needs.tools and facts.forced_tools is False:
        return "it cannot be forced to call a tool"
    if needs.schema and facts.structured_output is False:
        return "it cannot be held to a JSON Schema"
    if needs.reasoning and facts.reasoning is False:
        return "it does not reason"
    if needs.output is not None and facts.max_output is not None and needs.output > facts.max_output:
        return f"its answers have {facts.max_output:,} tokens at most, and {needs.output:,} are asked for"
    return _too_long(needs, request, facts)


_BESIDE_TEXT = 1000
"""More tokens than a wire adds to a conversation, or to a tool."""
_BESIDE_A_TURN = 100
_LETTER = 4
"""More tokens than a letter can have."""


def most_tokens_of(size: int) -> int:
    """More tokens than a conversation of words alone can have, by the bytes it came in, whatever its wire: a turn takes more of
    them than 25, which is a letter each.
    """
    return _BESIDE_TEXT + _LETTER * size


def longest_of(tokens: float) -> float:
    """The most bytes of a conversation that `most_tokens_of` finds no more tokens in."""
    return (tokens - _BESIDE_TEXT) / _LETTER


def most_tokens(request: ChatRequest) -> int | None:
    """More tokens than the input can possibly have, `None` where that is only told by counting."""
    tokens = _BESIDE_TEXT
    for message in request.messages:
        tokens += _BESIDE_A_TURN
        for part in message.parts:
            letters = len(part.text) if type(part) is Text else _letters(part)
            if letters is None:
                return None
            tokens += _LETTER * letters
    for tool in request.tools:
        tokens += _BESIDE_TEXT + _LETTER * len(dumps(tool))
    if isinstance(request.response_format, JsonSchemaFormat):
        tokens += _BESIDE_TEXT + _LETTER * len(dumps(request.response_format))
    return tokens


def _letters(part: Part) -> int | None:
    match part:
        case Text() | Refusal() | Reasoning():
            return len(part.text)
        case ToolCall():
            return len(part.name) + len(part.arguments)
        case ToolResult():
            found = [len(inner.text) for inner in part.content if isinstance(inner, Text)]
            return sum(found) if len(found) == len(part.content) else None
        case _:
            return None


def _too_long(needs: Needs, request: ChatRequest, facts: ModelFacts) -> str | None:
    window = facts.max_input or facts.context
    if window is None or (needs.bound is not None and needs.bound <= window):
        return None
    # The least it can be: what an estimate may be wrong about must not keep a request from its target.
    tokens = input_tokens(request, facts).min
    if tokens <= window:
        return None
    return f"its window has {window:,} tokens, and the request at least {tokens:,}"


def _modalities(part: Part) -> tuple[Modality, ...]:
    match part:
        case Image():
            return ("image",)
        case Audio():
            return ("audio",)
        case File():
            return ("file",)
        case ToolResult():
            return tuple([kind for inner in part.content for kind in _modalities(inner)])
        case _:
            return ()
