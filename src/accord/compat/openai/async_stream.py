"""A streamed answer, for asyncio."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from accord.client.spend.charge import Charge
from accord.compat.openai.model import Model
from accord.compat.openai.stream_shared import StreamFacts
from accord.compat.openai.wire import Reading
from accord.core.error import AccordError
from accord.engine.event_stream_async import AsyncEventStream

E = TypeVar("E", bound=Model)


class AsyncStream(StreamFacts[AsyncEventStream], Generic[E]):
    """The pieces of an answer as they come. Leaving its `async with` block, or `close()`, closes the connection.

    Iterating raises `APIError` (or one of its kinds) where the answer breaks off.
    """

    def __init__(self, source: AsyncEventStream, charge: Charge, reading: Reading[E]) -> None:
        super().__init__(source, charge)
        self._reading = reading
        self._items = self._read()

    async def __anext__(self) -> E:
        return await anext(self._items)

    def __aiter__(self) -> AsyncIterator[E]:
        return self

    async def close(self) -> None:
        """Closes the connection unless the answer was read to its end. May be called twice."""
        self._left()
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _read(self) -> AsyncIterator[E]:
        reading = self._reading
        try:
            while events := await self._source.next():
                for item in reading.read(reading.renderer.feed(events)):
                    yield item
            self._ended()
            for item in reading.read(reading.renderer.end()):
                yield item
        except AccordError as error:
            self._left()
            try:
                last = reading.last(error)
            except Exception as told:
                raise told from error
            for item in last:
                yield item
        finally:
            await self.close()
