"""The gateway as an ASGI application, for uvicorn, granian and hypercorn. No other file knows of ASGI.

https://asgi.readthedocs.io/en/latest/specs/www.html. A server tells an application that the caller left only if it asks:
`receive()` is watched from the moment the body is there, and when the caller is gone the work is cancelled, and with it
the connection to the provider.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TypeAlias, cast

from accord.core.error import AccordError
from accord.core.http import Headers
from accord.gateway import refusal
from accord.gateway.delivery import Delivery
from accord.gateway.gateway import Gateway
from accord.gateway.held_sink import HeldSink
from accord.gateway.http import Request, Response, Sink
from accord.gateway.pace import patience, too_slow
from accord.gateway.service import Entry, Service, refused
from accord.gateway.upload import Upload

Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Lifespan: TypeAlias = Callable[[], Awaitable[Gateway]]
"""Builds the gateway once the loop runs."""


CUT = "accord.cut"
"""The extension by which a server lets an answer be broken off: `{"cut": Callable[[], None]}`. ASGI has no word for it."""


_OLD = ("1.0", "1")
"""HTTP/1.0 by the words of ASGI, and by granian's."""


class Application:
    """An ASGI application that serves a gateway, which is made when the server starts."""

    def __init__(self, build: Lifespan) -> None:
        self._build = build
        self._gateway: Gateway | None = None

    @property
    def gateway(self) -> Gateway:
        """What is served. There is none before the server started the application."""
        assert self._gateway is not None, "the server must speak ASGI's lifespan protocol"
        return self._gateway

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serves one request, or the life of the server."""
        if scope["type"] == "http":
            await _serve(self.gateway, scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._gateway = await self._build()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._gateway is not None:
                    await self._gateway.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _serve(gateway: Gateway, scope: Message, receive: Receive, send: Send) -> None:
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    service = gateway.service
    entry = service.enter(_request_of(scope), loop.time())
    visit = entry.visit
    gateway.visits[visit] = task
    try:
        sink = _sink_of(scope, send, entry)
        await _answer(service, entry, task, receive, Delivery(service, entry, sink, loop), _last_words(scope))
    except asyncio.CancelledError:
        if visit.stopped is None:
            raise
        # It was cancelled from here, so here it ends.
        task.uncancel()
    finally:
        del gateway.visits[visit]
        service.finish(entry, loop.time())


async def _answer(
    service: Service,
    entry: Entry,
    task: "asyncio.Task[object]",
    receive: Receive,
    delivery: Delivery,
    last_words: Headers,
) -> None:
    """A refused body is left unread: servers take it off the connection on their own, or close it."""
    try:
        body = entry.refused or await _read_body(service, entry, receive, last_words)
        if isinstance(body, Response):
            await delivery.whole(body)
            return
        watcher = asyncio.create_task(_watch(receive, entry, task))
        try:
            await delivery.run(body)
        finally:
            watcher.cancel()
    finally:
        if entry.upload is not None:
            entry.upload.close()


async def _watch(receive: Receive, entry: Entry, task: "asyncio.Task[object]") -> None:
    """Stops the work when the caller leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
    if entry.visit.stopped is None and not entry.visit.delivered:
        entry.visit.stopped = "left"
        task.cancel()


async def _read_body(
    service: Service, entry: Entry, receive: Receive, last_words: Headers
) -> bytes | Upload | Response:
    """The whole body, or the answer that refuses it. `last_words` end a connection on which it would go on dripping."""
    body = _Body(service, entry)
    limits, begun = service.limits, entry.visit.started
    loop = asyncio.get_running_loop()
    while True:
        now = loop.time()
        left = patience(limits, age=now - begun, quiet=0, size=body.size)
        try:
            async with asyncio.timeout(left):
                message = await receive()
        except TimeoutError:
            answer = refused(entry.visit, too_slow(limits, quiet=loop.time() - now), entry.fail)
            answer.headers += last_words
            return answer
        if message["type"] == "http.disconnect":
            entry.visit.stopped = "left"
            raise asyncio.CancelledError
        more = bool(message.get("more_body", False))
        error = body.wrong_with(cast("bytes", message.get("body", b"")), more=more)
        if error is not None:
            return refused(entry.visit, error, entry.fail)
        if not more:
            return entry.upload or b"".join(body.pieces)


class _Body:
    """A body on its way in."""

    __slots__ = ("_limit", "_upload", "pieces", "size")

    def __init__(self, service: Service, entry: Entry) -> None:
        self._limit = service.body_limit
        self._upload = entry.upload
        self.size: int = 0
        self.pieces: list[bytes] = []

    def wrong_with(self, piece: bytes, *, more: bool) -> AccordError | None:
        """Takes a piece. Why it is not taken, if it is not; `more`: whether it is not the last."""
        self.size += len(piece)
        if self.size > self._limit:
            return refusal.too_large(self._limit)
        if self._upload is None:
            self.pieces.append(piece)
            return None
        return self._upload.feed(piece) or (None if more else self._upload.end())


def _request_of(scope: Message) -> Request:
    client = cast("tuple[str, int] | None", scope.get("client"))
    pairs = cast("list[tuple[bytes, bytes]]", scope["headers"])
    return Request(
        method=cast("str", scope["method"]),
        path=cast("str", scope["path"]),
        query=cast("bytes", scope.get("query_string", b"")).decode("latin-1"),
        headers=tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]),
        peer=client[0] if client else "",
    )


class _AsgiSink:
    """A `Sink` over `send`, which waits while the server's own buffer (64 KB on uvicorn) is full."""

    __slots__ = ("_cut", "_send")

    def __init__(self, send: Send, cut: Callable[[], None] | None) -> None:
        self._send = send
        self._cut = cut

    async def whole(self, response: Response) -> None:
        length = (b"content-length", b"%d" % len(response.body))
        await self._send(
            {"type": "http.response.start", "status": response.status, "headers": [*_encoded(response.headers), length]}
        )
        await self._send({"type": "http.response.body", "body": response.body})

    async def head(self, status: int, headers: Headers) -> None:
        await self._send({"type": "http.response.start", "status": status, "headers": _encoded(headers)})

    async def piece(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def cut(self) -> None:
        # A server that offers no way to do it sees an answer without an end, and closes the connection on its own.
        if self._cut is not None:
            self._cut()


def _sink_of(scope: Message, send: Send, entry: Entry) -> Sink:
    """The way back to the caller, on which no part of an answer is taken for all of it."""
    cut = _cutter(scope)
    sink = _AsgiSink(send, cut)
    if cut is not None or scope.get("http_version") not in _OLD:
        return sink
    return HeldSink(sink, lambda: refused(entry.visit, entry.visit.error or refusal.broke(), entry.fail))


def _last_words(scope: Message) -> Headers:
    """The header that ends a connection after an answer; HTTP/2 has none, and streams that can be ended alone."""
    return (("connection", "close"),) if str(scope.get("http_version", "")).startswith("1") else ()


def _cutter(scope: Message) -> Callable[[], None] | None:
    extensions = cast("dict[str, dict[str, object]]", scope.get("extensions") or {})
    return cast("Callable[[], None] | None", extensions.get(CUT, {}).get("cut"))


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
