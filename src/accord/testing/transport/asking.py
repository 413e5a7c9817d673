"""The short way to whole answers, as a transport of its own: what `send` promises, `AsyncHttp1.way` has to keep as well."""

import asyncio
import math

from accord.core.error import ProviderError
from accord.core.http import Call, Head
from accord.transport.asyncio_asked import Asked
from accord.transport.asyncio_http1 import AsyncHttp1, Pools
from accord.transport.base import AsyncAnswer, AsyncAsked, Told


class WholeAnswer:
    """An answer that is all there, or broke off with an error."""

    def __init__(self, head: Head, body: bytes, error: ProviderError | None) -> None:
        self.head: Head = head
        self._body = body
        self._error = error

    async def read(self) -> bytes:
        """What came of the body, and then its end, or what it broke off with."""
        body, self._body = self._body, b""
        if not body and self._error is not None:
            raise self._error
        return body

    async def close(self) -> None:
        """The connection was given back before."""


class AskingHttp1(AsyncHttp1):
    """Asks over a connection at hand, or over one made for that. What cannot be asked goes the usual way."""

    async def send(self, call: Call) -> AsyncAnswer:  # type: ignore[override]  # another answer than the one it asks
        """The answer, when it is whole. Raises as of `AsyncHttp1` where not even a head came."""
        body = call.body
        if not isinstance(body, bytes) or call.method == "HEAD":
            return await super().send(call)
        loop = asyncio.get_running_loop()
        pools = self._loops.get(loop) or await self._loops.make(loop)
        answer: asyncio.Future[tuple[Head | None, bytes, ProviderError | None]] = loop.create_future()

        def told(head: Head | None, body: bytes, error: ProviderError | None) -> None:
            answer.set_result((head, body, error))

        way = self.way(call)
        assert way is not None
        asked: AsyncAsked = way.ask(body, told) or await _dialled(pools, call, body, told)
        try:
            head, said, error = await answer
        except BaseException:
            asked.cancel()
            raise
        if head is None:
            assert error is not None
            raise error
        return WholeAnswer(head, said, error)


async def _dialled(pools: Pools, call: Call, body: bytes, told: Told) -> Asked:
    way = pools.way(call)
    loop = asyncio.get_running_loop()
    timeouts = call.timeouts
    ends_at = math.inf if timeouts.total is None else loop.time() + timeouts.total
    connection = await way.pool.obtain(timeouts, ends_at)
    due = math.inf if timeouts.first_byte is None else loop.time() + timeouts.first_byte
    return connection.ask(way.head(len(body)), body, timeouts, ends_at, min(due, ends_at), told)
