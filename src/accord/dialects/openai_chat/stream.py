"""A stream, read. Complete is what every choice that began says is finished (promise 1); `[DONE]` alone is not.

Hosts differ: chunks without choices come first (Azure's filter results) and last (usage, moderation); usage may sit on the
finish chunk, on every chunk or inside a choice; ids come late; finishes are repeated; failures come as a chunk with `error`,
as `event: error`, or as a finish reason; and some answer a streamed request with a whole JSON body.
"""

from typing import TYPE_CHECKING

import msgspec

from accord.core.error import Interrupted, Malformed, ProviderError
from accord.core.event import Completed, Event, Started, TextDelta, Updated, UsageReported, Warned
from accord.core.http import Reply
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads_object, read
from accord.core.response import ChatResponse
from accord.core.sse import EventReader, EventTooLong, ServerSentEvent, parse_event
from accord.core.warning import CallWarning
from accord.dialects.openai_chat.decode import own_extra, response_in, seconds_of, text_of
from accord.dialects.openai_chat.finish import failure_of
from accord.dialects.openai_chat.stream_body import WholeBody, events_of
from accord.dialects.openai_chat.stream_choice import ChoiceStream
from accord.dialects.openai_chat.tool_name import ToolNames
from accord.dialects.openai_chat.wire import Chunk, MoreText, Opening, Piece, Words, unnamed
from accord.dialects.text_pattern import LESSONS, TextPattern

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

_chunks = msgspec.json.Decoder(Chunk)
_more_texts = msgspec.json.Decoder(MoreText)
_openings = msgspec.json.Decoder(Opening)
_NOTHING = Words()
_CONTENT = b'"content":'
_OBFUSCATION = b'"obfuscation":"'
"""https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create, `include_obfuscation`."""


