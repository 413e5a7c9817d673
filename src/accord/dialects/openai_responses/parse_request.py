"""The server side: a caller's request on the Responses wire becomes the neutral one.

https://developers.openai.com/api/reference/resources/responses/methods/create. Members that only this wire knows are kept
in the request's `extra`, where two more things are noted, since leaving a member out means something here that it means on
no other wire: `store: None` (the provider decides, and it stores), and `include`, always, as what the caller asked to see.
"""

from collections.abc import Mapping
from typing import Literal, cast, get_args

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Headers
from accord.core.json import JsonObject, NotJson, loads, members, read
from accord.core.request import (
    ChatRequest,
    Effort,
    JsonObjectFormat,
    JsonSchemaFormat,
    ReasoningConfig,
    ResponseFormat,
)
from accord.core.tool import HostedChoice, Tool
from accord.dialects.openai_responses.forward import Rename
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.dialects.openai_responses.parse_input import InputReader
from accord.dialects.openai_responses.read_tool import read_tool, read_tool_choice, unnamed_in_choice
from accord.dialects.openai_responses.wire import NAME, Item, WrongShape, shaped, unnamed
from accord.dialects.openai_responses.write_fields import ENCRYPTED, LOGPROBS

Verbosity = Literal["low", "medium", "high"]
Summary = Literal["auto", "concise", "detailed"]


class Asked(msgspec.Struct):
    """The members of a request that have a neutral meaning."""

    model: str | None = None
    input: str | list[object] | None = None
    instructions: str | None = None
    stream: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: int | None = None
    tools: list[object] | None = None
    tool_choice: object = None
    parallel_tool_calls: bool | None = None
    reasoning: Item | None = None
    text: Item | None = None
    previous_response_id: str | None = None
    store: bool | None = None
    include: list[str] | None = None
    metadata: dict[str, str] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    service_tier: str | None = None
    user: str | None = None
    safety_identifier: str | None = None


class _Reasoning(msgspec.Struct):
    effort: str | None = None
    summary: str | None = None


class _Format(msgspec.Struct):
    type: str
    name: str = "response"
    schema: JsonObject | None = None
    description: str | None = None
    strict: bool | None = None


class _Text(msgspec.Struct):
    format: Item | None = None
    verbosity: str | None = None


_asked = msgspec.json.Decoder(Asked)
_NAMED = frozenset(Asked.__struct_fields__)
_WITHOUT_INPUT = ("previous_response_id", "conversation", "prompt")


def parse(
    body: bytes,
    headers: Headers = (),
    *,
    received_at: int = 0,
    stores: bool = False,
    rename: Rename | None = None,
) -> ResponsesInbound:
    """A caller's request.

    `received_at` (Unix seconds) dates answers that come without a date. `stores`: whoever serves the caller keeps
    answers, so that `store` is echoed as asked. `rename` makes the response id the caller sees of the provider's.

    Raises `InvalidInput` with the path of the member at fault.
    """
    del headers
    try:
        found = members(body)
        asked = read(_asked, body)
        return _inbound(asked, found, body, received_at=received_at, stores=stores, rename=rename)
    except NotJson as error:
        why, _, place = str(error).partition(" - at `$")
        raise _invalid(why, place.removesuffix("`").lstrip(".")) from None
    except WrongShape as error:
        raise _invalid(error.why, error.path) from None


def _invalid(why: str, path: str) -> InvalidInput:
    where = f"Invalid value for `{path}`" if path else "The request body is not valid"
    return InvalidInput(f"{where}: {why}.", param=path or None)


def _inbound(
    asked: Asked,
    found: Mapping[str, msgspec.Raw],
    body: bytes,
    *,
    received_at: int,
    stores: bool,
    rename: Rename | None,
) -> ResponsesInbound:
    if not asked.model:
        raise WrongShape("model", "a request needs a model")
    reader = InputReader()
    if asked.instructions is not None:
        reader.instructions(asked.instructions)
    if asked.input:
        reader.read(asked.input)
    elif not any(key in found for key in _WITHOUT_INPUT):
        raise WrongShape("input", "a request needs `input`, `previous_response_id`, `conversation` or `prompt`")
    extra: Item = {key: loads(bytes(raw)) for key, raw in found.items() if key not in _NAMED}
    request = _request(asked, reader, extra)
    return ResponsesInbound(
        request,
        body,
        stream=bool(asked.stream),
        sealed=reader.sealed,
        received_at=received_at,
        stores=stores,
        rename=rename,
    )


