"""What blocking and asyncio streams of an answer have in common: everything but the waiting."""

from datetime import UTC, datetime
from typing import Generic, Protocol, TypeAlias, TypeVar

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import ProviderError
from accord.core.event import Event, Started, Updated, UsageReported
from accord.core.http import Head, request_id_in
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.dialects.codec import Decoder
from accord.engine.complete import broken, price, warned
from accord.engine.continuation import Continuation
from accord.engine.plan import ChatPlan, RelayPlan
from accord.engine.target import Target
from accord.engine.watch import Watch
from accord.flows.effect import Opened
from accord.flows.note import NotedDecoder, Notes


class Read(Protocol):
    """The rest of a stream's bytes, as something reads them."""

    decoder: Decoder


Streamed: TypeAlias = ChatPlan | RelayPlan
"""What a stream may be the answer to."""

_TELLING = frozenset({UsageReported, Started, Updated})
"""The events that say something of the call."""

B = TypeVar("B", bound=Read)
H = TypeVar("H")


class EventStreamBase(Generic[B, H]):
    """A stream without its runner. `B` is the rest of its bytes being read, `H` what it holds of a group's target."""

    __slots__ = (
        "_body",
        "_first",
        "_held",
        "_seams",
        "answered",
        "attempts",
        "content_type",
        "continuation",
        "forwarded",
        "head",
        "route",
        "target",
        "usage",
        "warnings",
        "watch",
    )

    def __init__(
        self,
        chosen: Streamed,
        opened: Opened,
        body: B | None,
        attempts: tuple[Attempt, ...],
        *,
        route: RouteRecord | None = None,
        held: H | None = None,
    ) -> None:
        self._body: B | None = body
        self._first: list[Event] | None = opened.events
        self._held: H | None = held
        self._seams = 0
        self.target: Target = chosen.target
        self.head: Head = opened.head
        self.content_type: str | None = (
            chosen.exchange.content_type(opened.head) if isinstance(chosen, RelayPlan) else None
        )
        """What is handed on, where the answer is no conversation."""
        self.forwarded: bool = chosen.exchange.forwarded
        self.attempts: tuple[Attempt, ...] = attempts
        self.route: RouteRecord | None = route
        """Who could have answered; `None` for a call to one target."""
        self.warnings: tuple[CallWarning, ...] = warned(chosen.exchange.warnings, chosen.target, datetime.now(UTC))
        self.usage: Usage | None = None
        self.answered: str = ""
        """The model that answers, as the provider names it; empty as long as it has not."""
        self.continuation: Continuation | None = None
        """What has arrived, where a stream that breaks off is to be continued."""
        self.watch: Watch | None = None
        """Whom to tell how it ends."""
        if chosen.leg.notes is not None:
            self._tell_of(chosen.leg.notes, opened.events)

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

    def _tell_of(self, notes: Notes, first: list[Event]) -> None:
        notes.opened(first)
        if self._body is not None:
            self._body.decoder = NotedDecoder(self._body.decoder, notes)

    def _noted(self, events: list[Event]) -> list[Event]:
        """The events as the caller gets them, and what they say of the call."""
        if self.continuation is not None:
            events = self._joined(self.continuation, events)
        for event in events:
            if type(event) in _TELLING:
                self._note(event)
        return events

    def _note(self, event: Event) -> None:
        if isinstance(event, UsageReported):
            self.usage = event.usage
        elif isinstance(event, Started | Updated):
            self.answered = event.model or self.answered

    def _joined(self, continuation: Continuation, events: list[Event]) -> list[Event]:
        joined = continuation.joined(events) if self._seams else events
        continuation.note(joined)
        # What is left out must not look like the end.
        return joined or ([Updated()] if events else [])

    def _broken(self, error: ProviderError) -> ProviderError:
        error.route = self.route
        return broken(error, self.target, self.attempts)

    def _take_over(self, following: "EventStreamBase[B, H]", failure: ProviderError) -> list[Event]:
        """Goes on with another stream, and tells of the seam."""
        assert self.continuation is not None
        seam = self.continuation.seam(failure, following.provider, following.target.model)
        self._body, self._first, self._held = following._body, following._first, following._held
        self._seams += 1
        self.attempts = (*failure.attempts, *following.attempts)
        self.warnings += (*following.warnings, seam.warning)
        self.target, self.route = following.target, following.route
        return [seam]

    def _tell(self, error: BaseException | None = None) -> None:
        """Tells how it ended; only the first word counts. `GeneratorExit`: it was left."""
        if self.watch is not None:
            attempts = error.attempts if isinstance(error, ProviderError) else self.attempts
            self.watch.over(attempts, self.usage, self.cost(), error)
