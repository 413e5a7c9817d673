"""A streamed answer on its way, for asyncio."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from accord.core.attempt import Attempt
from accord.core.error import ProviderError
from accord.core.event import Event
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.dialects.codec import Decoder
from accord.engine.event_stream import EventStreamBase, Streamed
from accord.engine.hold import Hold
from accord.engine.limiter import AsyncLimiter
from accord.engine.perform_async import AsyncBody, AsyncRunner
from accord.flows.effect import Opened
from accord.transport.base import AsyncPouring, Taker

Shortcut: TypeAlias = Callable[[bytes], bool | None]
"""Takes a piece that says nothing but more of a text, and says whether it is ready for more; `None` of any other piece."""


class AsyncHeld:
    """What a stream holds of a group's target, and how it is let go."""

    __slots__ = ("_hold", "_limiter", "_runner")

    def __init__(self, hold: Hold, runner: AsyncRunner, limiter: AsyncLimiter) -> None:
        self._hold = hold
        self._runner = runner
        self._limiter = limiter

    def failed(self, error: ProviderError) -> None:
        """The stream broke."""
        self._hold.failed(error, self._runner.now)

    async def end(self, usage: Usage | None) -> None:
        """The stream is over. May be called twice."""
        if self._hold.end() and (tokens := self._hold.used(usage)) is not None:
            await self._limiter.settle(self._hold.demands, tokens, self._runner.now)


class AsyncEventStream(EventStreamBase[AsyncBody, AsyncHeld]):
    """An answer on its way: events as they come, and what is known of the call so far."""

    __slots__ = ("resume",)

    def __init__(
        self,
        chosen: Streamed,
        opened: Opened,
        attempts: tuple[Attempt, ...],
        *,
        route: RouteRecord | None = None,
        held: AsyncHeld | None = None,
    ) -> None:
        assert opened.body is None or isinstance(opened.body, AsyncBody)
        super().__init__(chosen, opened, opened.body, attempts, route=route, held=held)
        self.resume: Callable[[ProviderError], Awaitable[AsyncEventStream | None]] | None = None
        """Opens the stream that goes on from where this one broke off; `None` where there is none."""

    async def next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the stream broke with."""
        events = self._first
        if events is None:
            body = self._body
            try:
                if body is None or body.ended:
                    events = []
                elif data := await body.answer.read():
                    # As `body.next()`, without a coroutine more for each event: 0.4 us less.
                    events = body.decoder.feed(data) or await body.next()
                else:
                    events = await body.end()
            except ProviderError as error:
                return await self._go_on(error)
        else:
            self._first = None
        events = self._noted(events)
        if not events:
            if self._held is not None:
                await self._held.end(self.usage)
            self._tell()
        return events

    @property
    def decoder(self) -> Decoder | None:
        """What reads the stream; `None` where all of it was read."""
        return None if self._body is None else self._body.decoder

    @property
    def pouring(self) -> AsyncPouring | None:
        """The answer, where its next pieces may be poured to a `taker`; `None` where they may not. `poured` waits for the end of that,
        and `next` goes on from there.
        """
        body = self._body
        # Observers are told in the context of who waits, and what breaks off may go on elsewhere.
        if (
            body is None
            or body.ended
            or self._first is not None
            or self.watch is not None
            or self.continuation is not None
            or not isinstance(body.answer, AsyncPouring)
        ):
            return None
        return body.answer

    def taker(self, told: Callable[[list[Event]], bool], shortcut: Shortcut | None = None) -> Taker:
        """Takes pieces of the answer by the `shortcut`, and tells the events of all others. Both say whether they are ready for more."""
        assert self._body is not None
        decoder = self._body.decoder

        def taken(data: bytes) -> bool:
            if shortcut is not None and (ready := shortcut(data)) is not None:
                return ready
            events = decoder.feed(data)
            return told(self._noted(events)) if events else True

        return taken

    async def poured(self, pouring: Awaitable[None]) -> None:
        """Waits for the end of pouring. Raises as `next` does."""
        try:
            await pouring
        except ProviderError as error:
            await self._go_on(error)  # Raises: it goes on nowhere else.

    def beginning(self) -> list[Event]:
        """The events that it opened with, which `next` gives no more then."""
        events, self._first = self._first, None
        return self._noted(events) if events else []

    async def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end. May be called twice."""
        await self._let_go()
        self._tell(GeneratorExit())

    async def _go_on(self, error: ProviderError) -> list[Event]:
        """What comes after the stream broke: its continuation, where there is one. Raises the failure."""
        if self._held is not None:
            self._held.failed(error)
        await self._let_go()
        failure = self._broken(error)
        following = await self.resume(failure) if self.resume is not None else None
        if following is None:
            self._tell(failure)
            raise failure from None
        return self._take_over(following, failure)

    async def _let_go(self) -> None:
        try:
            if self._body is not None:
                await self._body.close()
        finally:
            if self._held is not None:
                await self._held.end(self.usage)
