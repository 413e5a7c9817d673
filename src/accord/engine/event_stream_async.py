"""A streamed answer on its way, for asyncio."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import ProviderError
from accord.core.event import Event, Started, Updated, UsageReported
from accord.core.http import Head, request_id_in
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.engine.complete import broken, price, warned
from accord.engine.continuation import Continuation
from accord.engine.hold import Hold
from accord.engine.limiter import AsyncLimiter
from accord.engine.perform_async import AsyncBody, AsyncRunner
from accord.engine.plan import ChatPlan
from accord.engine.target import Target
from accord.engine.watch import Watch
from accord.flows.effect import Opened


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


class AsyncEventStream:
    """An answer on its way: events as they come, and what is known of the call so far."""

    __slots__ = (
        "_body",
        "_first",
        "_held",
        "_seams",
        "answered",
        "attempts",
        "continuation",
        "forwarded",
        "head",
        "resume",
        "route",
        "target",
        "usage",
        "warnings",
        "watch",
    )

    def __init__(
        self,
        chosen: ChatPlan,
        opened: Opened,
        attempts: tuple[Attempt, ...],
        *,
        route: RouteRecord | None = None,
        held: AsyncHeld | None = None,
    ) -> None:
        assert isinstance(opened.body, AsyncBody)
        self._body: AsyncBody = opened.body
        self._first: list[Event] | None = opened.events
        self._held = held
        self.target: Target = chosen.target
        self.head: Head = opened.head
        self.forwarded: bool = chosen.exchange.forwarded
        self.attempts: tuple[Attempt, ...] = attempts
        self.route: RouteRecord | None = route
        """Who could have answered; `None` for a call to one target."""
        self.warnings: tuple[CallWarning, ...] = warned(chosen.exchange.warnings, chosen.target, datetime.now(UTC))
        self.usage: Usage | None = None
        self._seams = 0
        self.continuation: Continuation | None = None
        """What has arrived, where a stream that breaks off is to be continued."""
        self.resume: Callable[[ProviderError], Awaitable[AsyncEventStream | None]] | None = None
        """Opens the stream that goes on from there; `None` where there is none."""
        self.answered: str = ""
        """The model that answers, as the provider names it; empty as long as it has not."""
        self.watch: Watch | None = None
        """Whom to tell how it ends."""

    @property
    def provider(self) -> str:
        """The configured name of the provider that answers."""
        return self.target.name

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request."""
        return request_id_in(self.head.headers)

    @property
    def is_continued(self) -> bool:
        """Whether it broke off and went on at another target."""
        return self._seams > 0

    def cost(self) -> Cost:
        """What the call costs by the usage reported so far."""
        if self._seams:
            return Cost(
                reason="the stream broke off and was continued: what the request that broke off cost is unknown"
            )
        return price(self.target, self.usage, datetime.now(UTC), answered=self.answered)

    async def next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the stream broke with."""
        events, self._first = self._first, None
        if events is None:
            try:
                events = await self._body.next()
            except ProviderError as error:
                if self._held is not None:
                    self._held.failed(error)
                await self._let_go()
                error.route = self.route
                failure = broken(error, self.target, self.attempts)
                following = await self.resume(failure) if self.resume is not None else None
                if following is None:
                    self._tell(failure)
                    raise failure from None
                return self._go_on(following, failure)
        if self.continuation is not None:
            events = self._continued(events)
        self._note(events)
        if not events and self._held is not None:
            await self._held.end(self.usage)
        if not events:
            self._tell()
        return events

    def _note(self, events: list[Event]) -> None:
        for event in events:
            if type(event) is UsageReported:
                self.usage = event.usage
            elif type(event) is Started or type(event) is Updated:
                self.answered = event.model or self.answered

    def _go_on(self, following: "AsyncEventStream", failure: ProviderError) -> list[Event]:
        """Takes over the stream that goes on."""
        assert self.continuation is not None
        self._body, self._first, self._held = following._body, following._first, following._held
        self.attempts = (*failure.attempts, *following.attempts)
        self.warnings += following.warnings
        self._seams += 1
        seam = self.continuation.seam(failure, following.provider, following.target.model)
        self.warnings += (seam.warning,)
        self.target, self.route = following.target, following.route
        return [seam]

    def _continued(self, events: list[Event]) -> list[Event]:
        assert self.continuation is not None
        joined = self.continuation.joined(events) if self._seams else events
        self.continuation.note(joined)
        # What is left out must not look like the end.
        return joined or ([Updated()] if events else [])

    async def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end. May be called twice."""
        await self._let_go()
        self._tell(GeneratorExit())

    async def _let_go(self) -> None:
        try:
            await self._body.close()
        finally:
            if self._held is not None:
                await self._held.end(self.usage)

    def _tell(self, error: BaseException | None = None) -> None:
        """Tells how it ended; only the first word counts. `GeneratorExit`: it was left."""
        if self.watch is not None:
            attempts = error.attempts if isinstance(error, ProviderError) else self.attempts
            self.watch.over(attempts, self.usage, self.cost(), error)
