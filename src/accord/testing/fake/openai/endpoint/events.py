"""Events of the small endpoints: each is told by its `type`."""

from collections.abc import Iterable, Mapping

from accord.core.json import dumps


def events_of(told: Iterable[Mapping[str, object]]) -> tuple[bytes, ...]:
    """Each as a server-sent event."""
    return tuple([b"data: " + dumps(event) + b"\n\n" for event in told])