def _request(asked: Asked, reader: InputReader, extra: Item) -> ChatRequest:
    form, verbosity = _text(asked.text, extra)
    if asked.store is None:
        extra["store"] = None
    choice = read_tool_choice(asked.tool_choice, "tool_choice")
    beside = {} if isinstance(choice, HostedChoice) else unnamed_in_choice(asked.tool_choice)
    if beside:
        extra["tool_choice"] = beside
    return ChatRequest(
        model=asked.model or "",
        messages=tuple(reader.messages),
        tools=(*_tools(asked.tools), *reader.tools),
        tool_choice=choice,
        parallel_tool_calls=asked.parallel_tool_calls,
        response_format=form,
        verbosity=verbosity,
        reasoning=_reasoning(asked.reasoning, asked.include or [], extra),
        logprobs=True if LOGPROBS in (asked.include or ()) else None,
        top_logprobs=asked.top_logprobs,
        max_output_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        metadata=asked.metadata,
        user=_user(asked, extra),
        service_tier=asked.service_tier,
        store=asked.store,
        previous_response_id=asked.previous_response_id,
        cache_key=asked.prompt_cache_key,
        cache_retention=asked.prompt_cache_retention,
        extra={NAME: extra},
    )


def _tools(given: list[object] | None) -> tuple[Tool, ...]:
    return tuple([read_tool(raw, f"tools[{index}]") for index, raw in enumerate(given or ())])


def _reasoning(given: Item | None, include: list[str], extra: Item) -> ReasoningConfig | None:
    """How much to think, and the rest of `include`; what has no neutral name stays in `extra`."""
    extra["include"] = [name for name in include if name not in (ENCRYPTED, LOGPROBS)]
    encrypted = True if ENCRYPTED in include else None
    if given is None:
        return None if encrypted is None else ReasoningConfig(encrypted=encrypted)
    found = shaped(given, _Reasoning, "reasoning")
    effort = cast("Effort", found.effort) if found.effort in get_args(Effort) else None
    summary = cast("Summary", found.summary) if found.summary in get_args(Summary) else None
    rest = {key: value for key, value in given.items() if value is not None}
    for key, known in (("effort", effort), ("summary", summary)):
        if known is not None:
            del rest[key]
    if rest:
        extra["reasoning"] = rest
    return ReasoningConfig(effort=effort, summary=summary, encrypted=encrypted)


def _text(given: Item | None, extra: Item) -> tuple[ResponseFormat | None, Verbosity | None]:
    """The form of the answer, and how wordy it is; what has no neutral name stays in `extra`."""
    if given is None:
        return None, None
    found = shaped(given, _Text, "text")
    form = None if found.format is None else _format(found.format)
    verbosity = cast("Verbosity", found.verbosity) if found.verbosity in get_args(Verbosity) else None
    rest = {key: value for key, value in given.items() if value is not None}
    for key, known in (("format", form), ("verbosity", verbosity)):
        if known is not None:
            del rest[key]
    beside = unnamed(found.format, _Format) if found.format is not None and form is not None else {}
    if beside:
        rest["format"] = beside
    if rest:
        extra["text"] = rest
    return form, verbosity


def _format(given: Item) -> ResponseFormat | None:
    found = shaped(given, _Format, "text.format")
    if found.type == "json_object":
        return JsonObjectFormat()
    if found.type != "json_schema":
        return None
    if found.schema is None:
        raise WrongShape("text.format.schema", "a json_schema format needs a schema")
    return JsonSchemaFormat(schema=found.schema, name=found.name, description=found.description, strict=found.strict)


def _user(asked: Asked, extra: Item) -> str | None:
    """The end user. `user` is the old name; which one the caller used is remembered."""
    if asked.user is not None:
        extra["user"] = asked.user
        if asked.safety_identifier is not None:
            extra["safety_identifier"] = asked.safety_identifier
    return asked.safety_identifier or asked.user
