"""Answers of other hosts, put into the form that OpenAI's schema and SDK ask for.

Hosts leave out members that the schema requires (`refusal`, `logprobs`, `object`), give null where it wants a string, use
words it does not know, and repeat in a stream what the SDK then joins ("assistantassistant"). What is regular is handed on
byte by byte; the rest is put right here, member by member, and all others keep what they were.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from accord.core.finish import native_reason
from accord.core.json import JsonObject, as_array, as_object, dumps
from accord.core.part import Reasoning, Text
from accord.core.usage import count_of, counts_in
from accord.dialects.openai_chat.decode import seconds_of, text_of
from accord.dialects.openai_chat.finish import finish_of, reason_of
from accord.dialects.openai_chat.null_member import NEVER_NULL
from accord.dialects.openai_chat.read_part import content_part
from accord.dialects.openai_chat.usage import USUAL, counted, usage_object, usage_of
from accord.dialects.openai_chat.wire import Call, Chunk, Piece, Scores, Words

# Tuples, since what is looked for in them may be anything, and not everything has a hash.
_REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")
TIERS = ("auto", "default", "flex", "scale", "priority", "fast")
"""The service tiers in OpenAI's schema."""
_NUMBERED_LISTS = ("annotations", "images", "reasoning_details")
_DETAILS = ("prompt_tokens_details", "completion_tokens_details")
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


def is_regular_chunk(chunk: Chunk) -> bool:
    """Whether the chunk's own members are as the schema wants them; its pieces are looked at one by one."""
    return (
        chunk.kind == "chat.completion.chunk"
        and isinstance(chunk.id, str)
        and type(chunk.created) is int
        and isinstance(chunk.model, str)
        and isinstance(chunk.system_fingerprint, str | UnsetType)
        and isinstance(chunk.choices, list)
        and (chunk.service_tier is None or chunk.service_tier in TIERS)
        and is_regular_usage(chunk.usage)
    )


def is_regular_piece(piece: Piece) -> bool:
    """Whether a choice's part of a chunk is as the schema and the SDK want it, by itself."""
    words = piece.delta
    return (
        isinstance(piece.index, int)
        and isinstance(words, Words)
        and (piece.finish_reason is None or piece.finish_reason in _REASONS)
        and piece.usage is None
        and (piece.logprobs is None or _are_regular_scores(piece.logprobs))
        and (words.content is None or isinstance(words.content, str | UnsetType))
        and words.function_call is not None
        and words.tool_calls is not None
        and all(_is_regular_call(call) for call in words.tool_calls or ())
        and words.annotations is UNSET
        and not (words.images or words.reasoning_details)
    )


def thought_elsewhere(words: Words) -> str:
    """Reasoning that a host tells under another name than callers read, and those of its own answers written anew have:
    `reasoning_content`.
    """
    if words.reasoning_content:
        return ""
    told = words.reasoning or words.reasoning_text
    return told if isinstance(told, str) else ""


def is_plain_piece(piece: Piece) -> bool:
    """Whether it only says more of a text: what nearly all pieces are, seen at one glance."""
    words = piece.delta
    return (
        type(words) is Words
        and type(words.content) is str
        and words.role is UNSET
        and words.tool_calls is UNSET
        and words.function_call is UNSET
        and piece.finish_reason is None
        and piece.logprobs is None
        and piece.usage is None
        and words.refusal is UNSET
        and words.reasoning is None
        and words.reasoning_text is None
        and words.reasoning_details is None
        and words.annotations is UNSET
        and words.images is None
    )


def is_regular_usage(given: object) -> bool:
    """Whether usage says what it says where OpenAI says it, and all of it that has to be counts is."""
    if given is None:
        return True
    usage = as_object(given)
    if usage is None or not usage.keys() <= USUAL:
        return False
    prompt, completion, total = [count_of(usage.get(key)) for key in _COUNTS]
    details = [as_object(usage.get(key, {})) for key in _DETAILS]
    return (
        prompt is not None
        and completion is not None
        and total == prompt + completion
        and float not in {type(usage[key]) for key in _COUNTS}
        and all(detail is not None and counts_in(detail) == detail for detail in details)
    )


def regular_usage(given: object) -> JsonObject | None:
    """Usage as it is written for all callers; `None` where what the schema requires is not known."""
    usage = as_object(given)
    found = None if usage is None else usage_of(usage)
    return usage_object(found) if found is not None and counted(found) else None


class Stamp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an answer is named and dated by: the caller's name for the model, and the rest where the host gives none."""

    id: str
    created: int
    model: str


def regular_chunk(raw: JsonObject, stamp: Stamp) -> JsonObject:
    """A chunk with what the schema requires."""
    return stamped(raw, stamp, "chat.completion.chunk")


def regular_piece(
    raw: JsonObject, words: Words, *, index: int, first: bool, calls: Sequence["Numbered"], has_calls: bool
) -> JsonObject:
    """A choice's part of a chunk. `calls`: what is known of the calls in it; `has_calls`: the choice has any."""
    delta: dict[str, object] = dict(as_object(raw.get("delta")) or {})
    delta.pop("role", None)
    if first:
        delta = {"role": "assistant", **delta}
    flatten_content(delta, words)
    delta = {name: value for name, value in delta.items() if value is not None or name not in NEVER_NULL}
    thought = thought_elsewhere(words)
    if thought:
        delta["reasoning_content"] = thought
    if words.tool_calls:
        written = as_array(delta.get("tool_calls")) or []
        delta["tool_calls"] = [
            _regular_call(as_object(call) or {}, known) for call, known in zip(written, calls, strict=False)
        ]
    piece: dict[str, object] = {**regular_finish(raw, has_calls=has_calls), "index": index, "delta": delta}
    if "logprobs" in piece:
        piece["logprobs"] = regular_scores(piece["logprobs"])
    piece.pop("usage", None)
    return piece


