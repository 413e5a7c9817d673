"""One connection of Accord's own server: reads requests, serves them one after another, and notices when the caller leaves."""

import asyncio
from collections import deque
from typing import Protocol, cast

from accord.core.json import dumps
from accord.gateway import refusal
from accord.gateway.gateway import Gateway
from accord.gateway.http import Request
from accord.gateway.pace import patience, too_slow
from accord.gateway.server.head import BadRequest
from accord.gateway.server.known_head import KnownHeads
from accord.gateway.server.limit import PIPELINED, SLICE_BYTES
from accord.gateway.server.reader import RequestReader, Waiting
from accord.gateway.server.sink import ConnectionSink, head_bytes
from accord.gateway.server.turn import Turn
from accord.gateway.service import Admission, Entry
from accord.transport.outbox import Outbox


class Owner(Protocol):
    """The server a connection belongs to."""

    gateway: Gateway
    heads: KnownHeads
    outbox: Outbox
    stopping: bool

    def opened(self, connection: "Connection") -> bool:
        """Takes a connection in; `False` where there are too many."""
        ...

    def closed(self, connection: "Connection") -> None:
        """Forgets a connection."""
        ...


class Connection(Turn):
    """Serves one caller's connection."""

    __slots__ = (
        "_alone",
        "_begun_at",
        "_deaf",
        "_last",
        "_limits",
        "_owner",
        "_peer",
        "_quiet_since",
        "_reader",
        "_reading",
        "_transport",
        "_unread",
        "_unsent",
        "_waiting",
    )

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(owner.gateway, loop)
        self._owner = owner
        self._waiting: deque[Waiting] = deque()
        self._quiet_since = self._begun_at = loop.time()
        self._limits = owner.gateway.service.limits
        self._reading = True
        self._alone = False
        """Whether nothing has come since the request that is being served, and nothing was left from before it."""
        self._deaf = False
        """Whether what comes is thrown away."""
        self._last: BadRequest | None = None
        """What came that is no request, to be refused when all before it has been answered."""
        self._unread = memoryview(b"")
        """What came and is read when fewer requests wait."""
        self._unsent = 0
        """Bytes that the caller had not taken yet at the last look."""

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A caller came."""
        # uvloop's transports are asyncio's by behaviour, not by class.
        self._transport = cast("asyncio.Transport", transport)
        self._sink = ConnectionSink(self._transport, self._loop, self._owner.outbox)
        peer = cast("tuple[str, int] | str | None", transport.get_extra_info("peername"))
        self._peer = peer[0] if isinstance(peer, tuple) else ""
        self._reader = RequestReader(
            peer=self._peer,
            limits=self._limits,
            heads=self._owner.heads,
            enter=self._enter,
            enter_again=self._enter_again,
            go_on=self._go_on,
            done=self._done,
        )
        # Its first request may have a head that is known from another connection, and is not asked about.
        self._reader.body_limit = self._gateway.service.body_limit
        if not self._owner.opened(self):
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller left, or the connection was closed from here."""
        del exc
        self._owner.closed(self)
        self._reader.leave()
        self._forget_waiting()
        self._sink.lose()
        busy = self._busy
        if busy is not None and self._serving is not None:
            visit = busy.entry.visit
            if visit.stopped is None and not visit.delivered:
                visit.stopped = "left"
                # After its first step: a task that was cancelled before never ends what it should.
                self._loop.call_soon(self._serving.cancel)

    def data_received(self, data: bytes) -> None:
        """Reads on."""
        if self._deaf:
            return
        self._quiet_since = now = self._loop.time()
        reader = self._reader
        if self._busy is None and (waiting := reader.whole(data, self._gateway.service, now)) is not None:
            self._alone = True
            self._start(waiting)
            return
        self._alone = False
        number = reader.number
        try:
            if len(data) <= SLICE_BYTES:
                reader.feed(data)
            else:
                # Nothing is waiting to be read: nothing comes while reading is paused.
                self._read_on(memoryview(data))
        except BadRequest as bad:
            self._refuse(bad)
            return
        if reader.number != number:
            self._begun_at = now
        if reader.begun and self._busy is None:
            self._refuse_early()

    def _read_on(self, data: memoryview) -> None:
        """Reads slice by slice, and keeps the rest for later where too many requests wait. Raises `BadRequest`."""
        while data and self._reading:
            self._reader.feed(data[:SLICE_BYTES])
            data = data[SLICE_BYTES:]
        self._unread = data

    def pause_writing(self) -> None:
        """The caller reads slowly."""
        self._sink.pause()

    def resume_writing(self) -> None:
        """The caller has caught up."""
        self._sink.resume()

    # What the reader tells.

    def _enter(self, request: Request) -> Entry:
        service = self._gateway.service
        self._reader.body_limit = service.body_limit
        return service.enter(request, self._quiet_since)

    def _enter_again(self, request: Request, before: Admission) -> Entry | None:
        return self._gateway.service.enter_again(request, self._quiet_since, before)

    def _go_on(self) -> None:
        if self._busy is None:
            self._reader.expecting = False
            self._owner.outbox.write(self._transport, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _done(self, waiting: Waiting) -> None:
        if self._busy is None:
            self._start(waiting)
            return
        if self._busy.entry is waiting.entry:
            return  # It was refused before its body came, and now the body has come.
        self._waiting.append(waiting)
        if self._owner.stopping:
            self._deaf = True  # It had begun to come before.
        if len(self._waiting) >= PIPELINED and self._reading:
            self._reading = False
            self._transport.pause_reading()

    def _refuse_early(self) -> None:
        early = self._reader.refuse_early()
        if early is not None:
            # It is answered now. What its caller still sends is thrown away until it stops, or is too much.
            self._start(early)

    # Serving.

    def _start(self, waiting: Waiting) -> None:
        self._busy = waiting
        if self._owner.stopping and self._is_last:
            waiting.close_after = True
        entry, body = waiting.entry, waiting.body
        admission = entry.admission
        if admission is not None and admission.lanes is not None and isinstance(body, bytes):
            ride = admission.lanes.begin(entry.visit, body, self)
            if ride is not None:
                self._serving = self._gateway.visits[entry.visit] = ride
                return
        self.go_on()

    def _next(self, served: Waiting, now: float) -> None:
        self._busy = self._serving = None
        self._quiet_since = now
        if self._alone and not served.close_after and not self._owner.stopping:
            return
        # What has begun to come meanwhile is waited for from now on.
        self._begun_at = now
        if served.close_after or self._transport.is_closing():
            self._forget_waiting()
            self._end()
        elif self._waiting:
            self._start(self._waiting.popleft())
        elif self._last is not None:
            self._refuse(self._last)
        elif self._reader.begun:
            self._attend()
        if not self._reading and len(self._waiting) < PIPELINED and not self._transport.is_closing():
            self._resume_reading()

    def _resume_reading(self) -> None:
        self._reading = True
        if self._unread and not self._deaf:
            try:
                self._read_on(self._unread)
            except BadRequest as bad:
                self._refuse(bad)
        if self._reading:
            self._transport.resume_reading()

    def _attend(self) -> None:
        """It is the turn of a request that has come in part: its caller may wait for a word before the rest."""
        if self._reader.expecting:
            self._go_on()
        else:
            self._refuse_early()

    def _forget_waiting(self) -> None:
        for waiting in self._waiting:
            if waiting.entry.upload is not None:
                waiting.entry.upload.close()
        self._waiting.clear()

    # Endings.

    def check(self, now: float) -> None:
        """Ends a connection that has been quiet for too long; called now and then by the server."""
        if self._busy is not None or self._transport.get_write_buffer_size():
            self._check_taking(now)
            return
        if self._deaf:
            return
        quiet = now - self._quiet_since
        reader, limits = self._reader, self._limits
        if not reader.begun:
            if quiet > limits.idle_seconds:
                self._sink.close()
        elif reader.in_head:
            # From its beginning: a byte now and then would keep a connection for ever (slow loris).
            if now - self._begun_at > limits.head_seconds:
                self._refuse(BadRequest(408, "The head of the request did not arrive in time."))
        elif patience(limits, age=now - self._begun_at, quiet=quiet, size=reader.size) < 0:
            self._start(reader.give_up(too_slow(limits, quiet=quiet)))

    def _check_taking(self, now: float) -> None:
        """Who takes nothing of an answer for too long is gone, or means to keep the connection busy."""
        unsent = self._transport.get_write_buffer_size()
        if unsent == 0 or unsent != self._unsent:
            self._unsent = unsent
            self._quiet_since = now
        elif now - self._quiet_since > self._limits.answer_seconds:
            self._transport.abort()

    def stop(self) -> None:
        """The server stops: a connection without a request ends now, another one with the answers to all that has begun to come."""
        if self._reader.begun:
            return
        if self._busy is None:
            self._sink.close()
            return
        self._deaf = True
        if self._is_last:
            self._busy.close_after = True
            self._sink.close_after()

    def turn_down(self) -> None:
        """The server has stopped for long enough: a request that has not come whole by now is refused."""
        if self._busy is not None or self._deaf:
            return
        if self._reader.in_head:
            self._sink.close()
        else:
            self._start(self._reader.give_up(refusal.shutting_down()))

    def abort(self) -> None:
        """Ends the connection whatever it does."""
        self._transport.abort()

    @property
    def _is_last(self) -> bool:
        """Whether no request has begun to come after the one that is being served."""
        return not self._waiting and not self._reader.begun

    def _end(self) -> None:
        self._deaf = True
        self._sink.linger()

    def _refuse(self, bad: BadRequest) -> None:
        """Answers what is no request, after what came before it, and ends the connection."""
        self._deaf = True
        if self._transport.is_closing():
            return
        if self._busy is not None:
            self._last = bad
            return
        self._gateway.service.turn_away(bad.status, bad.message, self._peer)
        body = dumps({"error": {"message": bad.message, "type": "invalid_request_error", "param": None, "code": None}})
        lines = f"content-length: {len(body)}\r\nconnection: close\r\n"
        head = head_bytes(bad.status, (("content-type", "application/json"),), lines)
        self._owner.outbox.write(self._transport, head + body)
        self._end()
