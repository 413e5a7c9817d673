"""For tests, ours and yours: a fake provider over real HTTP, a pytest plugin, conformance suites. Public.

Nothing is loaded until it is used, so that importing this costs next to nothing.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.testing.fake import (
        Break,
        Bytes,
        Cut,
        Delivery,
        Failure,
        FakeProvider,
        Hold,
        Reply,
        SeenRequest,
    )
    from accord.testing.memory import AsyncMemoryTransport, MemoryTransport
    from accord.testing.recording import Cassette, UnmatchedRequest, cassette

_HOMES = {
    "accord.testing.recording": ("Cassette", "UnmatchedRequest", "cassette"),
    "accord.testing.fake": (
        "Break",
        "Bytes",
        "Cut",
        "Delivery",
        "Failure",
        "FakeProvider",
        "Hold",
        "Reply",
        "SeenRequest",
    ),
    "accord.testing.memory": ("AsyncMemoryTransport", "MemoryTransport"),
}
"""Where each public name lives."""

__all__ = [
    "AsyncMemoryTransport",
    "Break",
    "Bytes",
    "Cassette",
    "Cut",
    "Delivery",
    "Failure",
    "FakeProvider",
    "Hold",
    "MemoryTransport",
    "Reply",
    "SeenRequest",
    "UnmatchedRequest",
    "cassette",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return list(__all__)
