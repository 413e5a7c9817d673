"""A call of which the answer is taken piece by piece, from the first one on, by whoever asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from accord.core.frameless import frameless
from accord.transport.asyncio_answer import AsyncHttp1Answer, Carrier
from accord.transport.base import Taker


class Opening:
    """See `AsyncOpening`."""

    __slots__ = ("_connection", "_over", "_waiter", "answer")

    def __init__(
        self, connection: Carrier, answer: AsyncHttp1Answer, waiter: "asyncio.Future[bytes]", over: Callable[[], None]
    ) -> None:
        """`waiter` comes true when no more is taken."""
        self.answer: AsyncHttp1Answer = answer
        self._connection = connection
        self._waiter = waiter
        self._over: Callable[[], None] | None = over
        waiter.add_done_callback(self._ended)

    def take_by(self, taker: Taker) -> None:
        """Has the further pieces taken by another one."""
        self._connection.take_by(self.answer, taker)

    async def poured(self) -> None:
        """Waits until no more is taken."""
        try:
            await self._waiter
        except BaseException:
            self._connection.unwait(self.answer)
            raise

    def stop(self) -> None:
        """Nothing more is taken."""
        self._tell_nobody()
        self._connection.take_by(self.answer, None)

    async def opened(self) -> AsyncHttp1Answer:
        """The answer, to be read."""
        return await self.answer.opened()

    def cancel(self) -> None:
        """Closes the connection, unless the answer is whole."""
        self._tell_nobody()
        self._connection.unwait(self.answer)

    def _ended(self, waiter: "asyncio.Future[bytes]") -> None:
        # Let go of: who hears of the end holds this, and both would stay until the collector found them.
        over, self._over = self._over, None
        if waiter.cancelled() or over is None:
            return
        waiter.exception()  # Raised by `poured`; nobody else has to know of it.
        over()

    def _tell_nobody(self) -> None:
        """The end is not told any more."""
        self._over = None
        self._waiter.remove_done_callback(self._ended)


Open: TypeAlias = Callable[[Taker, Callable[[], None]], Opening]
"""Sends the request over a connection that stands; see `Connection.open`."""


class Dialling:
    """The same where a connection has still to be made, or waited for."""

    __slots__ = ("_error", "_opening", "_stopped", "_task")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        dial: Callable[[], Awaitable[Open]],
        taker: Taker,
        over: Callable[[], None],
    ) -> None:
        self._opening: Opening | None = None
        self._error: Exception | None = None
        self._stopped = False
        # Not kept when it is over: half a KB of each stream.
        self._task: asyncio.Task[None] | None = loop.create_task(self._open(dial, taker, over))

    @property
    def answer(self) -> AsyncHttp1Answer:
        """The answer, which is there before a piece of it is taken."""
        assert self._opening is not None
        return self._opening.answer

    def take_by(self, taker: Taker) -> None:
        """Has the further pieces taken by another one."""
        if self._opening is not None:
            self._opening.take_by(taker)

    async def poured(self) -> None:
        """Waits until no more is taken."""
        if self._opening is not None:
            await self._opening.poured()

    def stop(self) -> None:
        """Nothing more is taken."""
        self._stopped = True
        if self._opening is not None:
            self._opening.stop()

    async def opened(self) -> AsyncHttp1Answer:
        """The answer, to be read. Raises why there was no connection."""
        try:
            if self._task is not None:
                await self._task
        except BaseException:
            self.cancel()  # The request may have gone out in this very turn of the loop.
            raise
        if self._error is not None:
            raise self._error
        assert self._opening is not None
        return await self._opening.opened()

    def cancel(self) -> None:
        """Makes no connection any more, or closes it."""
        if self._task is not None:
            self._task.cancel()
        if self._opening is not None:
            self._opening.cancel()

    async def _open(self, dial: Callable[[], Awaitable[Open]], taker: Taker, over: Callable[[], None]) -> None:
        try:
            send = await dial()
        except Exception as error:  # noqa: BLE001 - raised by `opened`
            self._error = frameless(error)
            over()
        else:
            self._opening = send(taker, over)
            if self._stopped:
                self._opening.stop()
        finally:
            self._task = None
