"""Answers handed on while they arrive: a sound, or events.

https://developers.openai.com/api/reference/resources/audio: `speech.audio.delta` and `.done`, `transcript.text.delta`, `.segment`
and `.done`.
"""

import re
from collections.abc import Callable
from typing import Generic, TypeVar

from accord.core.error import Interrupted, Malformed, ProviderError
from accord.core.event import Completed, Event, Forwarded, TextDelta, UsageReported
from accord.core.http import Draft, Head, Reply, header
from accord.core.json import JsonObject, NotJson, as_object, loads_object
from accord.core.sse import LIMIT, parse_event
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.dialects.codec import Decoder
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader

T = TypeVar("T")

EVENTS = "text/event-stream"
UNKNOWN = "application/octet-stream"

_BLANK = re.compile(rb"\r?\n\r?\n")
"""What ends an event."""

_OPENINGS = (b"data:", b"event:", b":", b"id:", b"retry:")
"""How a stream begins."""


class RelayExchange(EndpointExchange[T], Generic[T]):
    """One request whose answer is handed on while it arrives."""

    __slots__ = ("_content_type", "_decoder", "forwarded")

    def __init__(
        self,
        draft: Draft,
        *,
        decode: Callable[[Reply], T],
        error: ErrorReader,
        decoder: Callable[[], Decoder],
        content_type: Callable[[Head], str],
        warnings: tuple[CallWarning, ...] = (),
    ) -> None:
        super().__init__(draft, decode=decode, error=error, warnings=warnings)
        self.forwarded: bool = True
        self._decoder = decoder
        self._content_type = content_type

    def decoder(self) -> Decoder:
        """A fresh reader for one answer."""
        return self._decoder()

    def content_type(self, head: Head) -> str:
        """What the caller gets. Raises `Malformed` where the head tells of something else than what was asked for."""
        return self._content_type(head)


def sound_type(head: Head) -> str:
    """The content type of a sound. Raises `Malformed` for what is none: a page of an edge, an error passed off as success."""
    content_type = header(head.headers, "content-type") or UNKNOWN
    if content_type.startswith(("application/json", "text/html")):
        raise Malformed(f"the speech answer is {content_type}, not sound", status=head.status)
    return content_type


def event_type(head: Head) -> str:
    """The content type of events, or of the whole answer that models without them give instead. Raises `Malformed` for the
    page of an edge.
    """
    content_type = header(head.headers, "content-type") or EVENTS
    if content_type.startswith("text/html"):
        raise Malformed(f"the answer is {content_type}, not events", status=head.status)
    return content_type


class SoundDecoder:
    """Hands a sound on. The wire reports no usage; speech is billed by the characters spoken."""

    __slots__ = ("_begun", "_usage")

    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self._begun = False

    def feed(self, data: bytes) -> list[Event]:
        """The piece as it came."""
        if self._begun:
            return [Forwarded(data=data)]
        self._begun = True
        return [UsageReported(usage=self._usage), Forwarded(data=data)]

    def end(self) -> list[Event]:
        """The end, which the transport has vouched for. Raises `Malformed` where nothing came before it."""
        if not self._begun:
            raise Malformed("the speech answer is empty", status=200)
        return [Completed()]


class WholeDecoder:
    """Collects an answer that cannot be handed on as it comes, and gives what it stands for at its end."""

    __slots__ = ("_body", "_events")

    def __init__(self, events: Callable[[bytes], list[Event]]) -> None:
        """`events` raises `Malformed`."""
        self._events = events
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> list[Event]:
        """Nothing yet."""
        self._body.append(data)
        return []

    def end(self) -> list[Event]:
        """All of it."""
        return [*self._events(b"".join(self._body)), Completed()]


class EventsDecoder:
    """Hands events on, whole ones alone, so that an error can follow them; and sees whether their end has come.

    Models that know no events answer whole instead (whisper-1), which is handed on just as well.
    """

    __slots__ = ("_begun", "_done", "_ended", "_error", "_failure", "_held", "_usage", "_whole")

    def __init__(
        self,
        *,
        done: str,
        usage: Callable[[JsonObject], Usage | None],
        error: ErrorReader,
        whole: Callable[[bytes], Usage | None],
    ) -> None:
        """`done` is the type of the last event; `usage` reads it there; `whole` reads a body that is no stream, and raises
        `Malformed`.
        """
        self._done = done
        self._usage = usage
        self._error = error
        self._whole = whole
        self._held = b""
        self._begun = False
        self._ended = False
        self._failure: ProviderError | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises what an error event tells of, or `Malformed`."""
        if self._failure is not None:
            raise self._failure
        self._held += data
        if self._is_whole:
            return []
        events: list[Event] = []
        while (found := _BLANK.search(self._held)) is not None:
            block, self._held = self._held[: found.end()], self._held[found.end() :]
            try:
                events += [*self._meaning(block), Forwarded(data=block)]
            except ProviderError as error:
                if not events:
                    raise
                self._failure = error
                return events
        if len(self._held) > LIMIT:
            raise Malformed(f"a server-sent event is longer than {LIMIT} bytes", status=200)
        return events

    def end(self) -> list[Event]:
        """The last events. Raises `Interrupted` where the last one of all is missing."""
        if self._failure is not None:
            raise self._failure
        if self._is_whole:
            return [*_reported(self._whole(self._held)), Forwarded(data=self._held), Completed()]
        rest, self._held = self._held.strip(), b""
        try:
            events = [*self._meaning(rest), Forwarded(data=rest + b"\n\n")] if rest else []
        except Malformed:
            events = []  # Half an event.
        if not self._ended:
            raise Interrupted(f"the stream ended before its `{self._done}`", status=200)
        return [*events, Completed()]

    @property
    def _is_whole(self) -> bool:
        """Whether what came begins as no stream does."""
        begun = self._held.lstrip()
        return not self._begun and not any(begun.startswith(word[: len(begun)]) for word in _OPENINGS)

    def _meaning(self, block: bytes) -> list[Event]:
        self._begun = True
        event = parse_event(block.strip().replace(b"\r\n", b"\n"))
        if event is None or event.data == b"[DONE]":
            return []
        try:
            told = loads_object(event.data)
        except NotJson as error:
            raise Malformed(f"the stream holds what is no event: {error}", status=200, body=event.data) from None
        if event.event == "error" or told.get("type") == "error" or told.get("error"):
            raise self._error(Reply(status=200, body=event.data))
        if told.get("type") == self._done:
            self._ended = True
            return _reported(self._usage(told))
        delta = told.get("delta")
        return [TextDelta(text=delta)] if isinstance(delta, str) else []


def _reported(usage: Usage | None) -> list[Event]:
    return [] if usage is None else [UsageReported(usage=usage)]


def tokens_in(told: JsonObject) -> Usage | None:
    """The tokens that an event tells of."""
    used = as_object(told.get("usage"))
    if used is None:
        return None
    return Usage(input=_count(used, "input_tokens"), output=_count(used, "output_tokens"), raw=used)


def _count(used: JsonObject, key: str) -> int | None:
    value = used.get(key)
    return value if type(value) is int else None
