"""Whole answers of other hosts, put into the form that OpenAI's schema asks for; see `regular.py`."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from accord.core.json import JsonObject, NotJson, as_array, as_object, read
from accord.core.usage import Count
from accord.dialects.openai_chat.decode import text_of
from accord.dialects.openai_chat.read_part import annotations_in, call_id_of
from accord.dialects.openai_chat.regular import (
    Stamp,
    as_text,
    flatten_content,
    regular_finish,
    regular_scores,
    regular_usage,
    stamped,
    thought_elsewhere,
)
from accord.dialects.openai_chat.wire import Call, Words

Said: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]


class _Function(msgspec.Struct, gc=False):
    name: Said
    arguments: str


class _Custom(msgspec.Struct, gc=False):
    name: Said
    input: str


class _WholeCall(msgspec.Struct, gc=False):
    id: Said
    type: Literal["function", "custom"]
    function: _Function | UnsetType = UNSET
    custom: _Custom | UnsetType = UNSET


class _Message(msgspec.Struct, gc=False):
    role: Literal["assistant"]
    content: str | None
    refusal: str | UnsetType | None = UNSET
    reasoning: None = None
    reasoning_text: None = None
    tool_calls: list[_WholeCall] | UnsetType = UNSET
    function_call: dict[str, object] | UnsetType = UNSET
    annotations: list[dict[str, object]] | UnsetType = UNSET


class _Token(msgspec.Struct, gc=False):
    token: str
    logprob: float
    bytes: list[int] | None
    top_logprobs: list[object]


class _Logprobs(msgspec.Struct, gc=False):
    content: list[_Token] | None
    refusal: list[_Token] | None


class _Choice(msgspec.Struct, gc=False):
    index: int
    message: _Message
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter", "function_call"]
    logprobs: _Logprobs | UnsetType | None = UNSET


class _Sums(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count
    prompt_tokens_details: dict[str, Count] = {}
    completion_tokens_details: dict[str, Count] = {}


class _Completion(msgspec.Struct, gc=False):
    kind: Literal["chat.completion"] = msgspec.field(name="object")
    id: str
    created: int
    model: str
    choices: list[_Choice]
    usage: _Sums | UnsetType = UNSET
    system_fingerprint: str | UnsetType = UNSET
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None


_completions = msgspec.json.Decoder(_Completion)


def regular_bytes(raw: bytes) -> bytes | None:
    """A whole answer as the schema wants it; `None` where more is missing in it than the `refusal` and `logprobs` of one
    choice, which OpenAI itself leaves out. They are put between its bytes: 4.5 us in place of 10 for 600 bytes.
    """
    try:
        answer = read(_completions, raw)
    except NotJson:
        return None
    sums = answer.usage
    if isinstance(sums, _Sums) and sums.total_tokens != sums.prompt_tokens + sums.completion_tokens:
        return None
    if len({choice.index for choice in answer.choices}) < len(answer.choices):
        return None
    found: bytes | None = raw
    if any(choice.logprobs is UNSET for choice in answer.choices):
        found = _put_before(raw, b'"finish_reason"', b'"logprobs":null,')
    if found is not None and any(choice.message.refusal is UNSET for choice in answer.choices):
        found = _put_before(found, b'"content"', b'"refusal":null,')
    return found


def _put_before(data: bytes, key: bytes, member: bytes) -> bytes | None:
    r"""The text with one more member before the one that is known to have this key, if it can be told where that is.

    What stands in quotes in one place of all the bytes stands there as the key: within a string its quotes would be escaped,
    and another spelling of it needs `\u005` to `\u007`, which begin the escapes of letters and `_`.
    """
    place = data.find(key)
    if place < 0 or data.find(key, place + 1) >= 0:
        return None
    # One byte is looked for twenty times faster than several.
    if b"\\" in data and (b"\\u005" in data or b"\\u006" in data or b"\\u007" in data):
        return None
    return data[:place] + member + data[place:]


def regular_completion(raw: JsonObject, stamp: Stamp) -> JsonObject:
    """A whole answer with what the schema requires."""
    given = [as_object(choice) or {} for choice in as_array(raw.get("choices")) or []]
    numbers = [one.get("index", place) for place, one in enumerate(given)]
    known = all(isinstance(number, int) for number in numbers) and len({*map(str, numbers)}) == len(numbers)
    response_id = text_of(raw.get("id"))
    choices = [
        _regular_choice(choice, number if known and isinstance(number, int) else place, response_id)
        for place, (choice, number) in enumerate(zip(given, numbers, strict=True))
    ]
    whole = dict(stamped({**raw, "choices": choices}, stamp, "chat.completion"))
    usage = regular_usage(whole.pop("usage", None))
    return whole if usage is None else {**whole, "usage": usage}


def _regular_choice(raw: JsonObject, index: int, response_id: str) -> JsonObject:
    message: dict[str, object] = {"refusal": None, **(as_object(raw.get("message")) or {}), "role": "assistant"}
    flatten_content(message, Words(content=message.get("content")))
    thought = thought_elsewhere(
        Words(
            reasoning_content=message.get("reasoning_content"),
            reasoning=message.get("reasoning"),
            reasoning_text=message.get("reasoning_text"),
        )
    )
    if thought:
        message["reasoning_content"] = thought
    message.setdefault("content", None)
    told = as_array(message.get("annotations"))
    message["annotations"] = None if told is None else annotations_in(told)
    calls = as_array(message.get("tool_calls"))
    if calls:
        message["tool_calls"] = [
            _whole_call(as_object(call) or {}, response_id, index, place) for place, call in enumerate(calls)
        ]
    else:
        message.pop("tool_calls", None)
    return {
        **regular_finish(raw, has_calls=bool(calls)),
        "index": index,
        "message": {key: value for key, value in message.items() if value is not None or key in ("content", "refusal")},
        "logprobs": regular_scores(raw.get("logprobs")),
    }


def _whole_call(raw: JsonObject, response_id: str, choice: int, place: int) -> JsonObject:
    kind = "custom" if isinstance(raw.get("custom"), dict) else "function"
    inside = dict(as_object(raw.get(kind)) or {})
    argument = "input" if kind == "custom" else "arguments"
    inside[argument] = as_text(inside.get(argument))
    given = call_id_of(Call(id=raw.get("id")), response_id, choice, place)
    return {**raw, "id": given, "type": kind, kind: inside}
