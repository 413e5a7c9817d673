"""Answers whose pieces are taken from the first one on, by whoever asked."""

import asyncio
import gc
import time
import weakref
from collections.abc import Awaitable, Callable, Generator

import pytest

from accord.core.error import Interrupted, TimedOut, Unreachable
from accord.core.http import Call, Network, Timeouts
from accord.testing.transport import Origin, Peer, plain
from accord.transport.asyncio_connection import Connection
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.asyncio_opening import Opening
from accord.transport.base import AsyncAnswer, AsyncOpening, AsyncWay

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.fixture
def origin() -> Generator[Origin, None, None]:
    """Sends what a request asks for, piece by piece, a moment apart: `head`, `one`, `two`, `end`; leaves at `break`, and waits at `wait`."""

    def script(peer: Peer) -> None:
        said = {"head": HEAD, "one": chunk(b"one"), "two": chunk(b"two"), "end": b"0\r\n\r\n", "whole": plain(b"whole")}
        while (request := peer.request()) is not None:
            for step in request.body.decode().split():
                if step == "break":
                    return
                if step == "wait":
                    peer.closed_at()
                    return
                pieces = [said[name] for name in step.split("+")]
                peer.send(b"".join(pieces))
                time.sleep(0.01)
            if not request.body:
                peer.send(plain())

    with Origin(script) as served:
        yield served


class Taker:
    """Takes pieces, so many."""

    def __init__(self, way: AsyncWay, asked: bytes, room: int = 1000) -> None:
        self.pieces: list[bytes] = []
        self.statuses: list[int] = []
        self.room = room
        self.over = asyncio.Event()
        opening = way.open(asked, self.taken, self._is_over)
        assert opening is not None
        assert not self.pieces
        self.opening: AsyncOpening = opening

    def taken(self, piece: bytes) -> bool:
        self.statuses.append(self.opening.answer.head.status)
        self.pieces.append(piece)
        return len(self.pieces) < self.room

    def _is_over(self) -> None:
        self.over.set()

    async def ended(self) -> list[bytes]:
        async with asyncio.timeout(5):
            await self.over.wait()
        return self.pieces


async def rest(answer: AsyncAnswer) -> bytes:
    found = b""
    while piece := await answer.read():
        found += piece
    return found


async def warmed(
    transport: AsyncHttp1, origin: Origin, timeouts: dict[str, float] | None = None, connections: int = 1
) -> AsyncWay:
    patience = Timeouts(**{"connect": 5.0, "first_byte": 5.0, "idle": 5.0, **(timeouts or {})})
    call = Call(
        method="POST", url=origin.url, headers=(), network=Network(max_connections=connections), timeouts=patience
    )
    await rest(await transport.send(call))
    way = transport.way(call)
    assert way is not None
    return way


@pytest.mark.parametrize(
    ("asked", "pieces"),
    [
        (b"head one two end", [b"one", b"two"]),
        (b"head+one two+end", [b"one", b"two"]),
        (b"head+one+two+end", [b"onetwo"]),
        (b"head end", []),
        (b"whole", [b"whole"]),
    ],
)
async def test_pieces_are_taken_from_the_first_one_on(origin: Origin, asked: bytes, pieces: list[bytes]) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    for _ in range(2):
        taker = Taker(way, asked)
        assert await taker.ended() == pieces
        assert set(taker.statuses) <= {200}
        await taker.opening.poured()
        assert await rest(taker.opening.answer) == b""
    assert origin.accepted == 1
    await transport.close()


async def test_who_wants_no_more_reads_on(origin: Origin) -> None:
    transport = AsyncHttp1()
    taker = Taker(await warmed(transport, origin), b"head+one two one+end", room=1)
    assert await taker.ended() == [b"one"]
    assert await rest(await taker.opening.opened()) == b"twoone"
    await transport.close()


