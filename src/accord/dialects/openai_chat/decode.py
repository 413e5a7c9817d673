"""A whole answer, read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from accord.core.error import Malformed, ProviderError
from accord.core.http import Reply
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads_object
from accord.core.message import Message
from accord.core.part import Audio, Extra, Media, Part, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice, Logprobs
from accord.core.usage import Usage
from accord.dialects.openai_chat import read_part
from accord.dialects.openai_chat.finish import FAILURES
from accord.dialects.openai_chat.reasoning_detail import Detail, text_in
from accord.dialects.openai_chat.tool_name import ToolNames
from accord.dialects.openai_chat.wire import Answer, Call, Scores, Sound, Words, unnamed

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat


def response_in(codec: "OpenAIChat", reply: Reply, names: ToolNames) -> ChatResponse:
    """The response in a 2xx reply. Raises the `ProviderError` the body tells of, or `Malformed`."""
    try:
        body = loads_object(reply.body)
    except NotJson as error:
        raise Malformed(f"the answer is not JSON: {error}", status=reply.status, body=reply.body) from None
    choices = as_array(body.get("choices"))
    if body.get("error") or not choices:
        raise codec.failure(reply, body)
    response_id = text_of(body.get("id"))
    reader = _AnswerReader(codec, names, response_id, reply)
    response = ChatResponse(
        id=response_id,
        model=text_of(body.get("model")),
        created=seconds_of(body.get("created")),
        choices=tuple([reader.choice(item, position) for position, item in enumerate(choices)]),
        usage=_usage(codec, body),
        extra=own_extra(unnamed(body, "completion")),
        raw=reply.body,
    )
    if reader.failure is not None:
        reader.failure.partial = response
        raise reader.failure
    return response


class _AnswerReader:
    """Reads the choices of one answer."""

    __slots__ = ("_codec", "_names", "_reply", "_response_id", "failure")

    def __init__(self, codec: "OpenAIChat", names: ToolNames, response_id: str, reply: Reply) -> None:
        self._codec = codec
        self._names = names
        self._response_id = response_id
        self._reply = reply
        self.failure: ProviderError | None = None
        """What the host says broke a choice."""

    def choice(self, item: object, position: int) -> Choice:
        """One choice. Raises `Malformed`."""
        raw = as_object(item) or {}
        try:
            answer = msgspec.convert(raw, Answer)
        except msgspec.ValidationError as error:
            raise self._malformed(f"choice {position} is not what the wire promises: {error}") from None
        if answer.message is None:
            raise self._malformed(f"choice {position} has no message")
        index = position if answer.index is None else answer.index
        message = as_object(raw.get("message")) or {}
        parts = self._parts(answer.message, message, index)
        reason = text_of(answer.finish_reason)
        self._notice(raw, reason)
        return Choice(
            index=index,
            message=Message(role="assistant", parts=tuple(parts), extra=own_extra(message_extra(message))),
            finish=self._codec.finish(reason, calls=any(isinstance(part, ToolCall) for part in parts)),
            logprobs=logprobs_of(answer.logprobs),
            extra=own_extra(unnamed(raw, "answer")),
        )

    def _notice(self, raw: JsonObject, reason: str) -> None:
        """Keeps the failure that a choice tells of: an `error` of its own, or a finish that is one."""
        error, kind = raw.get("error"), FAILURES.get(reason)
        if error:
            self.failure = self.failure or self._codec.failure(self._reply, {"error": error})
        elif kind is not None:
            self.failure = self.failure or self._codec.broken(kind, reason, self._reply)

    def _parts(self, words: Words, raw: JsonObject, choice: int) -> list[Part]:
        parts: list[Part] = []
        if words.reasoning_content or words.reasoning or words.reasoning_text or words.reasoning_details:
            parts.extend(self._thoughts(words))
        parts.extend(self._content(words))
        if isinstance(words.refusal, str) and words.refusal:
            parts.append(Refusal(text=words.refusal))
        if words.audio is not None:
            parts.append(audio_part(words.audio))
        if words.images:
            parts.extend(read_part.images_in(words.images))
        if words.tool_calls or words.function_call is not None:
            parts.extend(self._calls(words, raw, choice))
        return parts

    def _thoughts(self, words: Words) -> list[Part]:
        details = details_in(words)
        reasoning = read_part.reasoning_field(words, self._codec.knobs.reasoning_read)
        if reasoning is None and not details:
            return []
        text, field = reasoning or (text_in(details), None)
        return [read_part.reasoning_part(text, field, details)]

    def _content(self, words: Words) -> list[Part]:
        if isinstance(words.content, str):
            citations = read_part.citations_in(words.annotations) if words.annotations else ()
            return [Text(text=words.content, citations=citations)] if words.content else []
        items = as_array(words.content)
        return [] if items is None else self._codec.content(items)

    def _calls(self, words: Words, raw: JsonObject, choice: int) -> list[Part]:
        calls = words.tool_calls or []
        raws = as_array(raw.get("tool_calls")) or []
        found: list[Part] = []
        for position, (call, of_call) in enumerate(zip(calls, raws, strict=False)):
            extra = unnamed(as_object(of_call) or {}, "call")
            id = read_part.call_id_of(call, self._response_id, choice, position)  # noqa: A001
            found.append(read_part.tool_call(call, id, self._names, extra))
        if words.function_call is not None and not found:
            call = Call(function=words.function_call)
            id = read_part.call_id_of(call, self._response_id, choice, 0)  # noqa: A001
            found.append(read_part.tool_call(call, id, self._names, {}))
        return found

    def _malformed(self, message: str) -> Malformed:
        return Malformed(message, status=self._reply.status, body=self._reply.body)


def audio_part(sound: Sound) -> Audio:
    """Spoken words."""
    return Audio(
        source=Media(data=sound.data or None),
        transcript=sound.transcript or None,
        id=sound.id,
        expires_at=sound.expires_at,
    )


def details_in(words: Words) -> list[Detail]:
    """The items of `reasoning_details`."""
    return [detail for item in as_array(words.reasoning_details) or [] if (detail := as_object(item)) is not None]


def logprobs_of(found: Scores | None) -> Logprobs | None:
    """Log probabilities of a choice, `None` where there are none."""
    if found is None:
        return None
    content, refusal = read_part.scores(found.content), read_part.scores(found.refusal)
    return None if content is None and refusal is None else Logprobs(content=content, refusal=refusal)


def message_extra(raw: Mapping[str, object]) -> dict[str, object]:
    """What a message holds that parts don't say, to be sent back with it."""
    extra = unnamed(raw, "words")
    if raw.get("annotations") and read_part.other_annotations(raw.get("annotations")):
        extra["annotations"] = raw["annotations"]
    return extra


def own_extra(fields: dict[str, object]) -> Extra:
    """Fields of this wire, in their place beside those of others."""
    return {"openai_chat": fields} if fields else {}


def text_of(value: object) -> str:
    """A string, `""` for anything else."""
    return value if isinstance(value, str) else ""


def seconds_of(value: object) -> int | None:
    """Unix seconds, `None` where there is no sensible number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**53:
        return None
    return int(value)


def _usage(codec: "OpenAIChat", body: JsonObject) -> Usage | None:
    raw = as_object(body.get("usage"))
    return codec.usage(raw, text_of(body.get("service_tier")) or None) if raw else None
