"""The short way to a whole answer: asked on a connection at hand, told once."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Generator

import pytest
from msgspec.structs import replace

from accord.core.error import Interrupted, InvalidInput, ProviderError, TimedOut, Unreachable
from accord.core.http import Call, Head, Headers, Network, Timeouts
from accord.testing.transport import Origin, Peer, answering, plain
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.asyncio_way import AskingWay
from accord.transport.base import AsyncAsked, AsyncWay


class Answer:
    """Hears what is told."""

    def __init__(self) -> None:
        self.told: asyncio.Future[tuple[Head | None, bytes, ProviderError | None]] = (
            asyncio.get_running_loop().create_future()
        )

    def __call__(self, head: Head | None, body: bytes, error: ProviderError | None) -> None:
        self.told.set_result((head, body, error))  # A second time would raise.


def call(origin: Origin, **timeouts: float) -> Call:
    patience = Timeouts(**{"connect": 5.0, "first_byte": 5.0, "idle": 5.0, **timeouts})
    return Call(method="POST", url=origin.url, headers=(), network=Network(max_connections=1), timeouts=patience)


async def warmed(transport: AsyncHttp1, to: Call) -> AsyncWay:
    answer = await transport.send(to)
    while await answer.read():
        pass
    way = transport.way(to)
    assert way is not None
    return way


def ask(way: AsyncWay, body: bytes) -> Answer:
    answer = Answer()
    assert way.ask(body, answer) is not None
    assert not answer.told.done()
    return answer


@pytest.fixture
def origin() -> Generator[Origin, None, None]:
    """Says back what it is sent; says nothing to `wait`, half to `half`, and leaves in the middle of `break`."""

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            whole = plain(request.body)
            if request.body == b"wait":
                peer.closed_at()
                return
            if request.body in (b"half", b"break"):
                peer.send(whole[:-2])
                if request.body == b"half":
                    peer.closed_at()
                return
            peer.send(whole)

    with Origin(script) as served:
        yield served


async def test_answers_are_told_over_one_connection(origin: Origin) -> None:
    transport = AsyncHttp1()
    assert transport.way(call(origin)) is None
    way = await warmed(transport, call(origin))
    for body in (b"one", b"", b"x" * 400_000):
        head, said, error = await ask(way, body).told
        assert (head is not None and head.status, said, error) == (200, body, None)
    assert origin.accepted == 1
    await transport.close()


@pytest.mark.parametrize("size", [0, 3, 400_000])
async def test_headers_of_its_own_go_with_a_question(size: int) -> None:
    seen: list[Headers] = []

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            seen.append(tuple(sorted(request.headers)))
            peer.send(plain(b"%d" % len(request.body)))

    with Origin(script) as served:
        transport = AsyncHttp1()
        to = call(served)
        own = (("traceparent", "00-1"), ("tracestate", "caf\xe9"))
        way = await warmed(transport, replace(to, headers=(("x-a", "1"),)))
        for headers in (own, ()):
            answer = Answer()
            assert way.ask(b"x" * size, answer, headers) is not None
            assert (await answer.told)[1] == b"%d" % size
        opening = way.open(b"x" * size, lambda _: True, lambda: None, own)
        assert opening is not None
        await opening.poured()
        with pytest.raises(InvalidInput, match="control character"):
            way.ask(b"", Answer(), (("traceparent", "a\r\nb: c"),))
        usual = await transport.send(replace(to, headers=(("x-a", "1"), *own), body=b"x" * size))
        while await usual.read():
            pass
        assert served.accepted == 1
        await transport.close()
    _, asked, without, opened, sent = seen
    assert asked == opened == sent == tuple(sorted((*own, *without)))


async def test_no_way_without_a_connection_at_hand(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    first = ask(way, b"one")
    assert way.ask(b"two", Answer()) is None
    assert (await first.told)[1] == b"one"
    await transport.close()
    assert way.ask(b"three", Answer()) is None
    await warmed(transport, call(origin))
    assert (await ask(way, b"four").told)[1] == b"four"
    await transport.close()


async def test_asked_again_from_within(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    second = Answer()

    def told(head: Head | None, body: bytes, error: ProviderError | None) -> None:
        assert way.ask(body + b"!", second) is not None

    assert way.ask(b"one", told) is not None
    assert (await second.told)[1] == b"one!"
    assert origin.accepted == 1
    await transport.close()


@pytest.mark.parametrize("body", [b"wait", b"half"])
async def test_who_leaves_closes_the_connection_and_hears_nothing(origin: Origin, body: bytes) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    answer = Answer()
    asked = way.ask(body, answer)
    assert asked is not None
    await asyncio.sleep(0.03)
    asked.cancel()
    asked.cancel()
    assert way.ask(b"next", Answer()) is None
    await warmed(transport, call(origin))
    assert origin.accepted == 2
    assert not answer.told.done()
    await transport.close()


async def test_who_leaves_in_the_same_turn_has_sent_nothing() -> None:
    came: list[bytes] = []

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            came.append(request.body)
            peer.send(plain(b""))

    with Origin(script) as origin:
        transport = AsyncHttp1()
        asked = (await warmed(transport, call(origin))).ask(b"one", Answer())
        assert asked is not None
        asked.cancel()
        await ask(await warmed(transport, call(origin)), b"two").told
        await transport.close()
    assert came == [b"", b"", b"two"]


async def test_leaving_after_the_answer_does_nothing(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    answer = Answer()
    asked = way.ask(b"one", answer)
    assert asked is not None
    await answer.told
    second = ask(way, b"two")
    asked.cancel()
    assert (await second.told)[1] == b"two"
    await transport.close()


async def test_a_broken_answer_is_told_with_what_came(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    head, body, error = await ask(way, b"break").told
    assert head is not None
    assert body == b"bre"
    assert isinstance(error, Interrupted)
    await transport.close()


@pytest.mark.parametrize(
    ("body", "timeouts", "phase"),
    [
        (b"wait", {"first_byte": 0.05}, "head"),
        (b"half", {"idle": 0.05}, "body"),
        (b"wait", {"total": 0.05}, "deadline"),
        (b"half", {"total": 0.05}, "deadline"),
    ],
)
async def test_patience_ends(origin: Origin, body: bytes, timeouts: dict[str, float], phase: str) -> None:
    transport = AsyncHttp1()
    await warmed(transport, call(origin))  # With time enough: connecting is not what is tested.
    way = transport.way(call(origin, **timeouts))
    assert way is not None
    _, _, error = await ask(way, body).told
    assert isinstance(error, TimedOut)
    assert error.phase == phase
    await transport.close()


async def test_closing_the_transport_tells_who_waits(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    answer = ask(way, b"wait")
    await transport.close()
    head, body, error = await answer.told
    assert (head, body) == (None, b"")
    assert isinstance(error, Unreachable)


class Caller:
    """Hears what is told, and could leave."""

    def __init__(self) -> None:
        self.over: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.asked: AsyncAsked | None = None

    def told(self, head: Head | None, body: bytes, error: ProviderError | None) -> None:
        self.over.set_result(body)


async def test_nothing_of_a_call_stays_when_it_was_told(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    gc.disable()
    try:
        for _ in range(2):
            caller = Caller()
            caller.asked = way.ask(b"one", caller.told)
            over = caller.over
            left = weakref.ref(caller)
            assert await over == b"one"
            del caller
            assert left() is None
    finally:
        gc.enable()
    await transport.close()


async def test_who_waits_in_line_goes_first(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    asked: list[object] = []

    def told(head: Head | None, body: bytes, error: ProviderError | None) -> None:
        asked.append(way.ask(b"me again", Answer()))

    assert way.ask(b"one", told) is not None
    answer = await transport.send(call(origin))
    while await answer.read():
        pass
    assert asked == [None]
    assert (await ask(way, b"now").told)[1] == b"now"
    assert origin.accepted == 1
    await transport.close()


async def test_a_way_outlives_its_pool(monkeypatch: pytest.MonkeyPatch, origin: Origin) -> None:
    monkeypatch.setattr("accord.transport.asyncio_http1._CROWDED", 1)
    transport = AsyncHttp1()
    way = await warmed(transport, call(origin))
    left = way.ask(b"wait", Answer())
    assert left is not None
    left.cancel()
    with Origin(answering(plain())) as other:
        for more in range(3):  # Those without connections are forgotten when others come.
            elsewhere = Network(max_connections=2 + more)
            await warmed(transport, replace(call(other), network=elsewhere))
    assert way.ask(b"gone", Answer()) is None
    await warmed(transport, call(origin))
    assert (await ask(way, b"back").told)[1] == b"back"
    await transport.close()


async def test_a_connection_that_was_closed_meanwhile_is_not_asked() -> None:
    leave, left = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain())
        leave.wait(5.0)
        peer.hang_up()
        left.set()

    with Origin(script) as origin:
        transport = AsyncHttp1()
        way = await warmed(transport, call(origin))
        leave.set()
        left.wait(5.0)  # The loop stands still, and hears nothing of it.
        assert way.ask(b"one", Answer()) is None
        await transport.close()


async def test_a_way_keeps_no_body(origin: Origin) -> None:
    transport = AsyncHttp1()
    way = await warmed(transport, replace(call(origin), body=b"x" * 1000))
    assert isinstance(way, AskingWay)
    assert way._call.body == b""
    await transport.close()