async def test_another_one_may_go_on(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    taken: list[bytes] = []
    over = asyncio.Event()
    kept: list[AsyncOpening] = []

    def later(piece: bytes) -> bool:
        taken.append(b"later " + piece)
        return True

    def first(piece: bytes) -> bool:
        taken.append(b"first " + piece)
        kept[0].take_by(later)
        return True

    opening = way.open(b"head+one two one+end", first, over.set)
    assert opening is not None
    kept.append(opening)
    await over.wait()
    assert taken == [b"first one", b"later two", b"later one"]
    opening.take_by(first)  # Nothing comes any more.
    await transport.close()


@pytest.mark.parametrize("asked", [b"head+one+end", b"head one two end"])
@pytest.mark.parametrize("after", [0.0, 0.005])
async def test_what_was_not_taken_is_read(origin: Origin, asked: bytes, after: float) -> None:
    transport = AsyncHttp1()
    taker = Taker(await warmed(transport, origin), asked)
    if after:
        await asyncio.sleep(after)
    taker.opening.stop()
    answer = await taker.opening.opened()
    assert answer.head.status == 200
    found = b"".join(taker.pieces) + await rest(answer)
    assert found == (b"one" if b"+" in asked else b"onetwo")
    await transport.close()


@pytest.mark.parametrize("asked", [b"wait", b"head wait", b"head+one wait"])
async def test_who_leaves_closes_the_connection_and_hears_nothing(origin: Origin, asked: bytes) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    taker = Taker(way, asked)
    await asyncio.sleep(0.04)
    taker.opening.cancel()
    taker.opening.cancel()
    await asyncio.sleep(0.02)
    assert not taker.over.is_set()
    assert len(taker.pieces) == (b"one" in asked)
    await warmed(transport, origin)
    assert origin.accepted == 2
    await transport.close()


async def test_leaving_after_the_answer_does_nothing(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    taker = Taker(way, b"head+one+end")
    await taker.ended()
    second = Taker(way, b"head+two+end")
    taker.opening.cancel()
    taker.opening.stop()
    assert await second.ended() == [b"two"]
    await transport.close()


async def test_cancelling_who_waits_for_the_end_closes_the_connection(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    taker = Taker(way, b"head+one wait")
    await asyncio.sleep(0.02)
    waiting = asyncio.create_task(taker.opening.poured())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await warmed(transport, origin)
    assert origin.accepted == 2
    await transport.close()


@pytest.mark.parametrize("asked", [b"head+one two end", b"head one+end"])
async def test_what_is_raised_by_who_takes_is_raised_to_who_waits(origin: Origin, asked: bytes) -> None:
    def broken(piece: bytes) -> bool:
        raise ValueError(piece.decode())

    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    over = asyncio.Event()
    opening = way.open(asked, broken, over.set)
    assert opening is not None
    await over.wait()
    with pytest.raises(ValueError, match=r"^one$"):
        await opening.poured()
    await transport.close()


@pytest.mark.parametrize(
    ("asked", "timeouts", "error"),
    [
        (b"break", {}, Unreachable),
        (b"wait", {"first_byte": 0.05}, TimedOut),
        (b"wait", {"total": 0.05}, TimedOut),
        (b"head break", {}, Interrupted),
        (b"head+one break", {}, Interrupted),
        (b"head wait", {"idle": 0.05}, TimedOut),
        (b"head+one wait", {"idle": 0.05}, TimedOut),
        (b"head+one wait", {"total": 0.06}, TimedOut),
    ],
)
async def test_failures_are_told_to_who_reads_on(
    origin: Origin, asked: bytes, timeouts: dict[str, float], error: type[Exception]
) -> None:
    transport = AsyncHttp1()
    taker = Taker(await warmed(transport, origin, timeouts), asked)
    assert await taker.ended() == ([b"one"] if b"one" in asked else [])
    await taker.opening.poured()
    with pytest.raises(error):
        await rest(await taker.opening.opened())
    await transport.close()


async def test_closing_the_transport_ends_it(origin: Origin) -> None:
    transport = AsyncHttp1()
    taker = Taker(await warmed(transport, origin), b"head+one wait")
    await asyncio.sleep(0.02)
    await transport.close()
    assert await taker.ended() == [b"one"]
    with pytest.raises(Interrupted):
        await rest(await taker.opening.opened())


async def test_a_connection_is_made_where_none_is_at_hand(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin, connections=2)
    first = Taker(way, b"head+one two end")
    second = Taker(way, b"head+two one end")
    assert await second.ended() == [b"two", b"one"]
    assert await first.ended() == [b"one", b"two"]
    await second.opening.poured()
    assert await rest(await second.opening.opened()) == b""
    assert origin.accepted == 2
    await transport.close()


async def test_who_is_next_in_line_gets_the_connection(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    first = Taker(way, b"head+one two end")
    second = Taker(way, b"head+two one end")
    third = Taker(way, b"head+one end")
    third.opening.cancel()
    assert await first.ended() == [b"one", b"two"]
    assert await second.ended() == [b"two", b"one"]
    assert origin.accepted == 1
    await transport.close()


@pytest.mark.parametrize("asked", [b"head+one end", b"head one end"])
async def test_what_is_stopped_before_there_is_a_connection_is_read(origin: Origin, asked: bytes) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    first = Taker(way, b"head+one two end")
    second = Taker(way, asked)
    second.opening.stop()
    assert await rest(await second.opening.opened()) == b"one"
    assert not second.pieces
    await first.ended()
    await transport.close()


async def test_why_there_is_no_connection_is_told_to_who_reads_on(origin: Origin) -> None:
    transport = AsyncHttp1()
    patient = await warmed(transport, origin)
    way = await warmed(transport, origin, {"total": 0.05})
    first = Taker(patient, b"wait")
    second = Taker(way, b"whole")
    assert await second.ended() == []
    await second.opening.poured()
    for _ in range(2):
        with pytest.raises(TimedOut) as caught:
            await second.opening.opened()
        assert caught.value.sent == "no"
    assert not second.pieces
    first.opening.cancel()
    await transport.close()


async def test_cancelling_while_a_connection_is_made(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin, connections=2)
    first = Taker(way, b"head+one wait")
    second = Taker(way, b"whole")
    second.opening.cancel()
    second.opening.cancel()
    third = Taker(way, b"whole")
    assert await third.ended() == [b"whole"]
    assert not second.over.is_set()
    first.opening.cancel()
    await transport.close()


async def test_who_leaves_as_the_request_goes_out_closes_the_connection(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin, connections=2)
    first = Taker(way, b"head+one wait")
    second = Taker(way, b"head+two wait")
    second.opening.stop()
    waiting = asyncio.create_task(second.opening.opened())
    send = Connection.open

    def sent(*args: object) -> Opening:
        asyncio.get_running_loop().call_soon(waiting.cancel)
        return send(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "open", sent)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    third = Taker(way, b"whole")  # There are no more than two connections.
    assert await third.ended() == [b"whole"]
    first.opening.cancel()
    await transport.close()


async def ended(taker: Taker) -> None:
    await taker.ended()
    await taker.opening.poured()


async def left(taker: Taker) -> None:
    await asyncio.sleep(0.02)
    taker.opening.cancel()


async def left_at_once(taker: Taker) -> None:
    await asyncio.sleep(0)
    taker.opening.cancel()


async def stopped(taker: Taker) -> None:
    taker.opening.stop()
    assert await rest(await taker.opening.opened())


async def left_at_the_end(taker: Taker) -> None:
    await asyncio.sleep(0.02)
    waiting = asyncio.create_task(taker.opening.poured())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])


@pytest.mark.parametrize("connections", [1, 2])
@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        (b"head one+end", ended),
        (b"head+one wait", left),
        (b"head+one wait", left_at_once),
        (b"head one+end", stopped),
        (b"head+one wait", left_at_the_end),
    ],
)
async def test_nothing_is_left_for_the_collector(
    origin: Origin, asked: bytes, goes: Callable[[Taker], Awaitable[None]], connections: int
) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin, connections=connections)
    other = Taker(way, b"head+one wait") if connections > 1 else None
    gc.collect()
    gc.disable()
    try:
        taker = Taker(way, asked)
        kept = weakref.ref(taker)
        await goes(taker)
        del taker
        await asyncio.sleep(0.01)
        assert kept() is None
    finally:
        gc.enable()
    if other is not None:
        other.opening.cancel()
    await transport.close()


async def test_no_way_through_a_transport_that_was_closed(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, origin)
    await transport.close()
    assert way.open(b"whole", lambda _: True, lambda: None) is None
