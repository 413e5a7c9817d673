"""What blocking and asyncio streams of sounds and transcripts have in common: everything but the waiting."""

from collections.abc import Sequence

from accord.client.stream_shared import Incoming, O
from accord.core.cost import Cost
from accord.core.event import Event, TextDelta
from accord.core.route import RouteRecord
from accord.core.usage import Usage


class RelayBase(Incoming[O]):
    """An answer that is handed on while it arrives, without its runner."""

    @property
    def content_type(self) -> str:
        """What comes, as the provider says: `audio/mpeg`, `text/event-stream`."""
        return self._events.content_type or ""

    @property
    def route(self) -> RouteRecord | None:
        """Who could have answered, and why it was this one; `None` for a call to one target."""
        return self._events.route

    @property
    def usage(self) -> Usage | None:
        """What was used, as far as it is known yet."""
        return self._events.usage

    @property
    def cost(self) -> Cost:
        """What the call costs by the usage known so far."""
        return self._events.cost()


def words_in(events: Sequence[Event]) -> str:
    """The words that have come."""
    return "".join([event.text for event in events if isinstance(event, TextDelta)])
