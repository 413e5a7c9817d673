"""What blocking and asyncio streams have in common: everything but the waiting."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from accord.client.spend.charge import Charge
from accord.core.accumulate import Accumulator
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import InvalidInput, ProviderError
from accord.core.event import Event
from accord.core.response import ChatResponse
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.engine.complete import completed
from accord.engine.target import Target


class Opened(Protocol):
    """What is known of a stream that was opened."""

    target: Target
    attempts: tuple[Attempt, ...]
    warnings: tuple[CallWarning, ...]
    usage: Usage | None
    route: RouteRecord | None
    content_type: str | None

    @property
    def is_continued(self) -> bool:
        """Whether it broke off and went on at another target."""
        ...

    def cost(self) -> Cost:
        """What the call costs by the usage reported so far."""
        ...


O = TypeVar("O", bound=Opened)  # noqa: E741 - the one type of this file


class Incoming(Generic[O]):
    """An answer that comes in pieces, without its runner."""

    def __init__(self, charge: Callable[[], Charge]) -> None:
        self._opened: O | None = None
        self._to_charge = charge
        self._charge: Charge | None = None

    @property
    def provider(self) -> str:
        """The configured name of the provider that answers."""
        return self._events.target.name

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._events.warnings

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests it took to get this stream."""
        return self._events.attempts

    @property
    def _events(self) -> O:
        if self._opened is None:
            raise InvalidInput("the stream is not open: use it in a `with` block, which sends the request")
        return self._opened

    def _ended(self) -> None:
        """The answer is whole: it costs what it says."""
        if self._charge is not None:
            self._charge.settle(self._events.cost(), self._events.usage)

    def _left(self) -> None:
        """Nobody reads on."""
        if self._charge is not None and self._opened is not None:
            self._charge.leave(self._opened.cost(), self._opened.usage)


class StreamBase(Incoming[O]):
    """A conversation's stream without its runner."""

    def __init__(self, charge: Callable[[], Charge]) -> None:
        super().__init__(charge)
        self._so_far = Accumulator()

    @property
    def response(self) -> ChatResponse:
        """The answer as far as it has arrived; the whole one after the last event."""
        events = self._events
        response = completed(
            self._so_far.response(), events.target, events.attempts, events.warnings, datetime.now(UTC)
        )
        cost = events.cost() if events.is_continued else response.cost
        return msgspec.structs.replace(response, route=events.route, cost=cost)

    def _noted(self, events: Sequence[Event]) -> Sequence[Event]:
        for event in events:
            self._so_far.add(event)
        return events

    def _with_partial(self, error: ProviderError) -> ProviderError:
        self._left()
        error.partial = self.response
        return error
