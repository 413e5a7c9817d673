"""A whole answer, read."""

from typing import TYPE_CHECKING

import msgspec

from accord.core.error import Malformed, ProviderError
from accord.core.http import Reply
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads_object, read
from accord.core.message import Message
from accord.core.part import Audio, Extra, Media, Part, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice, Logprobs
from accord.dialects.openai_chat import read_part
from accord.dialects.openai_chat.finish import failure_of
from accord.dialects.openai_chat.plain_answer import plain_response
from accord.dialects.openai_chat.reasoning_detail import Detail, text_in
from accord.dialects.openai_chat.tool_name import ToolNames
from accord.dialects.openai_chat.wire import Answer, Call, KnownCompletion, Scores, Sound, Words, unnamed

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

_known = msgspec.json.Decoder(KnownCompletion)


def response_in(codec: "OpenAIChat", reply: Reply, names: ToolNames, *, forwarded: bool = False) -> ChatResponse:
    """The response in a 2xx reply. Raises the `ProviderError` the body tells of, or `Malformed`."""
    plain = plain_response(codec, reply, forwarded=forwarded)
    if plain is not None:
        return plain
    reader = _Reader(codec, names, reply, forwarded=forwarded)
    try:
        known = read(_known, reply.body)
    except NotJson:
        return reader.response()
    return reader.known_response(known) if known.choices else reader.response()


