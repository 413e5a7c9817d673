"""Reads a stream: the wire's events become neutral ones, and nothing is called complete that is not.

Complete means `message_stop`. Where the provider's bytes are handed on as they came, each event is checked first, so
that neither a broken one nor an error reaches the caller as part of the answer.
"""

from collections.abc import Mapping
from typing import TypeAlias

from accord.core.error import Interrupted, Malformed, ProviderError
from accord.core.event import (
    Completed,
    Event,
    Finished,
    Forwarded,
    OpaqueEvent,
    PartFinished,
    PartStarted,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.json import JsonObject, NotJson, as_object, edited, loads_object
from accord.core.sse import EventReader, EventTooLong, parse_event
from accord.dialects.anthropic_messages.block import Block, TextBlock, block_of
from accord.dialects.anthropic_messages.dialect import DIALECT, kept
from accord.dialects.anthropic_messages.error import error_in, error_of
from accord.dialects.anthropic_messages.fields import Fields, WrongShape
from accord.dialects.anthropic_messages.frame import frame
from accord.dialects.anthropic_messages.read_message import refusal_in, settled, unnamed
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.usage import overlaid
from accord.dialects.anthropic_messages.wire_event import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Failed,
    MessageDelta,
    MessageStart,
    MessageStop,
    Ping,
    WireEvent,
    read_event,
)
from accord.dialects.anthropic_messages.write_part import STOP_DETAILS
from accord.dialects.text_pattern import LESSONS, TextPattern

_NAMED = b"event: content_block_delta\ndata: {"
_MOST_HEAD = 1 << 20
"""Bytes kept while no event was seen, to read the plain error that a host may send in place of a stream."""


