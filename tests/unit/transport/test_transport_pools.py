import asyncio
import gc
import threading
import time
import warnings
from collections.abc import Generator

import pytest
import uvloop

from accord.core.error import Interrupted, Malformed, Unreachable
from accord.core.http import Call, Network, Timeouts
from accord.testing.transport import Origin, Peer, answering, chunked, plain
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.blocking_answer import Http1Answer
from accord.transport.blocking_http1 import Http1

KEPT = Network(max_connections=1)


@pytest.fixture
def origin() -> Generator[Origin, None, None]:
    """Answers at once; a body of `wait` gets one piece and then nothing."""

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            if request.body == b"wait":
                peer.send(chunked(b"one", end=False))
                peer.closed_at()
                return
            peer.send(plain())

    with Origin(script) as served:
        yield served


def call(origin: Origin, body: bytes = b"", network: Network = KEPT, total: float | None = None) -> Call:
    timeouts = Timeouts(connect=5.0, first_byte=5.0, idle=5.0, total=total)
    return Call(method="POST", url=origin.url, headers=(), body=body, network=network, timeouts=timeouts)


async def get(transport: AsyncHttp1, sent: Call) -> bytes:
    answer = await transport.send(sent)
    body = b""
    while piece := await answer.read():
        body += piece
    return body


def read_all(answer: Http1Answer) -> bytes:
    body = b""
    while piece := answer.read():
        body += piece
    return body


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_connections_end_with_their_loop(origin: Origin, new_loop: object) -> None:
    transport = AsyncHttp1()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(3):
            with asyncio.Runner(loop_factory=new_loop) as runner:  # type: ignore[arg-type]
                assert runner.run(get(transport, call(origin))) == b"hello"
            assert origin.accepted == number + 1
            gc.collect()


def test_a_loop_that_ended_unseen_is_forgotten(origin: Origin) -> None:
    transport = AsyncHttp1()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Nobody has told the connections.
        for _ in range(2):
            loop = asyncio.new_event_loop()
            assert loop.run_until_complete(get(transport, call(origin))) == b"hello"
            loop.close()
        assert asyncio.run(get(transport, call(origin))) == b"hello"
        gc.collect()


async def test_a_place_that_was_handed_to_one_who_left_goes_to_the_next(origin: Origin) -> None:
    transport = AsyncHttp1()
    holding = await transport.send(call(origin, b"wait"))
    assert await holding.read() == b"one"
    waiting = [asyncio.ensure_future(get(transport, call(origin))) for _ in range(3)]
    await asyncio.sleep(0)
    await holding.close()  # Hands its place to the first in line ...
    waiting[0].cancel()  # ... who leaves before it has heard of it.
    assert await asyncio.wait_for(asyncio.gather(*waiting[1:]), 2.0) == [b"hello"] * 2
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
    await transport.close()


async def test_a_connection_that_was_handed_to_one_who_left_goes_to_the_next() -> None:
    let = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        let.wait(5)
        peer.send(plain())
        while peer.request() is not None:
            peer.send(plain())

    with Origin(script) as origin:
        transport = AsyncHttp1()
        waiting: list[asyncio.Future[bytes]] = []

        async def first_and_then_the_next_leaves() -> None:
            await get(transport, call(origin))
            # The connection is handed on by now, and who it was handed to has not woken up yet.
            waiting[0].cancel()

        first = asyncio.ensure_future(first_and_then_the_next_leaves())
        await asyncio.sleep(0.02)
        waiting += [asyncio.ensure_future(get(transport, call(origin))) for _ in range(2)]
        await asyncio.sleep(0.02)
        let.set()
        await first
        assert await asyncio.wait_for(waiting[1], 2.0) == b"hello"
        assert origin.accepted == 1
        await transport.close()


async def test_closing_turns_away_who_waits(origin: Origin) -> None:
    transport = AsyncHttp1()
    holding = await transport.send(call(origin, b"wait"))
    waiting = asyncio.ensure_future(transport.send(call(origin)))
    await asyncio.sleep(0)
    await transport.close()
    with pytest.raises(Unreachable) as turned_away:
        await waiting
    assert turned_away.value.sent == "no"
    while True:
        try:
            await holding.read()
        except Interrupted:
            break
    assert await get(transport, call(origin)) == b"hello"  # Closed is not broken.
    await transport.close()


