"""The reading side of HTTP/1.1, without a socket: bytes go in, a head and pieces of a body come out.

Both drivers use it, the asyncio one and the blocking one. The grammar is llhttp's, in its strict settings; what llhttp
leaves to its user is here: informational answers are skipped, sizes are bounded, compressed bodies are undone, the end
of the connection is told apart from the end of the body, and whether the connection may carry another call is decided.
"""

import math

from httptools import HttpParserError, HttpResponseParser

from accord.core.error import AccordError, Interrupted, Malformed
from accord.core.http import Head, Headers
from accord.transport.content import Content, content
from accord.transport.header_line import header_lines
from accord.transport.known_answer import KnownAnswer, known_answer
from accord.transport.whole import WHOLE_BYTES, too_long

MAX_HEAD = 64 * 1024
"""The most bytes of a head, of trailers, or of anything else that is not body, in a row."""

MAX_HEADERS = 256

_GROWS = 9
"""Bytes by which a known head may come to be longer."""

_SLICE = 32 * 1024
"""Bytes read between two looks at the limits."""

_TELLING = frozenset({"content-encoding", "keep-alive", "transfer-encoding"})
"""The headers that say how to read the body and how long the connection lasts."""


class AnswerReader:
    """Reads the answers of one connection, one after the other.

    Attributes:
        head: status and headers of the present answer, once they are there. They are as they came: where the body was
            compressed, `content-length` and `content-encoding` describe what was on the wire.
        begun: whether any byte of the present answer has come.
        known: the head of an answer before, which may come again: then the connection need not ask the reader.
        ended: whether the present answer is whole.
        size: how many bytes of body wait to be taken.
        reusable: whether the connection may carry another call, once `ended`.
        lifetime: how long the server keeps the idle connection open, in seconds, where it says so.
    """

    __slots__ = (
        "_bare",
        "_between",
        "_compressed",
        "_content",
        "_heads",
        "_interim",
        "_left",
        "_limit",
        "_other",
        "_parser",
        "_pieces",
        "_raw",
        "_received",
        "_until_close",
        "_within",
        "begun",
        "ended",
        "head",
        "known",
        "lifetime",
        "reusable",
        "size",
    )

    def __init__(self, limit: int | None = None, *, compressed: bool = True) -> None:
        """`limit` is the most bytes a whole body may have, decompressed; `None` sets no bound. `compressed`: whether
        bodies may come so.
        """
        self._parser = HttpResponseParser(self)
        self._limit = limit
        self._compressed = compressed
        self._pieces: list[bytes] = []
        self._raw = b""
        self._interim = False
        self._until_close = False
        self.known: KnownAnswer | None = None
        self._heads = 0
        """How many were read by llhttp."""
        self.size: int = 0
        self.begin()

    def begin(self, *, bare: bool = False) -> None:
        """Makes ready for the next answer, where the last one was whole and its body taken. `bare`: it has no body whatever
        its head says, as after HEAD.
        """
        self._bare = bare
        self._content: Content | None = None
        self._other = self._received = self._left = 0
        self._between = False
        self._within = True
        self.head: Head | None = None
        self.begun: bool = False
        self.ended: bool = False
        self.reusable: bool = False
        self.lifetime: float | None = None

    def leave(self) -> None:
        """The connection is gone, and nothing is read any more. This and its parser held each other until Python's collector came."""
        del self._parser

    def feed(self, data: bytes | memoryview) -> None:
        """Reads on. Raises `Malformed`; what was read before stays and can be taken."""
        if not self.begun:
            self.begun = True
            if self.known is not None and self._knows(bytes(data), self.known):
                return
        elif self._left:
            self._read_on(bytes(data))
            return
        if len(data) > _SLICE:
            self._feed_slices(memoryview(data))
            return
        self._other += len(data)
        if self.head is None:
            self._raw = self._raw + data if self._raw else bytes(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            if self.ended:
                # The answer is whole; whatever follows it was not asked for.
                self.reusable = False
                return
            cause = error.__context__
            if isinstance(cause, AccordError):
                raise cause from None
            raise Malformed(f"the answer is not HTTP/1.1: {error}") from None
        if self._other > MAX_HEAD:
            raise Malformed(f"over {MAX_HEAD} bytes of the answer in a row are not body")

    def _feed_slices(self, data: memoryview) -> None:
        for start in range(0, len(data), _SLICE):
            self.feed(data[start : start + _SLICE])

    def _knows(self, data: bytes, known: KnownAnswer) -> bool:
        """Whether an answer begins whose head is known; it is read then, without llhttp."""
        if self._bare or not known.begins(data):
            return False
        body = data[known.size :]
        left = known.length - len(body)
        if left < 0:
            return False
        self.reusable = True
        self._until_close = False
        self.head = known.head
        self.lifetime = known.lifetime
        self._left = left
        self.ended = not left
        if body:
            self._pieces.append(body)
            self.size = len(body)
        return True

    def _read_on(self, data: bytes) -> None:
        """More of the body of a known answer, which llhttp does not see."""
        if len(data) > self._left:
            # Whatever follows it was not asked for.
            self.reusable = False
            data = data[: self._left]
        self._pieces.append(data)
        self.size += len(data)
        self._left -= len(data)
        self.ended = not self._left

    def chunk_in(self, data: bytes) -> bytes:
        """The piece of the body in `data`, where that is one whole chunk and nothing else, as nearly all events of a stream are.
        It counts as read then, and llhttp, which stands between two chunks, goes on standing there: 60 steps and a call of it
        less. `b""` where it is anything else: `feed` takes it.
        """
        if not self._between:
            return b""
        at = data.find(b"\r\n")
        piece = data[at + 2 : -2]
        if piece and data.endswith(b"\r\n") and data[:at] == b"%x" % len(piece):
            return piece
        self._between = False
        return b""

    def take_of(self, data: bytes) -> bytes:
        """As `take`, where nothing waited before `data` was read. What follows may be had by `chunk_in`, where that ended a chunk."""
        # No chunk is open, and no line is begun that would open one: every line is heard of at its end.
        stands = not (self._within or self.ended) and data.endswith(b"\r\n")
        self._between = stands and self._content is None and self._limit is None
        return self.take()

    def end(self) -> None:
        """The connection ended. Raises `Interrupted` where the present answer is not whole."""
        if self.ended:
            return
        if not self._until_close:
            raise Interrupted("the connection ended before the answer did")
        self._finish()

    def take(self) -> bytes:
        """The body that has come since the last time."""
        pieces = self._pieces
        self.size = 0
        if len(pieces) == 1:
            return pieces.pop()
        body = b"".join(pieces)
        pieces.clear()
        return body

    # What llhttp calls.

    def on_message_begin(self) -> None:
        """Another answer begins. One that was not asked for stops the parser."""
        if self.ended:
            raise Malformed("bytes after the end of the answer")

    def on_headers_complete(self) -> None:
        """The head is whole."""
        status = self._parser.get_status_code()
        raw = self._raw
        if raw[0] < 0x20:
            raw = raw.lstrip(b"\r\n")  # Empty lines before it, which llhttp passes over.
        end = raw.find(b"\r\n\r\n")
        if status < 200:
            if status == 101:
                raise Malformed("the server switched protocols, which nobody asked for")
            self._interim = True
            self._raw = raw[end + 4 :]
            return
        self._raw = b""
        headers = header_lines(raw[:end])
        if end > MAX_HEAD or len(headers) > MAX_HEADERS:
            raise Malformed(f"the head of the answer is over {MAX_HEAD} bytes or {MAX_HEADERS} headers")
        self.head = Head(status=status, headers=headers)
        if self._bare:
            self.ended = True  # Not reusable: llhttp still waits for a body.
            return
        self.reusable = self._parser.should_keep_alive()
        names = dict(headers)
        # llhttp knows the statuses that have no body, and ends them at once.
        self._until_close = "content-length" not in names
        if not _TELLING.isdisjoint(names):
            self._understand(headers)
        self._heads += 1
        # At ever larger intervals, since some servers say something new in every head.
        if self.reusable and not self._heads & (self._heads - 1) and end + _GROWS <= MAX_HEAD:
            limit = math.inf if self._limit is None else self._limit
            self.known = known_answer(raw[: end + 4], self.head, self.lifetime, limit)

    def on_chunk_header(self) -> None:
        """A chunk begins."""
        self._within = True

    def on_chunk_complete(self) -> None:
        """It is over, its line's end included."""
        self._within = False

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._other = 0
        if self._content is not None:
            body = self._content.feed(body)
            if not body:
                return
        self._pieces.append(body)
        self.size += len(body)
        if self.size > WHOLE_BYTES:  # Nobody takes it before it is whole.
            raise too_long()
        if self._limit is not None:
            self._received += len(body)
            if self._received > self._limit:
                raise Malformed(f"the body of the answer is over {self._limit} bytes")

    def on_message_complete(self) -> None:
        """The answer is whole, or an informational one is."""
        if self._interim:
            # `_other` runs on, so that they cannot come for ever.
            self._interim = False
            return
        if not self.ended:
            self._finish()

    def _understand(self, headers: Headers) -> None:
        for name, value in headers:
            if name == "transfer-encoding":
                if value.lower() != "chunked":
                    raise Malformed(f"the answer came in a transfer encoding that was not asked for: {value[:40]!r}")
                self._until_close = False
            elif name == "content-encoding":
                if self._content is not None:
                    raise Malformed("the answer came in more than one content encoding")
                self._content = content(value, taken=self._compressed)
            elif name == "keep-alive":
                self.lifetime = _lifetime(value)

    def _finish(self) -> None:
        if self._content is not None:
            self._content.end()
        self.ended = True


def _lifetime(value: str) -> float | None:
    """The seconds in `timeout=5, max=1000`."""
    for parameter in value.split(","):
        name, _, number = parameter.partition("=")
        if name.strip().lower() == "timeout" and number.strip().isdecimal():
            return float(number)
    return None