class ChatDecoder:
    """Reads one stream; see `Decoder` in `dialects/codec.py`."""

    def __init__(self, codec: "OpenAIChat", names: ToolNames) -> None:
        self._codec = codec
        self._names = names
        self._reader = EventReader()
        self._body = WholeBody()
        self._failure: ProviderError | None = None
        self._started = False
        self._over = False
        self._in_text = False
        """Whether the last event said more of a text, as the next then probably does."""
        self._pattern: TextPattern | None = None
        self._learned = 0
        self.again: ChoiceStream
        """The choice whose text the events are that fit the pattern."""
        self.id: str = ""
        """The provider's id of the answer, once it is told."""
        self._tier: str | None = None
        self._extra: dict[str, object] = {}
        self._usage: JsonObject | None = None
        self.choices: dict[int, ChoiceStream] = {}

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises as `Decoder.feed` says."""
        if self._failure is not None:
            raise self._failure
        events: list[Event] = []
        if not self._body.is_stream:
            data = self._body.pass_on(data)
        if not data or self._over:
            return events
        try:
            for block in self._reader.blocks(data):
                pattern = self._pattern
                if pattern is not None and self.repeated(pattern, block, events):
                    continue
                event = parse_event(block)
                if event is not None:
                    self._take(event, events)
        except EventTooLong as error:
            self._failure = Malformed(str(error), status=200)
        except ProviderError as error:
            self._failure = error
        if not events and self._failure is not None:
            raise self._failure
        return events

    def end(self) -> list[Event]:
        """The last events. Raises `Interrupted` where a choice has no finish, or the failure found before."""
        self._raise()
        events: list[Event] = []
        try:
            if self._body.is_whole:
                return self._events_of_whole()
            for event in self._reader.end():
                self._take(event, events)
            if not self._over:
                self._complete(events, said=False)
        except Malformed as error:
            # What is left without a line's end is the first half of an event.
            self._failure = error if self._body.is_whole else Interrupted(self._missing(), status=200)
        except ProviderError as error:
            self._failure = error
        self._raise()
        return events

    def _take(self, event: ServerSentEvent, events: list[Event]) -> None:
        data = event.data
        if self._over or not data.strip():
            return
        if data.startswith(b"[DONE]"):
            self._complete(events, said=True)
            return
        if not event.event:
            if self._in_text and self._is_more_text(data, events):
                return
            if not self._started and self._is_opening(data, events):
                return
        try:
            chunk = read(_chunks, data)
        except NotJson as error:
            raise Malformed(f"the stream holds what is no chunk: {error}", status=200, body=data) from None
        if chunk.error or event.event == "error" or chunk.kind == "error":
            self._fail(chunk, data, events)
        else:
            self.take_chunk(chunk, data, events)

    def _is_more_text(self, data: bytes, events: list[Event]) -> bool:
        """Takes an event that only says more of a text, in one step: 1.6 us in place of 3.4."""
        try:
            more = _more_texts.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._in_text = False
            return False
        taken = self.take_text(more, data, events)
        if taken and self._learned < LESSONS and b"\n" not in data:
            self._learned += 1
            pattern = TextPattern.of(b"data: " + data, _CONTENT, _OBFUSCATION)
            if pattern is not None:
                self.learn(pattern, more)
        return taken

    def _is_opening(self, data: bytes, events: list[Event]) -> bool:
        """Takes an event that only says who speaks, in one step: 400 instructions in place of 1,500, of a processor that has rested."""
        try:
            opening = _openings.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        return self.take_opening(opening, data, events)

    def take_opening(self, opening: Opening, data: bytes, events: list[Event]) -> bool:
        """Adds the beginning of an answer. Gives whether it could."""
        del data
        self._started = True
        self.id = opening.id
        self._tier = opening.service_tier or self._tier
        if opening.service_tier is not None:
            self._extra["service_tier"] = opening.service_tier
        if opening.system_fingerprint:
            self._extra["system_fingerprint"] = opening.system_fingerprint
        extra = own_extra(dict(self._extra))
        events.append(Started(id=opening.id, model=opening.model, created=seconds_of(opening.created), extra=extra))
        self.choices[0] = ChoiceStream(self._codec, self._names, 0, opening.id)
        return True

    def learn(self, pattern: TextPattern, of: MoreText) -> None:
        """From now on events that fit are cut, not read."""
        self._pattern = pattern
        self.again = self.choices[of.choices[0].index]

    def repeated(self, pattern: TextPattern, block: bytes, events: list[Event]) -> bool:
        """Takes an event that fits the pattern, by its lines. Gives whether it does."""
        text = pattern.text_in(block)
        if not text or self._over:
            return False
        self.again.say(text, events)
        return True

    def take_text(self, more: MoreText, data: bytes, events: list[Event]) -> bool:
        """Adds more of a text that has begun. Gives whether it could."""
        piece = more.choices[0]
        choice = self.choices.get(piece.index)
        if choice is None:
            return False
        choice.say(piece.delta.content, events)
        return True

    def events_of(self, response: ChatResponse) -> list[Event]:
        """The events of an answer that came whole."""
        return events_of(response)

    def take_chunk(self, chunk: Chunk, data: bytes, events: list[Event]) -> None:
        """Adds the events of one chunk to `events`. Raises `Malformed`, and the failure that a finish tells of."""
        pieces = chunk.choices or ()
        if not self._started and (pieces or chunk.id):
            self._start(chunk, data, events)
        before = len(events)
        rare = not pieces or chunk.usage is not None
        for position, piece in enumerate(pieces):
            rare = self._add(piece, position, events) or rare
        if rare or len(events) == before:
            self._look_closer(chunk, data, events)
        self._in_text = not rare and len(pieces) == 1 and len(events) > before and type(events[-1]) is TextDelta

    def _add(self, piece: Piece, position: int, events: list[Event]) -> bool:
        """Adds what most pieces have. Gives whether there is, or may be, more to a piece."""
        choice = self._choice(piece, position)
        if piece.logprobs is not None:
            choice.score(piece.logprobs, events)
        words = piece.delta
        if words is None or isinstance(words, msgspec.UnsetType):
            return True
        choice.add(words, events)
        return bool(
            piece.finish_reason
            or piece.usage
            or words.tool_calls
            or words.function_call
            or words.audio
            or words.annotations
            or words.images
        )

    def _look_closer(self, chunk: Chunk, data: bytes, events: list[Event]) -> None:
        """Reads a chunk with all its members: the first, the last, and those that open something."""
        raw = members_in(data)
        self._notice(chunk, raw, events)
        raws = as_array(raw.get("choices")) or []
        for position, (piece, of_piece) in enumerate(zip(chunk.choices or (), raws, strict=False)):
            self._add_rare(piece, position, as_object(of_piece) or {}, events)
        grouped = as_object(raw.get("x_groq")) or {}
        self._count(chunk.usage or grouped.get("usage"), events)

    def _add_rare(self, piece: Piece, position: int, raw: JsonObject, events: list[Event]) -> None:
        choice = self._choice(piece, position)
        choice.extra.update(unnamed(raw, "piece"))
        words = piece.delta if isinstance(piece.delta, Words) else _NOTHING
        choice.add_rare(words, as_object(raw.get("delta")) or {}, events)
        self._count(piece.usage, events)
        reason = piece.finish_reason
        if isinstance(reason, str) and reason:
            kind = failure_of(reason)
            if kind is not None and choice.finish is None:
                raise self._codec.broken(kind, reason, Reply(status=200))
            choice.end(reason, events)
        elif reason == "" and len(choice.calls) > 0:
            choice.unsaid = True

    def _start(self, chunk: Chunk, data: bytes, events: list[Event]) -> None:
        self._started = True
        self.id = text_of(chunk.id)
        self._extra.update(unnamed(members_in(data), "chunk"))
        events.append(
            Started(
                id=self.id,
                model=text_of(chunk.model),
                created=seconds_of(chunk.created),
                extra=own_extra(dict(self._extra)),
            )
        )

    def _notice(self, chunk: Chunk, raw: JsonObject, events: list[Event]) -> None:
        """Keeps what a chunk says of the whole answer."""
        self._tier = text_of(chunk.service_tier) or self._tier
        fields = unnamed(raw, "chunk")
        news = {key: value for key, value in fields.items() if self._extra.get(key) != value}
        self._extra.update(news)
        late = self._started and not self.id and chunk.id
        if late:
            self.id = text_of(chunk.id)
        if self._started and (news or late):
            events.append(
                Updated(
                    id=self.id if late else None,
                    model=text_of(chunk.model) or None if late else None,
                    extra=own_extra(news),
                )
            )

    def _choice(self, piece: Piece, position: int) -> ChoiceStream:
        index = piece.index if isinstance(piece.index, int) else position
        choice = self.choices.get(index)
        if choice is None:
            choice = self.choices[index] = ChoiceStream(self._codec, self._names, index, self.id)
        return choice

    def _count(self, given: object, events: list[Event]) -> None:
        usage = as_object(given)
        if usage and usage != self._usage:
            self._usage = usage
            events.append(UsageReported(usage=self._codec.usage(usage, self._tier)))

    def _fail(self, chunk: Chunk, data: bytes, events: list[Event]) -> None:
        """An error ends the stream, unless the answer was whole and counted before it (OpenRouter)."""
        raw = members_in(data)
        error = self._codec.failure(Reply(status=200, body=data), raw)
        if not (self._all_finished() and chunk.usage):
            raise error
        message = f"the provider reported an error after the end of its answer: {error.message}"
        events.append(Warned(warning=CallWarning(kind="changed", field="stream", message=message)))
        self._count(chunk.usage, events)

    def _all_finished(self) -> bool:
        return bool(self.choices) and all(choice.finish is not None for choice in self.choices.values())

    def _complete(self, events: list[Event], *, said: bool) -> None:
        """Ends the stream; `said`: the wire's `[DONE]` was seen. Raises `Interrupted`."""
        for choice in self.choices.values():
            if said and choice.finish is None and choice.unsaid:
                choice.end("" if len(choice.calls) > 0 else "stop", events)
        if not self._all_finished():
            raise Interrupted(self._missing(), status=200)
        self._over = True
        events.append(Completed())

    def _missing(self) -> str:
        for index, choice in sorted(self.choices.items()):
            if choice.finish is None:
                return f"the stream ended before choice {index} was finished"
        return "the stream ended before the answer began"

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _events_of_whole(self) -> list[Event]:
        reply = Reply(status=200, body=self._body.bytes())
        response = response_in(self._codec, reply, self._names)
        self._over = True
        return self.events_of(response)


def members_in(data: bytes) -> JsonObject:
    """All members of a chunk. Raises `Malformed`."""
    try:
        return loads_object(data)
    except NotJson as error:
        raise Malformed(f"the stream holds what is no chunk: {error}", status=200, body=data) from None
