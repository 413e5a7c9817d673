"""A stream handed on to a caller of the provider's own dialect."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from accord.core.error import AccordError
from accord.core.event import Event, Forwarded, Started, TextDelta, UsageReported
from accord.core.json import JsonObject, as_object, dumps, loads_object
from accord.core.usage import Usage
from accord.dialects.openai_chat.renderer import DONE, KEEP_ALIVE, failed
from accord.dialects.openai_chat.usage import counted, usage_object

if TYPE_CHECKING:
    from accord.dialects.openai_chat.inbound import ChatInbound

_EMPTY = (b'"choices":[]', b'"choices": []')


class ForwardingRenderer:
    """Writes `Forwarded` events. Chunks without choices wait for the end, where `accord` may join the usage in them."""

    def __init__(self, inbound: "ChatInbound") -> None:
        self._inbound = inbound
        self._held: list[bytes] = []
        self._usage: Usage | None = None
        self._id = ""
        self._created: int | None = None

    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes to hand on."""
        if len(events) == 2 and type(events[0]) is TextDelta and type(events[1]) is Forwarded and not self._held:
            return events[1].data  # More of a text, as nearly all pieces are: 0.8 us less.
        out: list[bytes] = []
        for event in events:
            if type(event) is Forwarded:
                self._hand_on(event.data, out)
            elif type(event) is UsageReported:
                self._usage = event.usage
            elif type(event) is Started:
                self._id, self._created = event.id, event.created
        return b"".join(out)

    @property
    def holds(self) -> bool:
        """See `PassingRenderer`."""
        return bool(self._held)

    def heartbeat(self) -> bytes:
        """A comment, which SDKs ignore."""
        return KEEP_ALIVE

    def fail(self, error: AccordError) -> bytes:
        """An error chunk and `[DONE]`."""
        return b"".join(self._held) + failed(error)

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """What was held back, with `accord` in it where that was asked for, and `[DONE]`."""
        if accord is None:
            return b"".join(self._held) + DONE
        held = list(self._held)
        for position, event in enumerate(held):
            chunk = loads_object(event.removeprefix(b"data: "))
            if as_object(chunk.get("usage")):
                held[position] = b"data: " + dumps({**chunk, "accord": accord}) + b"\n\n"
                return b"".join(held) + DONE
        return b"".join(held) + b"data: " + dumps(self._last(accord)) + b"\n\n" + DONE

    def _hand_on(self, data: bytes, out: list[bytes]) -> None:
        if data.find(b"[]") >= 0 and (_EMPTY[0] in data or _EMPTY[1] in data):
            self._held.append(data)
            return
        out.extend(self._held)
        self._held = []
        out.append(data)

    def _last(self, accord: Mapping[str, object]) -> JsonObject:
        """A chunk of Accord's own, where the provider sent none that usage stands in."""
        inbound = self._inbound
        chunk: dict[str, object] = {
            "id": self._id or inbound.made_id,
            "object": "chat.completion.chunk",
            "created": self._created or inbound.received_at,
            "model": inbound.request.model,
            "choices": [],
            "accord": accord,
        }
        if not inbound.wants_usage and self._usage is not None and counted(self._usage):
            chunk["usage"] = usage_object(self._usage)
        return chunk
