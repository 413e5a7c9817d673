"""An answer that is no conversation, handed to the caller while it arrives: a sound, or the events of an endpoint."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.event import handed_on
from accord.core.http import Headers
from accord.core.record import CallRecord
from accord.dialects.codec import RelayCodec
from accord.dialects.openai_chat.renderer import failed as error_event
from accord.engine.event_stream_async import AsyncEventStream
from accord.engine.target import Target
from accord.gateway.dispatch import Dispatch, noted
from accord.gateway.failure import failed
from accord.gateway.headers import (
    cost_headers,
    id_headers,
    target_headers,
    warning_headers,
)
from accord.gateway.http import UNBUFFERED, Cut, Response
from accord.gateway.resolve import Resolved
from accord.gateway.visit import Visit
from accord.gateway.wire import CHAT, EVENTS
from accord.transport.base import Taker

Req = TypeVar("Req")

_SIGN = b": waiting\n\n"


class Relay(Generic[Req]):
    """A `Stream` of one answer. Nothing is asked of the provider before `open`."""

    __slots__ = (
        "_begun",
        "_codec",
        "_context",
        "_dispatch",
        "_first",
        "_in_events",
        "_last",
        "_request",
        "_resolved",
        "_source",
        "_visit",
    )

    def __init__(
        self,
        dispatch: Dispatch,
        visit: Visit,
        resolved: Resolved,
        codec: Callable[[Target], RelayCodec[Req, CallRecord]],
        request: Req,
        context: RequestContext,
        *,
        in_events: bool,
    ) -> None:
        """`in_events`: the answer is server-sent events, in which there is room for signs of life and for errors. In a sound
        there is none.
        """
        self._dispatch = dispatch
        self._visit = visit
        self._resolved = resolved
        self._codec = codec
        self._request = request
        self._context = context
        self._in_events = in_events
        self._source: AsyncEventStream | None = None
        self._begun = False
        self._first = b""
        self._last: bytes | None = None

    async def open(self) -> Response | None:
        """Waits for the first piece."""
        try:
            self._source = await self._dispatch.relay(
                self._visit, self._resolved, self._codec, self._request, self._context
            )
        except AccordError as error:
            if self._begun:
                self._last = self.cut(error)
                return None
            return failed(self._visit, CHAT.fail, error)
        # What came first says what it costs, where that is known from the beginning.
        self._first = handed_on(await self._source.next())
        return None

    def head(self) -> Headers:
        """Who answers, with what, and what it costs where that is known by now."""
        self._begun = True
        source = self._source
        kind = EVENTS if source is None or source.content_type is None else source.content_type
        return (
            ("content-type", kind),
            *UNBUFFERED,
            *id_headers(self._visit),
            *target_headers(self._visit),
            *(cost_headers(source.cost()) if source is not None else ()),
            *warning_headers(source.warnings if source is not None else ()),
        )

    def heartbeat(self) -> bytes:
        """A comment, where there are events."""
        return _SIGN if self._in_events else b""

    async def next(self) -> bytes:
        """The next piece. Raises `Cut` where a sound breaks off; events end with an error."""
        if self._last is not None:
            last, self._last = self._last, b""
            return last
        assert self._source is not None
        if self._first:
            first, self._first = self._first, b""
            return first
        try:
            while events := await self._source.next():
                if data := handed_on(events):
                    return data
        except AccordError as error:
            self._last = b""
            return self.cut(error)
        self._note_usage()
        return b""

    def pour(self, taker: Taker) -> Awaitable[None] | None:  # noqa: ARG002 - as `Stream` says
        """Never: its pieces are few and large, and worth a turn of the loop each."""
        return None

    def cut(self, error: AccordError) -> bytes:
        """An error as the last event. Raises `Cut` where there are no events."""
        noted(self._visit, error)
        self._note_usage()
        if not self._in_events:
            raise Cut
        return error_event(error)

    async def close(self) -> None:
        """Closes the connection to the provider unless the answer was read to its end."""
        self._note_usage()
        try:
            if self._source is not None:
                await self._source.close()
        finally:
            await self._dispatch.settle(self._visit)

    def _note_usage(self) -> None:
        source = self._source
        if source is not None:
            self._visit.usage = source.usage
            self._visit.cost = source.cost()
