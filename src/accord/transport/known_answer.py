"""Heads of answers that come again: a server says most of them alike, up to the date and the length of the body.

Such a head was read by llhttp once and found good, and bytes that differ from it in the digits of `content-length` and in the
instant of `date` alone mean the same. So llhttp reads neither it again nor the plain body after it.
"""

import re

from accord.core.http import Head, Headers

_LONGEST = 9
"""The most digits of a length that comes again."""

_DATE = rb"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
"""RFC 9110, section 5.6.7."""

_is_date = re.compile(_DATE).fullmatch
_date_in = re.compile(rb"\r\ndate:[ \t]*(%b)[ \t]*\r\n" % _DATE, re.IGNORECASE).search
_length_in = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE).search

_OTHERWISE = frozenset({"content-encoding", "transfer-encoding", "upgrade"})
"""Headers of answers that are more than plain bodies of a known length."""


class KnownAnswer:
    """A head as far as it comes again: three pieces of text, between which stand the length and the date, in either order."""

    __slots__ = (
        "_date",
        "_date_at",
        "_date_index",
        "_first",
        "_last",
        "_last_at",
        "_length_at",
        "_length_first",
        "_length_index",
        "_limit",
        "_middle",
        "_middle_at",
        "_raw",
        "_rest",
        "head",
        "length",
        "lifetime",
        "size",
    )

    def __init__(
        self, raw: bytes, head: Head, lifetime: float | None, length: slice, date: slice, limit: float
    ) -> None:
        """`raw` was read as `head`; there stand the digits of the length, and the date, which may be empty. A body of more than
        `limit` bytes is none that comes again.
        """
        self._raw = raw
        self._limit = limit
        self._length_first = length.start < date.start
        early, late = (length, date) if self._length_first else (date, length)
        self._first = raw[: early.start]
        self._middle = raw[early.stop : late.start]
        self._last = raw[late.stop :]
        self._date = raw[date]
        # Where each would stand if the length had no digits: what comes after it moves on with their number.
        digits = length.stop - length.start
        moved = digits if self._length_first else 0
        self._length_at = length.start
        self._date_at = date.start - moved
        self._middle_at = early.stop - moved
        self._last_at = late.stop - digits
        self._rest = len(raw) - 4 - digits
        names = [name for name, _ in head.headers]
        self._length_index = names.index("content-length")
        self._date_index = names.index("date") if self._date else -1
        self.head: Head = head
        """The one that was read last."""
        self.lifetime: float | None = lifetime
        """How long the server keeps the idle connection open, in seconds, where it says so."""
        self.size: int = len(raw)
        """Bytes of it."""
        self.length: int = int(raw[length])
        """Bytes of its body."""

    def is_whole(self, data: bytes) -> bool:
        """Whether `data` is this answer, whole and with nothing after it."""
        return self.begins(data) and len(data) == self.size + self.length

    def begins(self, data: bytes) -> bool:
        """Whether `data` begins with this head, but for date and length; it is read then."""
        # Much of the time not even these differ: 0.1 µs in place of 0.8.
        return data.startswith(self._raw) or (data.startswith(self._first) and self._differs_little(data))

    def _differs_little(self, data: bytes) -> bool:
        digits = data.find(b"\r\n\r\n") - self._rest
        moved = digits if self._length_first else 0
        date_at, length_at = self._date_at + moved, self._length_at
        if not (
            0 < digits <= _LONGEST
            and data.startswith(self._middle, self._middle_at + moved)
            and data.startswith(self._last, self._last_at + digits)
        ):
            return False
        length, date = data[length_at : length_at + digits], data[date_at : date_at + len(self._date)]
        if not (length.isdigit() and int(length) <= self._limit and (date == self._date or _is_date(date))):
            return False
        self._renew(data[: self._rest + digits + 4], length, date)
        return True

    def _renew(self, raw: bytes, digits: bytes, date: bytes) -> None:
        headers = [*self.head.headers]
        headers[self._length_index] = ("content-length", digits.decode())
        if date:
            headers[self._date_index] = ("date", date.decode())
        self._raw, self._date = raw, date
        self.size, self.length = len(raw), int(digits)
        self.head = Head(status=self.head.status, headers=tuple(headers))


def known_answer(raw: bytes, head: Head, lifetime: float | None, limit: float) -> KnownAnswer | None:
    """The head `raw`, empty line included, that was read as `head`: of an answer that leaves the connection open. `None` where it
    does not announce a plain body of a length. `limit` is the most bytes a body may have.
    """
    names = [name for name, _ in head.headers]
    found = _length_in(raw)
    if head.status != 200 or found is None or not _OTHERWISE.isdisjoint(names):
        return None
    length = slice(*found.span(1))
    dated = _date_in(raw)
    date = slice(length.stop, length.stop) if dated is None else slice(*dated.span(1))
    if _said(head.headers, "content-length") != raw[length] or (
        dated is not None and _said(head.headers, "date") != raw[date]
    ):
        return None
    return KnownAnswer(raw, head, lifetime, length, date, limit)


def _said(headers: Headers, name: str) -> bytes:
    """The first value of a header."""
    return next(value for key, value in headers if key == name).encode("latin-1")
