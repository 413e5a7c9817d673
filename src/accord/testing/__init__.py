"""For tests, ours and yours: a fake provider over real HTTP, a pytest plugin, conformance suites. Public.

Nothing is loaded until it is used, so that importing this costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

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

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

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


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value
