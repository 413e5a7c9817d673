"""One connection of the fake: reads requests, answers them one after another, and notices when the caller leaves."""

import asyncio
from collections import deque
from typing import Protocol, cast

import httptools

from accord.testing.fake.answer import Answer
from accord.testing.fake.ledger import Ledger
from accord.testing.fake.player import Gate, Player
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.writer import Writer

_NOT_HTTP = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Owner(Protocol):
    """The server a connection belongs to."""

    @property
    def ledger(self) -> Ledger:
        """Its books."""
        ...

    @property
    def gate(self) -> Gate:
        """Where its held answers wait."""
        ...

    def opened(self, connection: "Connection") -> None:
        """Takes a connection in."""
        ...

    def closed(self, connection: "Connection") -> None:
        """Forgets a connection."""
        ...

    def answer(self, request: SeenRequest) -> Answer:
        """What to answer. Never raises."""
        ...


class Connection(asyncio.Protocol):
    """Serves one caller's connection."""

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
        self._owner = owner
        self._ledger = owner.ledger
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._receiving: SeenRequest | None = None
        self._waiting: deque[tuple[SeenRequest, bool]] = deque()
        """Requests that are whole, each with whether its caller would use the connection again."""
        self._served: SeenRequest | None = None
        self._task: asyncio.Task[None] | None = None
        self._drops_next = False

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A caller came."""
        # A cast, not a check: uvloop's transports are transports in all but ancestry.
        self._transport = cast("asyncio.Transport", transport)
        self._writer = Writer(self._transport, self._loop)
        self._player = Player(self._writer, self._ledger, self._owner.gate)
        self._number = self._ledger.connected()
        self._owner.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller left, or the connection was closed from here."""
        del exc
        self._writer.resume()
        unfinished = [self._served, self._receiving, *[request for request, _ in self._waiting]]
        for request in unfinished:
            if request is not None:
                self._ledger.abort(request)
        if self._task is not None:
            self._task.cancel()
        # asyncio closes the socket only after this: whoever waits for the end must not be told before the other side is.
        self._loop.call_soon(self._ledger.disconnected)
        self._owner.closed(self)

    def data_received(self, data: bytes) -> None:
        """Reads on."""
        if self._drops_next:
            self._ledger.drop()
            self._transport.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.write(_NOT_HTTP)
            self._transport.close()

    def pause_writing(self) -> None:
        """The caller reads slowly."""
        self._writer.pause()

    def resume_writing(self) -> None:
        """The caller has caught up."""
        self._writer.resume()

    # What httptools tells.

    def on_message_begin(self) -> None:
        """A head begins."""
        self._url = b""
        self._headers = []
        self._body = []

    def on_url(self, url: bytes) -> None:
        """The target, or a piece of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line."""
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        method = self._parser.get_method().decode("latin-1")
        target = self._url.decode("latin-1")
        request = self._receiving = self._ledger.begin(self._number, method, target, tuple(self._headers))
        if request.header("expect") == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self._body.append(data)

    def on_message_complete(self) -> None:
        """The request is whole."""
        request, self._receiving = self._receiving, None
        assert request is not None
        self._ledger.arrived(request, b"".join(self._body))
        self._waiting.append((request, self._parser.should_keep_alive()))
        if self._task is None:
            self._task = self._loop.create_task(self._serve())

    def abort(self) -> None:
        """Ends the connection at once."""
        self._transport.abort()

    async def _serve(self) -> None:
        """Answers what waits. Ends when nothing does."""
        while self._waiting:
            request, keep_alive = self._waiting.popleft()
            self._served = request
            answer = self._owner.answer(request)
            if not await self._player.play(answer, request, keep_alive=keep_alive):
                return
            self._served = None
            self._drops_next = answer.delivery.afterwards == "drop_next"
        self._task = None
