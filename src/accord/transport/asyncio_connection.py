"""One connection under asyncio.

Everything a call waits for is one future, and every way of running out of patience is one time (`asyncio_patience.py`).
"""

import asyncio
import math
import socket
from collections.abc import Callable
from typing import Protocol, cast

from accord.core.blob import Data
from accord.core.error import ProviderError
from accord.core.http import Head, Timeouts
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_asked import Asked
from accord.transport.asyncio_opening import Opening
from accord.transport.asyncio_patience import Patient
from accord.transport.base import Taker, Told
from accord.transport.outbox import Outbox
from accord.transport.passage import Passage
from accord.transport.readiness import Readiness
from accord.transport.route import Origin
from accord.transport.tls import ended_in_good_order

MAX_BUFFERED = 256 * 1024
"""Bytes of body that may wait for the caller before reading pauses."""


class Home(Protocol):
    """Where a connection belongs."""

    def free(self, connection: "Connection") -> None:
        """It can carry another call."""
        ...

    def left(self, connection: "Connection") -> None:
        """It is closed. Said once."""
        ...


class Connection(Patient):
    """One connection to an origin. Carries one call at a time."""

    __slots__ = (
        "_answer",
        "_asked",
        "_ends_at",
        "_expires_at",
        "_has_come",
        "_home",
        "_idle",
        "_paused",
        "_reading",
        "_socket",
        "_taker",
        "_told",
        "_waiter",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        opened: socket.socket,
        origin: Origin,
        home: Home,
        limit: int | None,
        outbox: Outbox,
        *,
        compressed: bool = True,
    ) -> None:
        """`opened` is the connected socket, `limit` the most bytes a body may have; `compressed`: it may come so."""
        super().__init__(loop, outbox, Passage(origin, loop.time(), limit, compressed=compressed))
        self._socket = opened
        self._has_come = Readiness(opened.fileno()).look()
        self._home = home
        self._answer: AsyncHttp1Answer | None = None
        self._told: Told | None = None
        """Who hears of the present answer when it is whole. It is let go of then: nothing of a call stays with its connection."""
        self._asked: Asked | None = None
        self._waiter: asyncio.Future[bytes] | None = None
        self._reading = False
        """Whether who waits does so for the body."""
        self._taker: Taker | None = None
        """Who takes the pieces of the body as they come."""
        self._idle = self._ends_at = self._expires_at = math.inf
        self._paused = False

    # What calls and answers do.

    def begin(self, head: bytes, body: Data, timeouts: Timeouts, ends_at: float, *, bare: bool) -> AsyncHttp1Answer:
        """Sends a request, whose answer is read in pieces. `ends_at` is when everything must be over; `bare`: the answer has no
        body whatever its head says.
        """
        answer = self._answer = AsyncHttp1Answer(self)
        self._idle = math.inf if timeouts.idle is None else timeouts.idle
        self._ends_at = ends_at
        self._reading = False
        self._passage.begin(timeouts, ends_at, bare=bare)
        self._send(head, body)
        return answer

    def open(
        self,
        head: bytes,
        body: bytes,
        timeouts: Timeouts,
        ends_at: float,
        taker: Taker,
        over: Callable[[], None],
    ) -> Opening:
        """Sends a request, and has the pieces of its answer taken as they come; `over` hears when no more are."""
        answer = self.begin(head, body, timeouts, ends_at, bare=False)
        # Before the patience is set, which takes a processor that has rested 60 us.
        self._outbox.flush()
        self._taker = taker
        return Opening(self, answer, self.head_comes(), over)

    def ask(self, head: bytes, body: bytes, timeouts: Timeouts, ends_at: float, due: float, told: Told) -> Asked:
        """Sends a request, and has its answer told when it is whole. `due` is when its head must be there."""
        transport, passage = self._transport, self._passage
        assert transport is not None
        self._told = told
        asked = self._asked = Asked(self)
        passage.timeouts, passage.ends_at = timeouts, ends_at
        if self._reader.begun:  # Else nothing was read with it since it was made ready, as of known answers.
            self._reader.begin()
        self._due = due
        if due < self._armed:
            self._arm(due)
        self._outbox.write(transport, head)
        if body:
            self._outbox.write(transport, body)
        return asked

    def unask(self, asked: Asked) -> None:
        """Closes the connection without a word, unless the answer was told and the connection may be another call's by now."""
        if self._asked is asked and self._told is not None:
            self._told = None
            self.abort()

    @property
    def head(self) -> Head | None:
        """The head of the present answer, once it is there."""
        return self._reader.head

    def take(self) -> bytes:
        """The body that has come, `b""` when none has."""
        if self._paused:
            self._flow(paused=False)
        reader = self._reader
        return reader.take() if reader.size else b""

    def head_comes(self) -> "asyncio.Future[bytes]":
        """Comes true when the head is there, or the end of the answer."""
        self._be_patient()
        waiter = self._waiter = self._loop.create_future()
        return waiter

    def more_comes(self) -> "asyncio.Future[bytes]":
        """The next piece of the body as soon as there is one, `b""` at the end of the answer."""
        self._wait_for_more()
        waiter = self._waiter = self._loop.create_future()
        return waiter

    def pours(self, taker: Taker) -> "asyncio.Future[bytes] | None":
        """Has each further piece taken as it comes; comes true when no more is wanted or comes. `None`: some waits already."""
        if self._reader.size:
            return None
        self._taker = taker
        self._reader.take_of(b"")  # It may have been read on meanwhile.
        return self.more_comes()

    def take_by(self, answer: AsyncHttp1Answer, taker: Taker | None) -> None:
        """Has the further pieces of `answer` taken by another one, or waited for again (`None`)."""
        if self._answer is answer and self._taker is not None:
            self._taker = taker
            if taker is None:
                self._waiter = None

    def _wait_for_more(self) -> None:
        due = self._due = min(self._loop.time() + self._idle, self._ends_at)
        if due < self._armed:
            self._arm(due)
        self._reading = True

    def unwait(self, answer: AsyncHttp1Answer) -> None:
        """Closes the connection, unless `answer` is whole and the connection may be another call's by now."""
        if self._answer is answer:
            self._waiter = self._taker = None
            self.give_up("the call was cancelled")

    def usable(self, now: float) -> bool:
        """Whether another call may be sent.

        The loop may not have seen yet that the other side has closed, because it was busy, or stopped: that costs a
        look of our own (1 µs), and saves a call of which nobody can say afterwards whether it arrived.
        """
        return not (self.closed or now >= self._expires_at or self._has_come())

    def give_up(self, why: str) -> None:
        """Closes the connection, and breaks off the answer it carries."""
        self._break(self._passage.abandoned(why))

    def abort(self) -> None:
        """Closes the socket at once, whatever is still to be sent or read. May be called twice."""
        if self.closed:
            return
        self.closed = True
        self._disarm()
        self._asked = None
        self._reader.leave()
        if self._transport is not None:
            self._transport.abort()
        self._home.left(self)

    def descriptor(self) -> int:
        """The socket's number, -1 when it is closed."""
        return self._socket.fileno()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands, TLS included."""
        stream = cast(asyncio.Transport, transport)  # uvloop's is one in all but name.
        self._transport = stream
        # So that `pause_writing` says whether a request has gone out whole, not whether a buffer is fairly full.
        stream.set_write_buffer_limits(high=1, low=0)

    def data_received(self, data: bytes | memoryview) -> None:
        """Bytes came. They are read at once; nothing keeps a view of them."""
        if self._told is not None:
            self._more_came(data, self._told)
            return
        if self._answer is None:
            self.abort()  # Nobody asked; whoever came next would take it for the answer to its own request.
            return
        if self._taker is not None:
            self._pour(bytes(data), self._taker)
            return
        if self._read(data):
            reader, waiter = self._reader, self._waiter
            if waiter is not None and self._reading and not reader.size:
                # Bytes that only frame the body, or say nothing yet without those that follow: an empty piece would be its end.
                self._be_patient()
                return
            self._due = self._ends_at  # The caller's own time begins.
            if waiter is not None:
                self._waiter = None
                if not waiter.done():
                    # A piece goes straight to who waits for it: 227 steps for an event of a stream in place of 287.
                    waiter.set_result(reader.take() if self._reading else b"")
            if reader.size > MAX_BUFFERED and not self._paused:
                self._flow(paused=True)

    def _read(self, data: bytes | memoryview) -> bool:
        """Reads on. Gives whether there is a head, and the answer goes on."""
        reader = self._reader
        try:
            reader.feed(data)
        except ProviderError as error:
            self._break(error)
            return False
        if reader.ended:
            self._complete()
            return False
        return reader.head is not None

    def _pour(self, data: bytes, taker: Taker) -> None:
        """A piece goes to who takes it in this very turn of the loop."""
        reader = self._reader
        piece = reader.chunk_in(data)
        if not piece:
            if not self._read(data):
                return
            if not reader.size:
                self._be_patient()
                return
            piece = reader.take_of(data)
        try:
            if taker(piece):
                self._wait_for_more()
                return
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is read
            self._raise_there(error)
        self._due = self._ends_at
        self._wake()

    def eof_received(self) -> bool:
        """The other side sends no more."""
        if self._answer is None and self._told is None:
            self.abort()
            return False
        missing = self._passage.end() if ended_in_good_order(self._transport) else self._passage.lost(None)
        if missing is None:
            self._complete()
        else:
            self._break(missing)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone. Where `eof_received` was not called before, that is no end of a body."""
        self._break(self._passage.lost(exc))

    # Within.

    def _more_came(self, data: bytes | memoryview, told: Told) -> None:
        """Some of an answer that is told when it is whole."""
        reader = self._reader
        known = reader.known
        if known is not None and not reader.begun:
            data = bytes(data)
            if known.is_whole(data):
                # Past the reader, which stays ready: 340 steps from question to answer in place of 700.
                self._told = None
                now = self._loop.time()
                self._keep(now, self._passage.lasts(now, known.lifetime))
                told(known.head, data[known.size :], None)
                return
        try:
            reader.feed(data)
        except ProviderError as error:
            self._break(error)
            return
        if reader.ended:
            self._complete()
        elif reader.head is not None:
            self._be_patient()

    def _complete(self) -> None:
        """The answer is whole."""
        if self._taker is not None and self._reader.size:
            try:
                self._taker(self.take())
            except Exception as error:  # noqa: BLE001 - as above
                self._raise_there(error)
        self._wake()  # Before the next in line: who has its answer goes on first.
        now = self._loop.time()
        self._keep(now, self._passage.kept_until(now))
        # Last: what is asked in return for an answer may go over this very connection.
        self._tell(None) if self._told is not None else self._part(None)

    def _keep(self, now: float, until: float) -> None:
        """For other calls, unless that would be over at once."""
        self._due = self._expires_at = until
        if until <= now:
            self.abort()
            return
        if until < self._armed:
            self._arm(until)
        self._home.free(self)

    def _break(self, error: ProviderError) -> None:
        """The answer, if there is one, will never be whole, and the connection is of no more use."""
        self.abort()
        if self._answer is not None:
            self._part(error)
        elif self._told is not None:
            self._tell(error)

    def _tell(self, error: ProviderError | None) -> None:
        told, self._told = self._told, None
        assert told is not None
        told(self._reader.head, self.take(), error)

    def _part(self, error: ProviderError | None) -> None:
        """The answer goes its own way, with what is left of the body."""
        answer, self._answer = self._answer, None
        self._rest = None
        assert answer is not None
        self._wake()
        answer.parted(self._reader.head, self.take(), error)

    def _flow(self, *, paused: bool) -> None:
        self._paused = paused
        if self._transport is not None and not self.closed:
            if paused:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _wake(self) -> None:
        waiter, self._waiter, self._taker = self._waiter, None, None
        if waiter is not None and not waiter.done():
            waiter.set_result(b"")

    def _raise_there(self, error: Exception) -> None:
        """Who waits for the end of taking hears what was raised by it."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)

    def _late(self, now: float) -> None:
        if self._answer is None and self._told is None:
            self.abort()
        elif self._passage.sending and now < self._passage.ends_at and self._has_sent():
            self._be_patient()
        else:
            self._break(self._passage.late(now))
