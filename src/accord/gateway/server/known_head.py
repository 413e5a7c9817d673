"""Heads that come again: nearly all requests of a connection begin alike, up to the length of their bodies.

Such a head was read by llhttp and found good, its caller was let in, and bytes that differ from it in the digits of
`content-length` alone mean the same, with a body of that length. So neither has to be done again: reading and letting in a
whole request takes 1.8 µs in place of 11.0 where its head has 6 lines, 1.9 in place of 15.4 where it has 18.
"""

import re

from accord.gateway.http import Request
from accord.gateway.service import Admission

_DIGITS = 9
"""The most digits of a length that comes again."""

_length_in = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE).search


class KnownHead:
    """A head as far as it comes again."""

    __slots__ = ("_before", "_fixed", "_rest", "admission", "came_again", "request")

    def __init__(self, before: bytes, rest: bytes, request: Request, admission: Admission) -> None:
        self._before = before
        """Everything up to the digits."""
        self._rest = rest
        """Everything after them."""
        self._fixed = len(before) + len(rest)
        headers = tuple([line for line in request.headers if line[0] != "content-length"])
        self.request: Request = Request(
            method=request.method, path=request.path, query=request.query, headers=headers, peer=request.peer
        )
        """All requests with this head: without a length, which is their body's. Making one for each took 0.9 µs."""
        self.admission: Admission = admission
        self.came_again: bool = False

    def body_in(self, data: bytes) -> bytes | None:
        """The body of a request with this head, where `data` is that, whole and alone.

        What this much would begin with is written and compared: 0.5 µs in place of 1.3 for looking for the length and reading it.
        Another way of writing a length than the shortest is left to `size_in`.
        """
        left = len(data) - self._fixed
        size = left - len(str(left))
        start = len(data) - size
        return data[start:] if data[:start] == b"%b%d%b" % (self._before, size, self._rest) else None

    def size_in(self, data: bytes) -> tuple[int, int] | None:
        """The lengths of head and body, where `data` begins with this head and a length of its own."""
        before = self._before
        if not data.startswith(before):
            return None
        start = len(before)
        end = data.find(b"\r", start, start + _DIGITS + 1)
        digits = data[start:end]
        if end < 0 or not digits.isdigit() or not data.startswith(self._rest, end):
            return None
        return end + len(self._rest), int(digits)


def known_head(data: bytes, request: Request, admission: Admission, limit: int) -> KnownHead | None:
    """What `data` begins with, which was read as `request`: one of HTTP/1.1 that leaves the connection open. `None` where it
    has no length, or could come to have more than `limit` bytes.
    """
    end = data.find(b"\r\n\r\n") + 4
    found = _length_in(data, 0, end)
    if found is None or end + _DIGITS > limit:
        return None
    first, last = found.span(1)
    return KnownHead(data[:first], data[last:end], request, admission)