async def test_an_answer_outlives_its_connection(origin: Origin) -> None:
    transport = AsyncHttp1()
    first = await transport.send(call(origin))
    second = await transport.send(call(origin))
    await transport.close()
    assert (await first.read(), await first.read()) == (b"hello", b"")
    assert (await second.read(), await second.read()) == (b"hello", b"")
    assert origin.accepted == 1


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_closed_connection_is_seen_by_a_loop_that_was_busy(new_loop: object) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain())

    async def main(origin: Origin) -> None:
        transport = AsyncHttp1()
        for number in range(5):
            assert await get(transport, call(origin)) == b"hello"
            assert origin.accepted == number + 1
            time.sleep(0.02)  # The loop stands still while the server closes.
        await transport.close()

    with Origin(script) as origin, asyncio.Runner(loop_factory=new_loop) as runner:  # type: ignore[arg-type]
        runner.run(main(origin))


async def test_unused_pools_are_forgotten() -> None:
    with Origin(answering(plain(headers="connection: close\r\n"))) as origin:
        transport, blocking = AsyncHttp1(), Http1()
        for number in range(200):
            network = Network(max_connections=number + 1)
            assert await get(transport, call(origin, network=network)) == b"hello"
            answer = await asyncio.to_thread(blocking.send, call(origin, network=network))
            assert answer.read() == b"hello"
        pools = transport._loops.get(asyncio.get_running_loop())
        assert pools is not None
        assert len(pools._pools) <= 65
        assert len(blocking._pools) <= 65
        await transport.close()


async def test_bodies_are_bounded_where_asked() -> None:
    with Origin(answering(plain(b"x" * 101))) as origin:
        bounded = AsyncHttp1(max_body=100)
        with pytest.raises(Malformed, match="over 100 bytes"):
            await get(bounded, call(origin))
        await bounded.close()
        with pytest.raises(Malformed, match="over 100 bytes"):
            read_all(Http1(max_body=100).send(call(origin)))


async def test_an_idle_connection_closes_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.transport.passage.IDLE", 0.05)
    closed: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain())
        closed.append(peer.closed_at())

    with Origin(script) as origin:
        transport = AsyncHttp1()
        never = Timeouts(connect=None, first_byte=None, idle=None)
        assert await get(transport, Call(method="POST", url=origin.url, headers=(), timeouts=never)) == b"hello"
        done = time.monotonic()
        while not closed:
            await asyncio.sleep(0.005)
        assert closed[0] - done < 0.5
        await transport.close()


def test_a_connection_rested_too_long_is_closed_when_another_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with Origin(answering(plain())) as origin:
        transport = Http1()
        two = Network(max_connections=2)
        monkeypatch.setattr("accord.transport.passage.IDLE", -1.0)
        holding = [transport.send(call(origin, network=two)) for _ in range(2)]
        assert [answer.read() for answer in holding] == [b"hello"] * 2
        assert transport.send(call(origin, network=two)).read() == b"hello"
        transport.close()


def test_an_answer_may_be_closed_by_another_thread(origin: Origin) -> None:
    transport = Http1()
    answer = transport.send(call(origin, b"wait"))
    assert answer.read() == b"one"
    closing = threading.Timer(0.05, answer.close)
    closing.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        answer.read()
    assert time.monotonic() - began < 1.0
    closing.join()
    assert transport.send(call(origin)).read() == b"hello"
    transport.close()


def test_threads_share_a_transport(origin: Origin) -> None:
    transport = Http1()
    network = Network(max_connections=4)
    got: list[bytes] = []

    def work() -> None:
        for _ in range(25):
            got.append(transport.send(call(origin, network=network)).read())

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == [b"hello"] * 300
    assert origin.most <= 4
    transport.close()


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_unused_connections_are_closed_in_time(monkeypatch: pytest.MonkeyPatch, new_loop: object) -> None:
    monkeypatch.setattr("accord.transport.passage.IDLE", 0.05)
    closed: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain())
        closed.append(peer.closed_at())

    async def main() -> float:
        transport = AsyncHttp1()
        await get(transport, call(origin))  # Which may take 5 s: no reason to keep the connection as long.
        began = time.monotonic()
        while not closed:
            await asyncio.sleep(0.01)
        await transport.close()
        return closed[0] - began

    with Origin(script) as origin, asyncio.Runner(loop_factory=new_loop) as runner:  # type: ignore[arg-type]
        assert runner.run(main()) < 1.0
