"""The provider's own stream on its way to a caller of the same wire, and its end where that is not the provider's."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from accord.core.error import AccordError
from accord.core.event import Completed, Event, Forwarded, Started
from accord.core.json import dumps, edited, read
from accord.dialects.openai_responses.event_writer import EventWriter
from accord.dialects.openai_responses.failure import stream_error
from accord.dialects.openai_responses.renderer import Origin

_NUMBER = re.compile(rb'"sequence_number":\s?(\d{1,18})')
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ForwardRenderer:
    """Hands bytes on. The terminal event is held back until `end`, since what Accord knows of the call goes into it."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._started = Started()
        self._last = b""
        self._over = False
        self._held = b""

    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes for these events."""
        pieces: list[bytes] = []
        for event in events:
            if isinstance(event, Forwarded):
                pieces.append(event.data)
            elif isinstance(event, Started):
                self._started = event
            elif isinstance(event, Completed):
                self._over = True
        data = b"".join(pieces)
        if data:
            self._last = data
        if self._over and data:
            before, gap, last = data.removesuffix(b"\n\n").rpartition(b"\n\n")
            self._held = last + b"\n\n" if last else b""
            return before + gap
        return data

    def heartbeat(self) -> bytes:
        """An event that means nothing and does not take a number from the provider's."""
        number = max(self._number() - 1, 0)
        return b'event: keepalive\ndata: {"type":"keepalive","sequence_number":%d}\n\n' % number

    def fail(self, error: AccordError) -> bytes:
        """`response.failed`, numbered after the provider's last event."""
        writer = EventWriter(self._number())
        created = self._started.created
        response = self._origin.response_object.written(
            id=self._origin.response_id(self._started.id),
            created=self._origin.received_at if created is None else created,
            status="failed",
            output=(),
            error=stream_error(error),
        )
        writer.event("response.failed", {"response": response})
        return writer.taken()

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """The provider's terminal event."""
        if accord is None or not self._held:
            return self._held
        head, _, data = self._held.partition(b"data: ")
        members = read(_members, data)
        response = msgspec.Raw(edited(bytes(members["response"]), {"accord": accord}))
        return head + b"data: " + dumps({**members, "response": response}) + b"\n\n"

    def _number(self) -> int:
        """The number of the next event."""
        found = _NUMBER.findall(self._last)
        return int(found[-1]) + 1 if found else 0