class _Reader:
    """Reads one answer."""

    __slots__ = ("_codec", "_failure", "_forwarded", "_names", "_reply", "_response_id")

    def __init__(self, codec: "OpenAIChat", names: ToolNames, reply: Reply, *, forwarded: bool) -> None:
        self._codec = codec
        self._names = names
        self._reply = reply
        self._forwarded = forwarded
        self._response_id = ""
        self._failure: ProviderError | None = None
        """What the host says broke a choice."""

    def known_response(self, answer: KnownCompletion) -> ChatResponse:
        """The response in an answer without members that have no name here."""
        self._response_id = answer.id
        extra: JsonObject = {}
        if answer.service_tier is not None or answer.system_fingerprint is not None:
            named = {"service_tier": answer.service_tier, "system_fingerprint": answer.system_fingerprint}
            extra = {key: value for key, value in named.items() if value is not None}
        choices = [self._choice(choice, {}, position) for position, choice in enumerate(answer.choices)]
        return self._told(answer.model, answer.created, choices, answer.usage, answer.service_tier, extra)

    def response(self) -> ChatResponse:
        """The response in any answer. Raises as `response_in` does."""
        reply = self._reply
        try:
            body = loads_object(reply.body)
        except NotJson as error:
            raise Malformed(f"the answer is not JSON: {error}", status=reply.status, body=reply.body) from None
        items = as_array(body.get("choices"))
        if body.get("error") or not items:
            raise self._codec.failure(reply, body)
        self._response_id = text_of(body.get("id"))
        return self._told(
            text_of(body.get("model")),
            body.get("created"),
            [self._converted(item, position) for position, item in enumerate(items)],
            as_object(body.get("usage")),
            text_of(body.get("service_tier")),
            unnamed(body, "completion"),
        )

    def _told(
        self,
        model: str,
        created: object,
        choices: list[Choice],
        usage: JsonObject | None,
        tier: str | None,
        extra: JsonObject,
    ) -> ChatResponse:
        if len(choices) > 1:
            choices = _numbered(choices)
        response = ChatResponse(
            id=self._response_id,
            model=model,
            created=seconds_of(created),
            choices=tuple(choices),
            usage=self._codec.usage(usage, tier or None) if usage else None,
            extra=own_extra(extra),
            raw=self._reply.body,
            forwarded=self._forwarded,
        )
        if self._failure is not None:
            self._failure.partial = response
            raise self._failure
        return response

    def _converted(self, item: object, position: int) -> Choice:
        raw = as_object(item) or {}
        try:
            answer = msgspec.convert(raw, Answer)
        except msgspec.ValidationError as error:
            raise self._malformed(f"choice {position} is not what the wire promises: {error}") from None
        return self._choice(answer, raw, position)

    def _choice(self, answer: Answer, raw: JsonObject, position: int) -> Choice:
        """One choice; `raw` is empty where all of it is in `answer`. Raises `Malformed`."""
        words = answer.message
        if words is None:
            raise self._malformed(f"choice {position} has no message")
        index = position if answer.index is None else answer.index
        message = as_object(raw.get("message")) or {}
        parts = self._parts(words)
        calls = self._calls(words, message, index) if words.tool_calls or words.function_call else []
        reason = text_of(answer.finish_reason)
        kind = failure_of(reason)
        if kind is not None or "error" in raw:
            self._notice(raw, reason, kind)
        return Choice(
            index=index,
            message=Message(
                role="assistant",
                parts=(*parts, *calls),
                extra=own_extra(message_extra(message, words.annotations)) if message or words.annotations else {},
            ),
            finish=self._codec.finish(reason, calls=bool(calls)),
            logprobs=None if answer.logprobs is None else logprobs_of(answer.logprobs),
            extra=own_extra(unnamed(raw, "answer")) if raw else {},
        )

    def _notice(self, raw: JsonObject, reason: str, kind: type[ProviderError] | None) -> None:
        """Keeps the failure that a choice tells of: an `error` of its own, or a finish that is one."""
        error = raw.get("error")
        if error:
            self._failure = self._failure or self._codec.failure(self._reply, {"error": error})
        elif kind is not None:
            self._failure = self._failure or self._codec.broken(kind, reason, self._reply)

    def _parts(self, words: Words) -> list[Part]:
        parts: list[Part] = []
        if words.reasoning_content or words.reasoning or words.reasoning_text or words.reasoning_details:
            parts.extend(self._thoughts(words))
        parts.extend(self._content(words))
        refusal = read_part.words_of(words.refusal, "refusal")
        if refusal:
            parts.append(Refusal(text=refusal))
        if words.audio is not None:
            parts.append(audio_part(words.audio))
        if words.images:
            parts.extend(read_part.images_in(words.images))
        return parts

    def _thoughts(self, words: Words) -> list[Part]:
        details = details_in(words)
        reasoning = read_part.reasoning_field(words, self._codec.knobs.reasoning_read)
        if reasoning is None and not details:
            return []
        text, field = reasoning or (text_in(details), None)
        return [read_part.reasoning_part(text, field, details)]

    def _content(self, words: Words) -> list[Part]:
        items = as_array(words.content)
        if items is not None:
            return self._codec.content(items)
        text = read_part.words_of(words.content, "content")
        citations = read_part.citations_in(words.annotations) if words.annotations else ()
        return [Text(text=text, citations=citations)] if text else []

    def _calls(self, words: Words, raw: JsonObject, choice: int) -> list[ToolCall]:
        raws = as_array(raw.get("tool_calls")) or []
        found: list[ToolCall] = []
        for position, call in enumerate(words.tool_calls or ()):
            extra = unnamed(as_object(raws[position]) or {}, "call") if raws else {}
            call_id = read_part.call_id_of(call, self._response_id, choice, position)
            found.append(read_part.tool_call(call, call_id, self._names, extra))
        if words.function_call and not found:
            call = Call(function=words.function_call)
            call_id = read_part.call_id_of(call, self._response_id, choice, 0)
            found.append(read_part.tool_call(call, call_id, self._names, {}))
        return found

    def _malformed(self, message: str) -> Malformed:
        return Malformed(message, status=self._reply.status, body=self._reply.body)


def _numbered(choices: list[Choice]) -> list[Choice]:
    """The choices, each under a number of its own: where a host gives one number to several, their places count."""
    if len({choice.index for choice in choices}) == len(choices):
        return choices
    return [msgspec.structs.replace(choice, index=place) for place, choice in enumerate(choices)]


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


def logprobs_of(found: Scores) -> Logprobs | None:
    """Log probabilities of a choice, `None` where there are none."""
    content, refusal = read_part.scores(found.content), read_part.scores(found.refusal)
    return None if content is None and refusal is None else Logprobs(content=content, refusal=refusal)


def message_extra(raw: JsonObject, annotations: object) -> dict[str, object]:
    """What a message holds that parts don't say, to be sent back with it."""
    extra = unnamed(raw, "words")
    if annotations and read_part.other_annotations(annotations):
        extra["annotations"] = read_part.annotations_in(annotations)
    return extra


def own_extra(fields: JsonObject) -> Extra:
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
