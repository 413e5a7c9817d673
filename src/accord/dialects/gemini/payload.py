"""The messages in a streamed body: server-sent events, a growing JSON array, or a bare object.

Google streams events where it is asked to (`alt=sse`) and an array where it is not; failures come as a bare object or
array in either. https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent.
"""

import re

from accord.core.error import Malformed
from accord.core.sse import LIMIT, EventReader, EventTooLong

_MARK_OF_THE_END = b"[DONE]"
"""OpenAI's, which some proxies add."""
_OPENING = (b"{", b"[")
_LINE_OF_JSON = re.compile(rb"\n[{[]")
_TOKEN = re.compile(rb'["\\{}]')


class PayloadReader:
    """Cuts a body into messages. Any split of the same bytes gives the same messages."""

    __slots__ = ("_events", "_fresh", "_json")

    def __init__(self) -> None:
        self._events = EventReader()
        self._json: _JsonReader | None = None
        self._fresh = True
        """Whether the next byte begins a line."""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages completed by `data`. Raises `Malformed` for one that is too long."""
        if self._json is not None:
            return self._json.feed(data)
        if not data:
            return []
        begin = self._json_in(data)
        self._fresh = data.endswith(b"\n")
        if begin is None:
            return self._of_events(data)
        messages = self._of_events(data[:begin]) + self._end_of_events()
        self._json = _JsonReader()
        return messages + self._json.feed(data[begin:])

    def _json_in(self, data: bytes) -> int | None:
        """Where a line begins like JSON: in events every line begins with a field's name, so that is their end."""
        if self._fresh and data[:1] in _OPENING:
            return 0
        found = _LINE_OF_JSON.search(data)
        return None if found is None else found.start() + 1

    def end(self) -> list[bytes]:
        """The messages that the end of the bytes completes. A JSON object that was cut is none."""
        return [] if self._json is not None else self._end_of_events()

    def _of_events(self, data: bytes) -> list[bytes]:
        try:
            return [event.data for event in self._events.feed(data) if event.data != _MARK_OF_THE_END]
        except EventTooLong as error:
            raise Malformed(str(error)) from None

    def _end_of_events(self) -> list[bytes]:
        return [event.data for event in self._events.end() if event.data != _MARK_OF_THE_END]


class _JsonReader:
    """Cuts out the outermost objects of JSON text; whatever holds or separates them is passed over."""

    __slots__ = ("_buffer", "_depth", "_escaped", "_in_string", "_scanned")

    def __init__(self) -> None:
        self._buffer = b""
        self._scanned = 0
        self._depth = 0
        self._in_string = False
        self._escaped = -1

    def feed(self, data: bytes) -> list[bytes]:
        """The objects completed by `data`."""
        self._buffer += data
        found: list[bytes] = []
        start = 0
        for token in _TOKEN.finditer(self._buffer, self._scanned):
            place = token.start()
            if place == self._escaped:
                continue
            match token.group():
                case b"\\":
                    self._escaped = place + 1
                case b'"':
                    self._in_string = not self._in_string if self._depth else False
                case b"{" if not self._in_string:
                    start = place if self._depth == 0 else start
                    self._depth += 1
                case b"}" if not self._in_string and self._depth:
                    self._depth -= 1
                    if self._depth == 0:
                        found.append(self._buffer[start : place + 1])
                        start = place + 1
                case _:
                    pass
        self._keep(start)
        return found

    def _keep(self, start: int) -> None:
        """Forgets what was cut out, and all of what is no object."""
        done = start if self._depth else len(self._buffer)
        self._buffer = self._buffer[done:]
        self._scanned = len(self._buffer)
        self._escaped -= done
        if len(self._buffer) > LIMIT:
            raise Malformed(f"an object in the stream is longer than {LIMIT} bytes")
