"""The first event of streams that are alike: from stream to stream it differs in its id, its time and little else.

What one looked like, and what a caller was given for it, is kept. For the next one with the same bytes around those values the same is
written before it is read: nothing else keeps a caller waiting who waits for the first event.
"""

import re
from typing import NamedTuple, Self

_LESSONS = 8
"""How often it is learned: a host that changes more than these values changes it every time."""

_LONGEST = 4096
"""Bytes of a first event that is learned."""

_OWN = re.compile(rb'"(?:id|created|system_fingerprint|obfuscation)": ?(?:"([\w.:-]+)"|([1-9]\d{0,9}))(?=[,}])')
"""What a stream has of its own. Nothing is decided by such values: whatever they are, they are passed on."""

_WORD, _NUMBER = rb"([\w.:-]+)", rb"([1-9]\d{0,9})"
_END = b"\n\n"


class KnownOpening:
    """What is known of the first events of one host in answers to requests of one kind."""

    __slots__ = ("_fits", "_form", "_last", "_lessons")

    def __init__(self) -> None:
        self._fits: re.Pattern[bytes] | None = None
        self._form = b""
        """What is written, with a place for each value."""
        self._last: tuple[object, object] = (None, None)
        """What stood around the values last time, in the event and in what was written."""
        self._lessons = 0

    @property
    def is_known(self) -> bool:
        """Whether one was learned."""
        return self._fits is not None

    def written(self, data: bytes) -> bytes:
        """What a caller is given for the first event of a stream that begins with `data`; nothing where it has to be read before."""
        fits = None if self._fits is None else self._fits.match(data)
        return b"" if fits is None else self._form % fits.groups()

    def lesson(self, data: bytes) -> int:
        """How many bytes of a stream that begins with `data` are an event to be learned; 0 where there is nothing to learn."""
        end = data.find(_END, 0, _LONGEST) if self._lessons < _LESSONS else -1
        return 0 if end < 0 else end + len(_END)

    def learn(self, event: bytes, written: bytes) -> None:
        """A stream began with `event`, for which alone the caller was given `written`."""
        self._lessons += 1
        read, given = _Event.of(event), _Event.of(written)
        if read is None or given is None or (read.values, read.words) != (given.values, given.words):
            return
        last, self._last = self._last, (read.around, given.around)
        # Of two that differ in more than these values, neither is like the next.
        if self._last == last:
            self._fits = re.compile(read.pattern())
            self._form = given.form()


class _Event(NamedTuple):
    """An event, taken apart."""

    around: tuple[bytes, ...]
    """What stands before, between and behind the values."""
    values: tuple[bytes, ...]
    words: tuple[bool, ...]
    """Which of them are words; the others are numbers."""

    @classmethod
    def of(cls, data: bytes) -> Self | None:
        """`data` as an event; `None` where it is not one alone, or what looks like its members need not be."""
        # Within a string quotes are escaped: without a backslash what looks like a member is one.
        if b"\\" in data or not data.endswith(_END) or data.find(_END) < len(data) - len(_END):
            return None
        spans = [(found.span(found.lastindex or 0), found.lastindex == 1) for found in _OWN.finditer(data)]
        starts = [0, *(stop for (_, stop), _ in spans)]
        stops = [*(start for (start, _), _ in spans), len(data)]
        return cls(
            tuple(data[start:stop] for start, stop in zip(starts, stops, strict=True)),
            tuple(data[start:stop] for (start, stop), _ in spans),
            tuple(is_word for _, is_word in spans),
        )

    def pattern(self) -> bytes:
        """What all events fit that have the same around their values."""
        places = (_WORD if is_word else _NUMBER for is_word in self.words)
        rest = (place + re.escape(part) for place, part in zip(places, self.around[1:], strict=True))
        return re.escape(self.around[0]) + b"".join(rest)

    def form(self) -> bytes:
        """The event, with a place for each value."""
        return b"%b".join(part.replace(b"%", b"%%") for part in self.around)
