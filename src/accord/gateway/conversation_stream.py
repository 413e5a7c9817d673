"""A streamed conversation on its way to the caller, who learns how it ends and never an invented finish (promise 1)."""

from collections.abc import Awaitable

from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.event import Event
from accord.core.http import Headers
from accord.dialects.codec import Inbound, Renderer
from accord.dialects.passing import PassingDecoder, PassingRenderer, TextDecoder
from accord.engine.event_stream_async import AsyncEventStream, Shortcut
from accord.gateway.dispatch import Dispatch
from accord.gateway.headers import accord_member, id_headers, target_headers, wants_accord, warning_headers
from accord.gateway.http import UNBUFFERED, Response
from accord.gateway.provider_stream import ProviderStream
from accord.gateway.resolve import Resolved
from accord.gateway.stored.keeper import Keeper
from accord.gateway.visit import Visit
from accord.transport.base import Taker


class ConversationStream(ProviderStream):
    """A `Stream` of one conversation."""

    __slots__ = ("_context", "_inbound", "_keeper", "_renderer", "_resolved", "_stream_type")

    def __init__(
        self,
        dispatch: Dispatch,
        visit: Visit,
        inbound: Inbound,
        resolved: Resolved,
        context: RequestContext,
        stream_type: str,
        keeper: Keeper | None = None,
        source: AsyncEventStream | None = None,
        renderer: Renderer | None = None,
    ) -> None:
        """`keeper` keeps the answer, once it is complete; `source` is the provider's, where it was asked already, and `renderer` wrote
        its first events.
        """
        self._dispatch = dispatch
        self._visit = visit
        self._inbound = inbound
        self._resolved = resolved
        self._context = context
        self._stream_type = stream_type
        self._keeper = keeper
        self._source = source
        # While nothing is known of the answer, heartbeats come from a renderer for events.
        self._renderer: Renderer = renderer or inbound.renderer()
        self._begun = False
        self._last: bytes | None = None

    async def open(self) -> Response | None:
        """Waits for the provider's first event."""
        try:
            source = await self._dispatch.stream(
                self._visit, self._resolved, self._inbound.request, self._context, self._inbound
            )
        except AccordError as error:
            return self._refused(self._inbound.fail, error)
        self._source = source
        if source.forwarded:
            self._renderer = self._inbound.renderer(forwarded=True)
        return None

    def head(self) -> Headers:
        """Who answers, and what was changed in the request, as far as that is known by now."""
        self._begun = True
        warnings = self._source.warnings if self._source is not None else ()
        return (
            ("content-type", self._stream_type),
            *UNBUFFERED,
            *id_headers(self._visit),
            *target_headers(self._visit),
            *warning_headers(warnings),
        )

    def heartbeat(self) -> bytes:
        """What keeps callers of this wire patient."""
        return self._renderer.heartbeat()

    def pour(self, taker: Taker) -> Awaitable[None] | None:
        """See `Stream`."""
        source = self._source
        if source is None or self._last is not None:
            return None
        answer = source.pouring
        return None if answer is None else self.poured(answer.pour(self.taking(taker)))

    def taking(self, taker: Taker) -> Taker:
        """What takes pieces of the provider's answer, and gives what the caller gets to `taker`."""
        source = self._source
        assert source is not None

        def told(events: list[Event]) -> bool:
            data = self._written(events)
            return taker(data) if data else True

        return source.taker(told, self._shortcut(source, taker))

    def _shortcut(self, source: AsyncEventStream, taker: Taker) -> Shortcut | None:
        """The way of pieces that need not become events; `None` where all have to."""
        decoder, renderer = source.decoder, self._renderer
        if self._keeper is not None:
            return None
        if isinstance(decoder, TextDecoder) and not source.forwarded:
            return _translating(decoder, renderer, taker)
        if isinstance(decoder, PassingDecoder) and isinstance(renderer, PassingRenderer):
            return _passing(decoder, renderer, taker)
        return None

    async def poured(self, pouring: Awaitable[None]) -> None:
        """Waits until no more pieces are given by themselves. `next` says how it ended."""
        source = self._source
        assert source is not None
        try:
            await source.poured(pouring)
        except AccordError as error:
            self._last = self.cut(error)

    def _written(self, events: list[Event]) -> bytes:
        if self._keeper is not None:
            self._keeper.add(events)
        return self._renderer.feed(events)

    def _told(self, error: AccordError) -> bytes:
        return self._renderer.fail(error)

    async def _end(self, source: AsyncEventStream) -> bytes:
        wanted = wants_accord(self._visit.request)
        end = self._renderer.end(accord=accord_member(self._visit, source.warnings) if wanted else None)
        if self._keeper is not None:
            # Before the caller hears the end, so that its next request finds the answer.
            await self._keeper.streamed(end)
        return end


def _passing(decoder: PassingDecoder, renderer: PassingRenderer, taker: Taker) -> Shortcut:
    def shortcut(data: bytes) -> bool | None:
        passed = decoder.passed(data)
        return taker(passed) if passed and not renderer.holds else None

    return shortcut


def _translating(decoder: TextDecoder, renderer: Renderer, taker: Taker) -> Shortcut:
    def shortcut(data: bytes) -> bool | None:
        more = decoder.more(data)
        if more is None:
            return None
        written = renderer.feed((more,))
        return taker(written) if written else True

    return shortcut
