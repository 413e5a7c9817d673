"""What all streams to callers have in common: the provider's answer that they are made of, and how they end."""

from accord.core.error import AccordError
from accord.core.event import Event
from accord.engine.event_stream_async import AsyncEventStream
from accord.gateway.dispatch import Dispatch, noted
from accord.gateway.failure import failed
from accord.gateway.http import Response
from accord.gateway.visit import Visit
from accord.gateway.wire import Fail


class ProviderStream:
    """A `Stream` of one answer of a provider. Nothing is asked of it before `open`."""

    __slots__ = ("_begun", "_dispatch", "_last", "_source", "_visit")

    _begun: bool
    """Whether the head went out: from then on a failure is a part of the body."""
    _dispatch: Dispatch
    _last: bytes | None
    """What is still to be given at the end, once nothing more is to be read."""
    _source: AsyncEventStream | None
    """The answer, once it has begun."""
    _visit: Visit

    async def next(self) -> bytes:
        """The next bytes. A failure ends the stream as `cut` says."""
        if self._last is not None:
            last, self._last = self._last, b""
            return last
        source = self._source
        assert source is not None
        try:
            while events := await source.next():
                if data := self._written(events):
                    return data
        except AccordError as error:
            self._last = b""
            return self.cut(error)
        self._last = b""
        self._note_usage()
        return await self._end(source)

    def cut(self, error: AccordError) -> bytes:
        """An error as the last thing in the stream. Raises `Cut` where there is no word for it."""
        noted(self._visit, error)
        self._note_usage()
        return self._told(error)

    async def close(self) -> None:
        """Closes the connection to the provider unless the answer was read to its end."""
        self._note_usage()
        try:
            if self._source is not None:
                await self._source.close()
        finally:
            await self._dispatch.settle(self._visit)

    def _written(self, events: list[Event]) -> bytes:
        """What the caller gets for events."""
        raise NotImplementedError

    async def _end(self, source: AsyncEventStream) -> bytes:
        """What the caller gets after the last event: nothing, where it is not said otherwise."""
        del source
        return b""

    def _told(self, error: AccordError) -> bytes:
        """A failure as the end of the body. Raises `Cut`."""
        raise NotImplementedError

    def _refused(self, fail: Fail, error: AccordError) -> Response | None:
        """The provider did not answer: an answer of its own, or where the head went out, the end of the stream."""
        if not self._begun:
            return failed(self._visit, fail, error)
        self._last = self.cut(error)
        return None

    def _note_usage(self) -> None:
        source, visit = self._source, self._visit
        if source is not None and visit.cost is None:
            # A stream that was continued took more requests than it began with.
            visit.attempts, visit.route = source.attempts, source.route
            visit.usage, visit.cost = source.usage, source.cost()
