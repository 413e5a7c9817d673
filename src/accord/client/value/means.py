"""By what means a model is asked for a value: the best that its provider has.

`schema`: the answer is held to a JSON Schema (or the dialect does as much by its own way). `tool`: a tool that must be
called, whose arguments are the value. `json`: the answer is JSON of any shape, and the model is told the schema. `told`:
nothing but the telling. Which of them a provider has is known by its codec, which refuses what it cannot send, and by the
catalogue, which knows the models that cannot be held to a schema.
"""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from accord.client.value.wanted import Wanted
from accord.core.error import InvalidInput, Unsupported
from accord.core.json import JsonObject, dumps
from accord.core.message import Message, system, user
from accord.core.request import ChatRequest, JsonObjectFormat, JsonSchemaFormat, ResponseFormat
from accord.core.tool import FunctionTool, NamedTool
from accord.engine.target import Target

Means: TypeAlias = Literal["schema", "tool", "json", "told"]

TOOL: Final = "give_answer"
"""The tool whose arguments are the value."""

_FIELDS: Final = ("response_format", "tool_choice", "tools")
"""What asks for a value; a codec that refuses one of these may take another of the means."""


def best_means(target: Target, request: ChatRequest, wanted: Wanted[object]) -> Means:
    """The first of the means that the target can be asked by. Encodes trial requests; nothing is sent."""
    trial = msgspec.structs.replace(request, messages=(user("?"),))
    for means in _candidates(target):
        if _takes(target, with_means(trial, wanted, means)):
            return means
    return "told"


def with_means(request: ChatRequest, wanted: Wanted[object], means: Means) -> ChatRequest:
    """The request that asks for the value. Raises `InvalidInput` where the request asks for a form of its own."""
    if request.response_format is not None:
        raise InvalidInput("`into` decides the form of the answer: leave response_format out", param="response_format")
    if request.n not in (None, 1):
        raise InvalidInput("a value is read from one answer: leave n out", param="n")
    match means:
        case "schema":
            return msgspec.structs.replace(request, response_format=_format(wanted))
        case "tool":
            return msgspec.structs.replace(
                request, tools=(*request.tools, _tool(wanted)), tool_choice=NamedTool(name=TOOL)
            )
        case "json":
            return _telling(request, wanted.schema, JsonObjectFormat())
        case "told":
            return _telling(request, wanted.schema, None)


def _candidates(target: Target) -> Iterator[Means]:
    facts = target.facts
    if facts is None or facts.structured_output is not False:
        yield "schema"
    if facts is None or (facts.tools is not False and facts.forced_tools is not False):
        yield "tool"
    yield "json"


def _takes(target: Target, request: ChatRequest) -> bool:
    try:
        target.chat_codec().encode(request, on_unsupported="error")
    except Unsupported as error:
        return error.param is None or not error.param.startswith(_FIELDS)
    return True


def _format(wanted: Wanted[object]) -> JsonSchemaFormat:
    if wanted.strict is None:
        return JsonSchemaFormat(schema=wanted.schema, name=wanted.name, strict=False)
    return JsonSchemaFormat(schema=wanted.strict, name=wanted.name, strict=True)


def _tool(wanted: Wanted[object]) -> FunctionTool:
    return FunctionTool(
        name=TOOL,
        description="Gives the answer. Call it once, with the whole answer, instead of writing text.",
        parameters=wanted.schema,
    )


def _telling(request: ChatRequest, schema: JsonObject, form: ResponseFormat | None) -> ChatRequest:
    text = f"Answer with one JSON object that fits this JSON Schema, and nothing else:\n{dumps(schema).decode()}"
    messages: tuple[Message, ...] = (system(text), *request.messages)
    return msgspec.structs.replace(request, messages=messages, response_format=form)
