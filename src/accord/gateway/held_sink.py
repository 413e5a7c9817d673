"""Sounds for callers who cannot see that one breaks off: HTTP/1.0 ends an answer by closing the connection, and most servers
close it in good order whatever happened. nginx speaks HTTP/1.0 to what is behind it unless told otherwise.
"""

from collections.abc import Awaitable, Callable

from accord.core.http import Headers
from accord.gateway.http import Response, Sink


class HeldSink:
    """A `Sink` that keeps an answer in pieces until it is whole. Events go through: they say themselves when they end."""

    __slots__ = ("_broken", "_headers", "_holds", "_pieces", "_sink", "_status")

    def __init__(self, sink: Sink, broken: Callable[[], Response]) -> None:
        """`broken` makes the answer in place of one that broke off."""
        self._sink = sink
        self._broken = broken
        self._holds = False
        self._status = 200
        self._headers: Headers = ()
        self._pieces: list[bytes] = []

    def whole(self, response: Response) -> Awaitable[None] | None:
        """Sends a whole answer."""
        return self._sink.whole(response)

    def head(self, status: int, headers: Headers) -> Awaitable[None] | None:
        """Begins an answer in pieces."""
        self._holds = not dict(headers).get("content-type", "").startswith("text/event-stream")
        self._status, self._headers = status, headers
        return None if self._holds else self._sink.head(status, headers)

    def piece(self, data: bytes) -> Awaitable[None] | None:
        """Sends one more piece, or keeps it."""
        if not self._holds:
            return self._sink.piece(data)
        self._pieces.append(data)
        return None

    async def end(self) -> None:
        """Ends an answer in pieces, or sends it."""
        if not self._holds:
            await self._sink.end()
            return
        kind = dict(self._headers)["content-type"]
        headers = tuple([(name, value) for name, value in self._headers if name != "content-type"])
        await self._at_last(Response(self._status, b"".join(self._pieces), headers, kind))

    async def cut(self) -> None:
        """Says that it broke off, where nothing was sent yet."""
        await (self._at_last(self._broken()) if self._holds else self._sink.cut())

    async def _at_last(self, response: Response) -> None:
        if (sent := self._sink.whole(response)) is not None:
            await sent
