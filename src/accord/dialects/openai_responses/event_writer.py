"""Events as bytes, numbered one after another."""

from accord.core.json import dumps
from accord.dialects.openai_responses.wire import Item


class EventWriter:
    """Numbers and writes the events of one stream."""

    __slots__ = ("_next", "_pieces")

    def __init__(self, first: int = 0) -> None:
        self._next = first
        self._pieces: list[bytes] = []

    def event(self, kind: str, fields: Item) -> None:
        """Writes one event."""
        data = dumps({"type": kind, "sequence_number": self._number(), **fields})
        self._pieces.append(b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n")

    def delta(self, head: bytes, text: str, tail: bytes) -> None:
        """Writes one delta between `head` and `tail` (see `delta_head`): most of a stream is these."""
        self._pieces.append(b"%b%b%b%d}\n\n" % (head, dumps(text), tail, self._number()))

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken

    def _number(self) -> int:
        number = self._next
        self._next = number + 1
        return number


def delta_head(kind: str, fields: Item) -> bytes:
    """The beginning of a delta event, up to its text."""
    head = dumps({"type": kind, **fields})
    return b"event: " + kind.encode() + b"\ndata: " + head[:-1] + b',"delta":'


TAIL = b',"sequence_number":'
TEXT_TAIL = b',"logprobs":[],"sequence_number":'
