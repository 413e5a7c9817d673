"""A streamed answer, for blocking code."""

from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from accord.client.spend.charge import Charge
from accord.compat.openai.model import Model
from accord.compat.openai.stream_shared import StreamFacts
from accord.compat.openai.wire import Reading
from accord.core.error import AccordError
from accord.engine.event_stream_sync import EventStream

E = TypeVar("E", bound=Model)


class Stream(StreamFacts[EventStream], Generic[E]):
    """The pieces of an answer as they come. Leaving its `with` block, or `close()`, closes the connection.

    Iterating raises `APIError` (or one of its kinds) where the answer breaks off.
    """

    def __init__(self, source: EventStream, charge: Charge, reading: Reading[E]) -> None:
        super().__init__(source, charge)
        self._reading = reading
        self._items = self._read()

    def __next__(self) -> E:
        return next(self._items)

    def __iter__(self) -> Iterator[E]:
        return self

    def close(self) -> None:
        """Closes the connection unless the answer was read to its end. May be called twice."""
        self._left()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> Iterator[E]:
        reading = self._reading
        try:
            while events := self._source.next():
                yield from reading.read(reading.renderer.feed(events))
            self._ended()
            yield from reading.read(reading.renderer.end())
        except AccordError as error:
            self._left()
            try:
                last = reading.last(error)
            except Exception as told:
                raise told from error
            yield from last
        finally:
            self.close()
