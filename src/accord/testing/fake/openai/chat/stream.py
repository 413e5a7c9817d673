"""A streamed chat completion (dossier section 4.2)."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from accord.core.json import dumps
from accord.core.part import Audio, Part, Reasoning, Refusal, Text, ToolCall
from accord.testing.fake.asked import Asked
from accord.testing.fake.desk import CREATED
from accord.testing.fake.ids import Ids
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.chat.whole import (
    annotations_of,
    audio_of,
    call_of,
    finish_of,
    logprobs_of,
    refuse_unsayable,
)
from accord.testing.fake.openai.usage import chat_usage
from accord.testing.fake.said import Said, SaidChoice
from accord.testing.fake.tokens import argument_deltas, deltas

_PADDING = "f4KePadd1ng"


def chat_stream(ids: Ids, asked: Asked, said: Said, style: ChatStyle) -> list[bytes]:
    """The chunks, an event each, and `[DONE]`."""
    options = asked.body.node("stream_options")
    wants_usage = options.flag("include_usage") or style.usage == "always"
    base: dict[str, object] = {
        "id": said.reply.id or ids.new("chatcmpl-"),
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": said.model,
        "service_tier": (said.usage.service_tier if said.usage else None) or "default",
        "system_fingerprint": None,
    }
    padded = style.obfuscates and options.flag("include_obfuscation", default=True)
    usage = chat_usage(said.usage) if said.usage is not None else None

    def chunk(choices: list[dict[str, object]], more: dict[str, object]) -> bytes:
        event = {**base, "choices": choices, **more, **said.reply.extra}
        if padded and choices:
            event["obfuscation"] = _PADDING[: 4 + len(choices) % 7]
        return b"data: " + dumps(event) + b"\n\n"

    early: dict[str, object] = {"usage": None} if wants_usage else {}
    events = [chunk([one], early) for one in _interleaved(ids, said, style)]
    if style.usage == "with_finish" and usage is not None:
        events[-1] = chunk([_last(said)], {"usage": usage})
    elif wants_usage and usage is not None:
        events.append(chunk([], {"usage": usage}))
    if said.reply.done:
        events.append(b"data: [DONE]\n\n")
    return events


def _last(said: Said) -> dict[str, object]:
    index = len(said.choices) - 1
    return _delta(index, {}, finish=finish_of(said.choices[index]))


def _interleaved(ids: Ids, said: Said, style: ChatStyle) -> Iterator[dict[str, object]]:
    """The choices of all chunks: several choices take turns, as they do on the real wire."""
    streams = [_choice(index, choice, ids, said.reply.delta, style) for index, choice in enumerate(said.choices)]
    for turn in zip_longest(*streams):
        yield from [one for one in turn if one is not None]


def _choice(index: int, choice: SaidChoice, ids: Ids, size: int, style: ChatStyle) -> Iterator[dict[str, object]]:
    refuse_unsayable(choice.content)
    speaks = any(isinstance(part, Text) for part in choice.content)
    silent = bool(choice.calls) and not speaks
    yield _delta(index, {"role": "assistant", "content": None if silent else "", "refusal": None})
    logprobs = list(choice.logprobs or ())
    called = 0
    for part in choice.content:
        if isinstance(part, ToolCall):
            for piece in _call(called, part, ids, size):
                yield _delta(index, {"tool_calls": [piece]})
            called += 1
            continue
        for delta in _part(part, size, style):
            own = logprobs_of((logprobs.pop(0),)) if "content" in delta and logprobs else None
            yield _delta(index, delta, logprobs=own)
    if logprobs:
        yield _delta(index, {"content": ""}, logprobs=logprobs_of(tuple(logprobs)))
    if annotations := annotations_of(choice.content):
        yield _delta(index, {"annotations": annotations})
    yield _delta(index, {}, finish=finish_of(choice))


def _part(part: Part, size: int, style: ChatStyle) -> Iterator[Mapping[str, object]]:
    match part:
        case Text():
            yield from [{"content": piece} for piece in deltas(part.text, size)]
        case Refusal():
            yield from [{"refusal": piece} for piece in deltas(part.text, size)]
        case Reasoning():
            field: str = style.reasoning
            thoughts = part.text or "\n\n".join(part.summary)
            yield from [{field: piece} for piece in deltas(thoughts, size)]
        case Audio():
            yield from _audio(part)
        case _:
            raise ValueError(f"a chat completion cannot say {part!r}")


def _audio(part: Audio) -> Iterator[dict[str, object]]:
    whole = audio_of((part,)) or {}
    yield {"audio": {"id": whole["id"], "transcript": whole["transcript"]}}
    yield {"audio": {"id": whole["id"], "data": whole["data"]}}
    yield {"audio": {"id": whole["id"], "expires_at": whole["expires_at"]}}


def _call(position: int, call: ToolCall, ids: Ids, size: int) -> Iterator[dict[str, object]]:
    key = "input" if call.kind == "custom" else "arguments"
    yield {"index": position, **call_of(call, ids), call.kind: {"name": call.name, key: ""}}
    for piece in argument_deltas(call.arguments, size):
        yield {"index": position, call.kind: {key: piece}}


def _delta(
    index: int,
    delta: Mapping[str, object],
    *,
    logprobs: dict[str, object] | None = None,
    finish: str | None = None,
) -> dict[str, object]:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
