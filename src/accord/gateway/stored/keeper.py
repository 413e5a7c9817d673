"""Keeps one answer once it is complete, whole or streamed."""

from collections.abc import Callable, Sequence

import msgspec

from accord.core.accumulate import Accumulator
from accord.core.event import Event
from accord.core.json import NotJson, dumps, edited, read
from accord.core.response import ChatResponse
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.engine.store import ResponseStore, StoredResponse
from accord.gateway.log import lifecycle
from accord.gateway.pin import Pin
from accord.gateway.stored.response_id import NewId


class _Told(msgspec.Struct):
    id: str
    status: str = ""


class _Terminal(msgspec.Struct):
    response: msgspec.Raw


_told = msgspec.json.Decoder(_Told)
_terminal = msgspec.json.Decoder(_Terminal)


class Keeper:
    """What will be kept of the answer to one request."""

    __slots__ = ("_accumulator", "_answered", "_asked", "_bound", "_inbound", "_new_id", "_owner", "_store")

    def __init__(
        self,
        store: ResponseStore,
        *,
        asked: ResponsesInbound,
        inbound: ResponsesInbound,
        owner: bytes,
        bound: str,
        answered: Callable[[], Pin],
        new_id: NewId,
    ) -> None:
        """`asked` is the request as it came, `inbound` the same with the conversation that it continues. `bound` is what
        the id is made for; `answered()` tells who did, once the answer is there.
        """
        self._store = store
        self._asked = asked
        self._inbound = inbound
        self._owner = owner
        self._bound = bound
        self._answered = answered
        self._new_id = new_id
        self._accumulator = Accumulator()

    def add(self, events: Sequence[Event]) -> None:
        """Takes note of a part of a stream."""
        for event in events:
            self._accumulator.add(event)

    async def whole(self, response: ChatResponse, written: bytes) -> None:
        """Keeps a whole answer; `written` is what the caller gets. What fails here is logged and harms no answer."""
        try:
            await self._keep(response, written)
        except (NotJson, OSError) as error:
            # The answer is there and paid for: the caller gets it, though it will not be found again.
            lifecycle.error("a response could not be kept: %s", error)

    async def streamed(self, end: bytes) -> None:
        """Keeps what was streamed; `end` are the stream's last events, of which the last holds the answer."""
        _, _, data = end.rpartition(b"\ndata: ")
        try:
            written = read(_terminal, data).response
        except NotJson as error:
            lifecycle.error("a response could not be kept: its stream has no last event: %s", error)
            return
        await self.whole(self._accumulator.response(), bytes(written))

    async def _keep(self, response: ChatResponse, written: bytes) -> None:
        # What the gateway tells beside the answer is of this call alone.
        body = edited(written, {"accord": None})
        told = read(_told, body)
        # What failed cannot be continued.
        if told.status not in ("completed", "incomplete"):
            return
        pin = self._answered()
        stored = StoredResponse(
            owner=self._owner,
            provider=pin.provider,
            model=pin.model,
            bound=self._bound,
            upstream_id=self._new_id.upstream_id,
            response=body,
            input_items=dumps(self._asked.input_items()),
            messages=self._inbound.conversation(response),
        )
        await self._store.put(told.id, stored)
