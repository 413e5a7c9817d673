"""An answer that is no conversation, handed to the caller while it arrives: a sound, or the events of an endpoint."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.event import Event, handed_on
from accord.core.http import Headers
from accord.core.record import CallRecord
from accord.dialects.codec import RelayCodec
from accord.dialects.openai_chat.renderer import failed as error_event
from accord.engine.event_stream_async import AsyncEventStream
from accord.engine.target import Target
from accord.gateway.dispatch import Dispatch
from accord.gateway.headers import (
    cost_headers,
    id_headers,
    target_headers,
    warning_headers,
)
from accord.gateway.http import UNBUFFERED, Cut, Response
from accord.gateway.provider_stream import ProviderStream
from accord.gateway.resolve import Resolved
from accord.gateway.visit import Visit
from accord.gateway.wire import CHAT, EVENTS
from accord.transport.base import Taker

Req = TypeVar("Req")

_SIGN = b": waiting\n\n"


class Relay(ProviderStream, Generic[Req]):
    """A `Stream` of one such answer."""

    __slots__ = ("_codec", "_context", "_first", "_in_events", "_request", "_resolved")

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
            return self._refused(CHAT.fail, error)
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
        if self._first:
            first, self._first = self._first, b""
            return first
        return await super().next()

    def pour(self, taker: Taker) -> Awaitable[None] | None:  # noqa: ARG002 - as `Stream` says
        """Never: its pieces are few and large, and worth a turn of the loop each."""
        return None

    def _written(self, events: list[Event]) -> bytes:
        return handed_on(events)

    def _told(self, error: AccordError) -> bytes:
        """An error as the last event. Raises `Cut` where there are no events."""
        if not self._in_events:
            raise Cut
        return error_event(error)
