"""An answer on its way to the caller, over whatever server there is: whole, or piece by piece with signs of life.

Pieces are asked for one at a time and each is sent before the next is asked for. So nothing piles up here when a caller
reads slowly: the provider's connection is not read either, and its idle timer does not run.
"""

import asyncio
import contextlib
from collections.abc import Awaitable

from accord.core.error import AccordError
from accord.core.http import Headers
from accord.gateway import refusal
from accord.gateway.http import Cut, Response, Sink, Stream
from accord.gateway.service import Entry, Service, refused
from accord.gateway.upload import Upload

_LAST_WORD = 1.0
"""Seconds that a caller has to take the error of an answer that is broken off."""


class Delivery:
    """Serves one request."""

    _stream: Stream | None = None
    _begun = False
    """Whether the head of a stream went out."""
    _between = True
    """Whether the stream stands between two events, where a sign of life harms nothing."""
    _quiet_since = 0.0
    """When the last piece of a stream went out."""
    _untaken: Awaitable[None] | None = None
    """What the caller has still to take of it."""
    _timer: asyncio.TimerHandle | None = None
    _sign: asyncio.Task[None] | None = None

    def __init__(self, service: Service, entry: Entry, sink: Sink, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._entry = entry
        self._sink = sink
        self._loop = loop
        self._exposes = service.log.exposes

    def begin(self, first: bytes) -> None:
        """The head of a stream is on its way; its first piece goes with it. `open` says which stream it is."""
        self._begun = True
        self._entry.visit.status = 200
        if first:
            self.took(first)

    def open(self, stream: Stream) -> None:
        """Serves a stream that was begun, and whose pieces come by `took`. `run` ends it."""
        self._stream = stream
        self._quiet_since = self._entry.visit.first = self._loop.time()
        self._timer = self._loop.call_later(self._service.heartbeat, self._tick)

    @property
    def is_taken(self) -> bool:
        """Whether the caller has taken what was sent."""
        return self._untaken is None

    async def run(self, body: bytes | Upload, poured: Awaitable[None] | None = None) -> None:
        """Answers the request with this body; where it is served by now, goes on when no more pieces come by themselves (`poured`).

        Raises only what the sink raises, and `CancelledError`.
        """
        try:
            try:
                if poured is not None:
                    await self._go_on(poured)
                    return
                answer = await self._service.answer(self._entry, body)
                await (self.whole(answer) if isinstance(answer, Response) else self._send(answer))
            except Cut:
                await self._cut()
            except Exception as error:  # noqa: BLE001 - the last line of defence: a caller never sees a stack trace
                self._service.log.broke(self._entry.visit, error)
                await self._break_off(refusal.broke())
        except asyncio.CancelledError:
            if self._entry.visit.stopped != "shutdown":
                raise
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD):
                    await self._break_off(refusal.shutting_down())
        finally:
            if self._stream is not None:
                await self._let_go(self._stream)

    async def _send(self, answer: Stream) -> None:
        self._stream = answer
        # From when the caller waits: the provider may have been asked before.
        self._quiet_since = started = self._entry.visit.started
        wait = started + self._service.heartbeat - self._loop.time()
        self._timer = self._loop.call_later(max(0.0, wait), self._tick)
        failure = await answer.open()
        if failure is None:
            self._entry.visit.first = self._loop.time()
        await self._signed()
        if failure is not None:
            await self.whole(failure)
            return
        head = self._first_head(answer)
        if head is not None:
            self._between = False
            if (sent := self._sink.head(200, head)) is not None:
                await sent
            self._between = True
        await self._pieces(answer)

    async def _go_on(self, poured: Awaitable[None]) -> None:
        await poured
        stream = self._stream
        assert stream is not None
        await self._taken()
        await self._pieces(stream)

    async def _pieces(self, answer: Stream) -> None:
        pours = True
        while data := await answer.next():
            if self._sign is not None:
                await self._signed()
            if not self.took(data):
                await self._taken()
            # The pieces that follow need no future and no turn of the loop each: 110 steps of an event less.
            elif pours and (pouring := answer.pour(self.took)) is not None:
                await pouring
                await self._taken()
            else:
                pours = False
        await self._end()

    def took(self, data: bytes) -> bool:
        """Sends a piece of the stream. Gives whether the caller has taken it."""
        if self._exposes:
            self._entry.visit.answered.append(data)
        self._untaken = untaken = self._sink.piece(data)
        self._quiet_since = self._loop.time()
        self._between = data.endswith(b"\n\n")
        return untaken is None

    async def _taken(self) -> None:
        """Waits until the caller has taken the last piece."""
        untaken = self._untaken
        if untaken is not None:
            await untaken
            self._untaken = None
            self._quiet_since = self._loop.time()

    async def whole(self, response: Response) -> None:
        """Sends a whole answer."""
        visit = self._entry.visit
        visit.status = response.status
        if self._service.log.exposes:
            visit.answered.append(response.body)
        visit.delivered = True
        if (sent := self._sink.whole(response)) is not None:
            await sent

    async def _end(self) -> None:
        await self._signed()
        self._entry.visit.delivered = True
        await self._sink.end()

    async def _cut(self) -> None:
        await self._signed()
        self._entry.visit.delivered = True
        await self._sink.cut()

    async def _piece(self, data: bytes) -> None:
        sent = self._sink.piece(data)
        if sent is not None:
            await sent

    def _first_head(self, stream: Stream) -> Headers | None:
        """The head, for whoever asks first and has to send it. From then on the stream's failures are part of its body."""
        if self._begun:
            return None
        self._begun = True
        self._entry.visit.status = 200
        return stream.head()

    async def _break_off(self, error: AccordError) -> None:
        """Ends the answer with an error, in whatever state it is."""
        stream = self._stream
        await self._signed()
        if stream is not None and self._begun:
            try:
                await self._piece(stream.cut(error))
            except Cut:
                await self._cut()
                return
            await self._end()
        elif self._begun:
            self._entry.visit.error = error
            await self._cut()  # It failed between its head and the rest of it.
        elif self._entry.visit.status == 0:
            await self.whole(refused(self._entry.visit, error, self._entry.fail))

    async def _let_go(self, stream: Stream) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._sign is not None:
            self._sign.cancel()
        await stream.close()

    def _tick(self) -> None:
        """Sends a sign of life if the stream has been quiet for long enough, and looks again later."""
        wait = self._service.heartbeat - (self._loop.time() - self._quiet_since)
        stream = self._stream
        ready = self._between and self._untaken is None and (self._sign is None or self._sign.done())
        if stream is not None and wait <= 0 and ready and (sign := stream.heartbeat()):
            self._give_sign(sign, self._first_head(stream))
        self._timer = self._loop.call_later(wait if wait > 0 else self._service.heartbeat, self._tick)

    def _give_sign(self, sign: bytes, head: Headers | None) -> None:
        if head is None:
            # At once: a piece may come before a task has its turn, and need not end where its event does.
            sent = self._sink.piece(sign)
            self._quiet_since = self._loop.time()
            if sent is None:
                return
        else:
            sent = self._send_first(head, sign)
        # A task, because sending may wait; the delivery itself waits for the provider at this moment.
        self._sign = self._loop.create_task(self._sent(sent))

    async def _send_first(self, head: Headers, sign: bytes) -> None:
        if (sent := self._sink.head(200, head)) is not None:
            await sent
        await self._piece(sign)

    async def _sent(self, sign: Awaitable[None]) -> None:
        await sign
        self._quiet_since = self._loop.time()

    async def _signed(self) -> None:
        """Waits for a sign of life that is going out."""
        if self._sign is not None:
            sign, self._sign = self._sign, None
            await sign