class MessageDecoder:
    """Reads one stream."""

    def __init__(self, reading: Reading, provider: str) -> None:
        self._reading = reading
        self._provider = provider
        self._frames = EventReader()
        self._head: bytes | None = b""
        self._blocks: dict[int, Block] = {}
        self._parts = 0
        self._passes_on = reading.shown_model is not None
        self._usage: JsonObject | None = None
        self._started = self._completed = False
        self._ending: _Ending = (None, None, None)
        """Why it stopped, as `message_delta` says: told with `message_stop`, for what is cut between them is not complete,
        and callers of other wires take a finish for the end."""
        self._failure: ProviderError | None = None
        self._pattern: TextPattern | None = None
        self._part = 0
        """The part whose text the events are that fit the pattern."""
        self._learned = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises what `Decoder.feed` of `dialects/codec.py` says."""
        if self._failure is not None:
            raise self._failure
        try:
            blocks = self._frames.blocks(data)
        except EventTooLong as error:
            self._failure = self._malformed(str(error))
            raise self._failure from None
        if self._head is not None:
            self._look(data, blocks)
        events, self._failure = self._read(blocks)
        if self._failure is not None and not events:
            raise self._failure
        return events

    def more(self, data: bytes) -> TextDelta | None:
        """See `TextDecoder`: 90 steps of an event less than among others."""
        pattern = self._pattern
        if pattern is None or self._passes_on or self._frames.held or self._failure is not None:
            return None
        text = pattern.text_in(data[:-2]) if data.endswith(b"\n\n") else ""
        return TextDelta(part=self._part, text=text) if text else None

    def end(self) -> list[Event]:
        """The last events. Raises `Interrupted` where `message_stop` is missing, or the failure that was held back."""
        if self._failure is not None:
            raise self._failure
        events, failure = self._read(self._frames.rest())
        if self._completed:
            return events
        # What cannot be read at the very end is not wrong but cut.
        self._failure = self._cut() if failure is None or isinstance(failure, Malformed) else failure
        raise self._failure

    def _read(self, blocks: list[bytes]) -> tuple[list[Event], ProviderError | None]:
        """The events in the lines of whole ones, up to the failure that is told by one of them."""
        events: list[Event] = []
        failure: ProviderError | None = None
        passed: list[bytes] = []
        for block in blocks:
            pattern = self._pattern
            if pattern is not None and (text := pattern.text_in(block)):
                events.append(TextDelta(part=self._part, text=text))
                if self._passes_on:
                    passed.append(block + b"\n\n")
                continue
            one = parse_event(block)
            if one is None or self._completed or one.data == b"[DONE]":
                continue
            name, data = one.event, one.data
            try:
                wire_event = read_event(data, name)
                told = self._told(wire_event, data)
                if told and self._learned < LESSONS and type(wire_event) is BlockDelta:
                    self._learn(wire_event, block)
            except (NotJson, WrongShape) as error:
                failure = self._malformed(f"an event of the stream cannot be read: {error}")
                break
            except ProviderError as error:
                failure = error
                break
            if self._passes_on and self._started:
                self._pass_on(wire_event, name, data, passed, events)
            events.extend(told)
        if passed:
            events.append(Forwarded(data=b"".join(passed)))
        return events, failure

    def _learn(self, found: BlockDelta, block: bytes) -> None:
        """From now on events that say more of the same text are cut, not read."""
        self._learned += 1
        of = self._blocks[found.index]
        # Under this name alone they go on as they came.
        if isinstance(of, TextBlock) and found.delta.type == "text_delta" and block.startswith(_NAMED):
            self._pattern = TextPattern.of(block, b'"text":')
            self._part = of.part

    def _pass_on(
        self, found: WireEvent | JsonObject, name: str, data: bytes, passed: list[bytes], events: list[Event]
    ) -> None:
        """Keeps the bytes of one event for the caller; those of the last one apart, so that they can be held back."""
        if isinstance(found, MessageStart):
            data = edited(data, {"message": {**found.message, "model": self._reading.shown_model}})
        kind = name or _kind(found)
        if isinstance(found, MessageStop):
            if passed:
                events.append(Forwarded(data=b"".join(passed)))
                passed.clear()
            events.append(Forwarded(data=frame(kind, data)))
        else:
            passed.append(frame(kind, data))

    def _told(self, found: WireEvent | JsonObject, data: bytes) -> list[Event]:
        """What one event says. Raises `WrongShape`, or the `ProviderError` it tells of."""
        match found:
            case BlockDelta():
                return self._delta(found, data)
            case BlockStart():
                return self._start_block(found)
            case BlockStop():
                self._pattern = None
                return self._block(found.index).stop()
            case MessageStart():
                return self._start(found)
            case MessageDelta():
                return self._message_delta(found, data)
            case MessageStop():
                return self._stop()
            case Failed():
                raise error_in(loads_object(data), status=200, body=data)
            case Ping():
                return []
            case _:
                return [OpaqueEvent(dialect=DIALECT, raw=found)]

    def _start(self, found: MessageStart) -> list[Event]:
        if self._started:
            raise WrongShape("type", "a second message_start")
        self._started = True
        fields = Fields(found.message, "message")
        for key in _TOLD_LATER:
            fields.take(key)
        usage = as_object(fields.take("usage"))
        id_, model = fields.text("id") or "", fields.text("model") or ""
        events: list[Event] = [Started(id=id_, model=model, extra=unnamed(fields.rest()))]
        return [*events, *self._use(usage)]

    def _start_block(self, found: BlockStart) -> list[Event]:
        if not self._started or found.index in self._blocks:
            raise WrongShape("index", f"block {found.index} starts out of order")
        self._pattern, self._learned = None, 0
        block = block_of(found.content_block, self._parts, self._reading)
        self._blocks[found.index] = block
        self._parts += 1
        return block.start()

    def _block(self, index: int) -> Block:
        block = self._blocks.get(index)
        if block is None:
            raise WrongShape("index", f"block {index} has not started")
        return block

    def _delta(self, found: BlockDelta, data: bytes) -> list[Event]:
        block = self._blocks.get(found.index) or self._block(found.index)
        events = block.add(found.delta)
        if events is not None:
            return events
        # Of a kind that is newer than this, or that only a block without neutral meaning takes.
        raw = loads_object(data)
        taken = block.add_unknown(as_object(raw.get("delta")) or {})
        return [] if taken else [OpaqueEvent(dialect=DIALECT, raw=raw)]

    def _message_delta(self, found: MessageDelta, data: bytes) -> list[Event]:
        self._require_start()
        delta = Fields(found.delta, "delta")
        reason, sequence, details = delta.text("stop_reason"), delta.text("stop_sequence"), delta.plain(STOP_DETAILS)
        later = {key: value for key, value in loads_object(data).items() if key not in {"type", "delta", "usage"}}
        extra = unnamed({**delta.rest(), **later})
        events: list[Event] = [Updated(extra=extra)] if extra else []
        events.extend(self._use(as_object(found.usage)))
        if reason is not None:
            self._ending = (reason, sequence, details)
        return events

    def _finish(self, reason: str | None, sequence: str | None, details: dict[str, object] | None) -> list[Event]:
        events: list[Event] = []
        for part in refusal_in(details):
            events.extend((PartStarted(part=self._parts, value=part), PartFinished(part=self._parts)))
            self._parts += 1
        calls = any(block.calls for block in self._blocks.values())
        finish = settled(self._reading.stages.finish_reason(reason, sequence), self._reading, calls=calls)
        extra = kept({} if details is None else {STOP_DETAILS: details})
        return [*events, Finished(finish=finish, extra=extra)]

    def _stop(self) -> list[Event]:
        self._require_start()
        self._completed = True
        return [*self._finish(*self._ending), Completed()]

    def _require_start(self) -> None:
        if not self._started:
            raise WrongShape("type", "the stream does not begin with message_start")

    def _use(self, usage: dict[str, object] | None) -> list[Event]:
        if usage is None:
            return []
        self._usage = usage if self._usage is None else overlaid(self._usage, usage)
        return [UsageReported(usage=self._reading.stages.usage(self._usage))]

    def _look(self, data: bytes, blocks: list[bytes]) -> None:
        """Keeps what may be a plain JSON answer in place of a stream."""
        head = (self._head or b"") + data
        plain = head.lstrip()[:1] in (b"", b"{", b"[")
        self._head = head[:_MOST_HEAD] if plain and not any(map(parse_event, blocks)) else None

    def _cut(self) -> ProviderError:
        if self._head:
            error = error_of(200, (), self._head)
            told = error.type is not None
            return error if told else self._malformed("a plain answer came where a stream was asked for")
        return Interrupted(f"the answer of {self._provider} ended before its message_stop")

    def _malformed(self, why: str) -> Malformed:
        return Malformed(f"{self._provider}: {why}", status=200)


_Ending: TypeAlias = tuple[str | None, str | None, dict[str, object] | None]
"""The stop reason, the stop sequence, and details."""

_TOLD_LATER = ("type", "role", "content", "stop_reason", "stop_sequence", STOP_DETAILS)
"""Members of the first event that say nothing yet."""


def _kind(found: WireEvent | JsonObject) -> str:
    tag = found.get("type") if isinstance(found, Mapping) else found.__struct_config__.tag
    return str(tag)
