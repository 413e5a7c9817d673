"""Who is told of a call while it is under way."""

from typing import Protocol

from accord.core.attempt import Attempt
from accord.core.error import AccordError
from accord.core.event import Event
from accord.dialects.codec import Decoder


class Notes(Protocol):
    """Is told of one call as it goes on, and raises nothing."""

    def began(self, provider: str, model: str, url: str) -> int:
        """A request to `url` begins. Returns its number, counted from 1."""
        ...

    def ended(self, number: int, attempt: Attempt) -> None:
        """That request is over."""
        ...

    def goes_on(self, error: AccordError, wait: float) -> None:
        """There will be another request after that failure, in so many seconds."""
        ...

    def opened(self, events: list[Event]) -> None:
        """A stream has begun with those events."""
        ...

    def came(self, events: list[Event]) -> None:
        """More of a stream is there."""
        ...


class NotedDecoder:
    """A decoder whose events are told of as they are read."""

    __slots__ = ("_decoder", "_notes")

    def __init__(self, decoder: Decoder, notes: Notes) -> None:
        self._decoder = decoder
        self._notes = notes

    def feed(self, data: bytes) -> list[Event]:
        """As the decoder says."""
        return self._told(self._decoder.feed(data))

    def end(self) -> list[Event]:
        """As the decoder says."""
        return self._told(self._decoder.end())

    def _told(self, events: list[Event]) -> list[Event]:
        if events:
            self._notes.came(events)
        return events
