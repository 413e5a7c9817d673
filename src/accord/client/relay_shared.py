"""What blocking and asyncio streams of sounds and transcripts have in common: everything but the waiting."""

from collections.abc import Callable, Sequence
from typing import Generic

from accord.client.spend.charge import Charge
from accord.client.stream_shared import O
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import InvalidInput, ProviderError
from accord.core.event import Event, TextDelta
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning


class RelayBase(Generic[O]):
    """An answer that is handed on while it arrives, without its runner."""

    def __init__(self, charge: Callable[[], Charge]) -> None:
        self._opened: O | None = None
        self._to_charge = charge
        self._charge: Charge | None = None

    @property
    def provider(self) -> str:
        """The configured name of the provider that answers."""
        return self._source.target.name

    @property
    def content_type(self) -> str:
        """What comes, as the provider says: `audio/mpeg`, `text/event-stream`."""
        return self._source.content_type or ""

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._source.warnings

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests it took to get this answer."""
        return self._source.attempts

    @property
    def route(self) -> RouteRecord | None:
        """Who could have answered, and why it was this one; `None` for a call to one target."""
        return self._source.route

    @property
    def usage(self) -> Usage | None:
        """What was used, as far as it is known yet."""
        return self._source.usage

    @property
    def cost(self) -> Cost:
        """What the call costs by the usage known so far."""
        return self._source.cost()

    @property
    def _source(self) -> O:
        if self._opened is None:
            raise InvalidInput("the stream is not open: use it in a `with` block, which sends the request")
        return self._opened

    def _ended(self) -> None:
        """The answer is whole: it costs what it says."""
        if self._charge is not None:
            self._charge.settle(self._source.cost(), self._source.usage)

    def _left(self) -> None:
        """Nobody reads on."""
        if self._charge is not None and self._opened is not None:
            self._charge.leave(self._opened.cost(), self._opened.usage)

    def _broken(self, error: ProviderError) -> ProviderError:
        self._left()
        return error


def words_in(events: Sequence[Event]) -> str:
    """The words that have come."""
    return "".join([event.text for event in events if isinstance(event, TextDelta)])
