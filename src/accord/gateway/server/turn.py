"""The request whose turn it is on a connection, and how it is served: by a ride in its lane, or by a task of its own."""

import asyncio
from collections.abc import Awaitable

from accord.gateway import refusal
from accord.gateway.delivery import Delivery
from accord.gateway.gateway import Gateway
from accord.gateway.http import Response
from accord.gateway.lane import Counted
from accord.gateway.server.reader import Waiting
from accord.gateway.server.sink import ConnectionSink
from accord.gateway.service import refused
from accord.gateway.serving import Serving


class Turn(asyncio.BaseProtocol):
    """Serves one request at a time. What is public is what a ride tells (`Party` in `gateway/lane.py`)."""

    __slots__ = ("_busy", "_delivery", "_gateway", "_loop", "_serving", "_sink")

    _sink: ConnectionSink

    def __init__(self, gateway: Gateway, loop: asyncio.AbstractEventLoop) -> None:
        self._gateway = gateway
        self._loop = loop
        self._busy: Waiting | None = None
        """The request being served."""
        self._delivery: Delivery | None = None
        """A stream that is being sent in its lane."""
        self._serving: Serving | None = None

    def deliver(self, head: str, body: bytes, ride: Counted) -> None:
        """Sends the answer."""
        busy = self._busy
        assert busy is not None
        visit = busy.entry.visit
        visit.status, visit.delivered = 200, True
        sent = self._sink.ready(head, body, close_after=busy.close_after)
        if sent is None:
            self._over(busy, ride)
        else:
            self._serving = self._gateway.visits[visit] = self._loop.create_task(self._taken(sent, busy, ride))

    def open(self, lines: str, first: bytes) -> Delivery:
        """Sends the head of a stream and its first piece."""
        busy = self._busy
        assert busy is not None
        self._sink.begin(close_after=busy.close_after, is_head=busy.is_head, old=busy.old)
        busy.body = b""
        delivery = self._delivery = Delivery(self._gateway.service, busy.entry, self._sink, self._loop)
        self._sink.opening(lines)
        delivery.begin(first)
        self._sink.flush()
        return delivery

    def close(self, poured: Awaitable[None]) -> Serving:
        """Ends it by a task."""
        busy, delivery, gateway = self._busy, self._delivery, self._gateway
        assert busy is not None
        assert delivery is not None
        self._delivery = None
        serving = self._loop.create_task(self._serve(busy, gateway, delivery, poured))
        self._serving = gateway.visits[busy.entry.visit] = serving
        return serving

    def go_on(self) -> None:
        """Serves the request by a task of its own."""
        busy = self._busy
        assert busy is not None
        self._sink.begin(close_after=busy.close_after, is_head=busy.is_head, old=busy.old)
        gateway = self._gateway
        delivery = Delivery(gateway.service, busy.entry, self._sink, self._loop)
        self._serving = gateway.visits[busy.entry.visit] = self._loop.create_task(self._serve(busy, gateway, delivery))

    def give_up(self) -> None:
        """The caller left, or the server stops and says so."""
        busy = self._busy
        assert busy is not None
        entry = busy.entry
        if entry.visit.stopped == "shutdown":
            busy.body = refused(entry.visit, refusal.shutting_down(), entry.fail)
            self.go_on()
            return
        gateway, now = self._gateway, self._loop.time()
        del gateway.visits[entry.visit]
        gateway.service.finish(entry, now)
        self._next(busy, now)

    async def _taken(self, sent: Awaitable[None], busy: Waiting, ride: Counted) -> None:
        """Waits until a slow caller has taken the answer."""
        try:
            await sent
        except asyncio.CancelledError:
            busy.close_after = True  # The server stops.
        finally:
            self._over(busy, ride)

    def _over(self, busy: Waiting, ride: Counted) -> None:
        gateway, now = self._gateway, self._loop.time()
        del gateway.visits[busy.entry.visit]
        if not ride.count(now):
            gateway.service.finish(busy.entry, now)
        self._next(busy, now)

    async def _serve(
        self, waiting: Waiting, gateway: Gateway, delivery: Delivery, poured: Awaitable[None] | None = None
    ) -> None:
        entry = waiting.entry
        try:
            if isinstance(waiting.body, Response):
                await delivery.whole(waiting.body)
            else:
                await delivery.run(waiting.body, poured)
        except asyncio.CancelledError:
            # It was cancelled because the caller left or the server stops; either way the connection ends.
            waiting.close_after = True
        finally:
            if entry.upload is not None:
                entry.upload.close()
            del gateway.visits[entry.visit]
            now = self._loop.time()
            gateway.service.finish(entry, now)
            self._next(waiting, now)

    def _next(self, served: Waiting, now: float) -> None:
        """It is the turn of another one."""
        raise NotImplementedError
