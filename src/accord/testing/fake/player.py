"""Plays an answer on a connection: in its own time, and with what goes wrong."""

import asyncio
from collections.abc import Iterable

from accord.testing.fake.answer import Answer
from accord.testing.fake.delivery import Cut, Delivery, Hold
from accord.testing.fake.framing import Frame, Framed, fault_in_head, framed, reason
from accord.testing.fake.ledger import Ledger
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.writer import Writer


class Gate:
    """Where held answers wait. Belongs to the server's loop."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: set[asyncio.Future[None]] = set()

    async def wait(self) -> None:
        """Waits for `open`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        self._ledger.hold(+1)
        try:
            await future
        finally:
            self._waiting.discard(future)
            self._ledger.hold(-1)

    def open(self) -> None:
        """Lets everything go on that waits now."""
        for future in tuple(self._waiting):
            if not future.done():
                future.set_result(None)


class Player:
    """Plays answers on one connection."""

    __slots__ = ("_gate", "_ledger", "_writer")

    def __init__(self, writer: Writer, ledger: Ledger, gate: Gate) -> None:
        self._writer = writer
        self._ledger = ledger
        self._gate = gate

    async def play(self, answer: Answer, request: SeenRequest, *, keep_alive: bool) -> bool:
        """Sends all of it. Returns whether the connection can be used again; if not, it is closing already."""
        delivery = answer.delivery
        writes = framed(answer, keep_alive=keep_alive, bodiless=request.method == "HEAD")
        await _pause(delivery.before_head)
        for status in delivery.interim:
            await self._write(f"HTTP/1.1 {status} {reason(status)}\r\n\r\n".encode("latin-1"), delivery)
        if await self._head(writes, answer, request) and await self._body(writes, delivery, request):
            return self._afterwards(writes, delivery)
        return False

    async def _head(self, writes: Framed, answer: Answer, request: SeenRequest) -> bool:
        """Sends the head. Returns whether the answer goes on."""
        delivery = answer.delivery
        fault, place = delivery.fault, fault_in_head(delivery.fault)
        if fault is not None and place is not None:
            await self._write(writes.head[:place], delivery)
            if isinstance(fault, Cut):
                self._ledger.finish(request)
                self._close(fault)
                return False
            await self._gate.wait()
        self._ledger.answered(request, delivery.status or answer.status)
        if not writes.before and not writes.after:
            self._ledger.finish(request)
        await self._write(writes.head[place or 0 :], delivery)
        return True

    async def _body(self, writes: Framed, delivery: Delivery, request: SeenRequest) -> bool:
        """Sends the body. Returns whether it was sent to its end."""
        fault = delivery.fault
        in_body = fault is not None and fault_in_head(fault) is None
        await _pause(delivery.before_body)
        if not in_body or fault is None:
            await self._frames(writes.before, delivery, request, last=True)
            return True
        await self._frames(writes.before, delivery, request, last=isinstance(fault, Cut))
        if isinstance(fault, Hold):
            await self._gate.wait()
            await self._frames(writes.after, delivery, request, last=True)
            return True
        self._ledger.finish(request)
        if fault.how != "end":
            self._close(fault)
        return fault.how == "end"

    async def _frames(self, frames: Iterable[Frame], delivery: Delivery, request: SeenRequest, *, last: bool) -> None:
        """Sends part of the body; `last` when nothing comes after it."""
        pieces = tuple(frames)
        for index, frame in enumerate(pieces):
            if index:
                # Also without a pause, so that a caller who left is noticed between two pieces.
                await asyncio.sleep(delivery.between)
            if last and index == len(pieces) - 1:
                # Before the bytes go out: who has received them may look at the books at once.
                self._ledger.finish(request)
            self._ledger.sent(request, frame.size)
            await self._write(frame.data, delivery)

    async def _write(self, data: bytes, delivery: Delivery) -> None:
        await self._writer.write(data, delivery.socket_chunk)

    def _close(self, cut: Cut) -> None:
        if cut.how == "rst":
            self._writer.reset()
        else:
            self._writer.close()

    def _afterwards(self, writes: Framed, delivery: Delivery) -> bool:
        if writes.closes or delivery.afterwards == "hang_up":
            self._writer.close()
            return False
        return True


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