def number_lists(piece: JsonObject, counts: dict[tuple[int, str], int]) -> None:
    """Numbers the elements of lists in a delta, which the SDK joins by `index`. `counts`: how many there were."""
    delta, choice = as_object(piece.get("delta")) or {}, piece.get("index")
    for name in _NUMBERED_LISTS:
        for item in as_array(delta.get(name)) or []:
            element = as_object(item)
            if element is not None and isinstance(choice, int) and type(element.get("index")) is not int:
                element["index"] = counts.get((choice, name), 0)
                counts[choice, name] = counts.get((choice, name), 0) + 1


def empty_piece(index: int) -> JsonObject:
    """The beginning of a choice that says nothing yet."""
    return {"index": index, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}


class Numbered(msgspec.Struct, frozen=True, gc=False):
    """What is known of the call that a piece belongs to."""

    ordinal: int
    id: str
    """The call's id, made where the host gives none."""
    first: bool
    """Whether the piece is the first of its call."""
    names: bool
    """Whether the piece is the first to name the tool."""


def stamped(raw: JsonObject, stamp: Stamp, kind: str) -> JsonObject:
    """An answer, or a chunk of one, with the members that stand at its top."""
    whole: dict[str, object] = {
        **raw,
        "id": text_of(raw.get("id")) or stamp.id,
        "object": kind,
        "created": seconds_of(raw.get("created")) or stamp.created,
        "model": stamp.model,
    }
    # It may be null, and stays so in what is handed on unread.
    if whole.get("service_tier") not in (None, *TIERS):
        whole.pop("service_tier", None)
    if not isinstance(whole.get("system_fingerprint"), str):
        whole.pop("system_fingerprint", None)
    return whole


def _is_regular_call(call: Call) -> bool:
    inside = call.function or call.custom
    return (
        call.index is not None
        and isinstance(call.id, str | UnsetType)
        and (call.type is UNSET or call.type in ("function", "custom"))
        and inside is not None
        and inside.name is not None
        and isinstance(inside.arguments if call.custom is None else inside.input, str)
    )


def _regular_call(raw: JsonObject, known: Numbered) -> JsonObject:
    """A piece of a call under its own number; what was said when it began is not said again."""
    kind = "custom" if isinstance(raw.get("custom"), dict) else "function"
    argument = "input" if kind == "custom" else "arguments"
    inside = dict(as_object(raw.get(kind)) or {})
    inside[argument] = as_text(inside.get(argument))
    call: dict[str, object] = {**raw, "index": known.ordinal, kind: inside}
    for key in ("id", "type"):
        call.pop(key, None)
    if known.first:
        call.update(id=known.id, type=kind)
    if not known.names:
        inside.pop("name", None)
    return call


def as_text(value: object) -> str:
    """Arguments as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumps(value).decode()


def flatten_content(holder: dict[str, object], words: Words) -> None:
    """Content that is a list becomes text; thinking in it becomes `reasoning_content`."""
    items = as_array(words.content)
    if items is None:
        return
    parts = [content_part(item) for item in items]
    thoughts = "".join([part.text for part in parts if isinstance(part, Reasoning)])
    text = "".join([part.text for part in parts if isinstance(part, Text)])
    holder["content"] = text if text or not thoughts else None
    if thoughts:
        holder["reasoning_content"] = thoughts


def regular_finish(raw: JsonObject, *, has_calls: bool) -> JsonObject:
    """A choice, or a piece of one, with its finish reason in OpenAI's words, and beside it the host's where that says more."""
    reason = raw.get("finish_reason")
    if not isinstance(reason, str) or (not reason and not has_calls):
        return {**raw, "finish_reason": None}
    if reason in _REASONS:
        return raw
    finish = finish_of(reason, calls=has_calls)
    word = reason_of(finish, calls=has_calls)
    return {**native_reason(finish, word), **raw, "finish_reason": word}


def _are_regular_scores(scores: Scores) -> bool:
    return not isinstance(scores.content, UnsetType) and not isinstance(scores.refusal, UnsetType)


def regular_scores(scores: object) -> object:
    """Log probabilities with both lists, and every token with all its members; `None` for what is in another form."""
    held: Mapping[str, object] = as_object(scores) or {}
    if not ("content" in held or "refusal" in held):
        return None
    return {"content": _regular_tokens(held.get("content")), "refusal": _regular_tokens(held.get("refusal"))}


def _regular_tokens(tokens: object) -> list[JsonObject] | None:
    found = as_array(tokens)
    if found is None:
        return None
    regular: list[JsonObject] = []
    for item in found:
        token = as_object(item) or {}
        tops = [{"bytes": None, **(as_object(top) or {})} for top in as_array(token.get("top_logprobs")) or []]
        regular.append({"bytes": None, **token, "top_logprobs": tops})
    return regular
