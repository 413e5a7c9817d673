"""Hands a provider's stream on as it came."""

from collections.abc import Mapping, Sequence

from accord.core.error import AccordError
from accord.core.event import Completed, Event, Forwarded
from accord.core.json import edited
from accord.core.sse import parse_event
from accord.dialects.anthropic_messages.failure import failure_event
from accord.dialects.anthropic_messages.frame import PING, frame


class ForwardingRenderer:
    """Writes `Forwarded` events and nothing else. The last one, `message_stop`, waits for `end`."""

    def __init__(self) -> None:
        self._last = b""

    def feed(self, events: Sequence[Event]) -> bytes:
        """The provider's bytes."""
        passed = [event.data for event in events if isinstance(event, Forwarded)]
        if passed and any(isinstance(event, Completed) for event in events):
            self._last = passed.pop()
        return b"".join(passed)

    def heartbeat(self) -> bytes:
        """What Anthropic itself sends while nothing happens."""
        return PING

    def fail(self, error: AccordError) -> bytes:
        """The end of a stream that broke."""
        return failure_event(error)

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """The provider's own end."""
        last = parse_event(self._last.rstrip(b"\n")) if accord is not None else None
        return self._last if last is None else frame(last.event, edited(last.data, {"accord": accord}))
