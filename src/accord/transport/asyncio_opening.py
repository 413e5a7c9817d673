"""A call of which the answer is taken piece by piece, from the first one on, by whoever asked."""

import asyncio
from collections.abc import Callable

from accord.transport.asyncio_answer import AsyncHttp1Answer, Carrier


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
        self._over = over
        waiter.add_done_callback(self._ended)

    def take_by(self, taken: Callable[[bytes], bool]) -> None:
        """Has the further pieces taken by another one."""
        self._connection.take_by(self.answer, taken)

    async def poured(self) -> None:
        """Waits until no more is taken."""
        try:
            await self._waiter
        except BaseException:
            self._connection.unwait(self.answer)
            raise

    def stop(self) -> None:
        """Nothing more is taken."""
        self._connection.take_by(self.answer, None)

    async def opened(self) -> AsyncHttp1Answer:
        """The answer, to be read."""
        return await self.answer.opened()

    def cancel(self) -> None:
        """Closes the connection, unless the answer is whole."""
        self._connection.unwait(self.answer)

    def _ended(self, waiter: "asyncio.Future[bytes]") -> None:
        if waiter.cancelled():
            return
        waiter.exception()  # Raised by `poured`; nobody else has to know of it.
        self._over()
