"""How the messages of a stream are set apart: as events (`alt=sse`), or as the elements of one JSON array."""

from typing import Protocol


class Frame(Protocol):
    """The framing of one stream."""

    def message(self, payload: bytes) -> bytes:
        """One message."""
        ...

    def close(self) -> bytes:
        """What ends the stream after its last message."""
        ...


class EventFrame:
    """Server-sent events, without names and without a mark for the end."""

    def message(self, payload: bytes) -> bytes:
        """An event."""
        return b"data: " + payload + b"\n\n"

    def close(self) -> bytes:
        """Nothing: the last event is the end."""
        return b""


class ArrayFrame:
    """A JSON array that grows. Blank lines between elements, which mean nothing, show where a sign of life may go."""

    __slots__ = ("_begun",)

    def __init__(self) -> None:
        self._begun = False

    def message(self, payload: bytes) -> bytes:
        """An element."""
        mark = b"," if self._begun else b"["
        self._begun = True
        return mark + payload + b"\n\n"

    def close(self) -> bytes:
        """The end of the array."""
        return b"]" if self._begun else b"[]"
