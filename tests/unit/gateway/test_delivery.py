"""An answer on its way: pieces one at a time, signs of life in silence, and an end that is said in every case."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from accord.core.error import AccordError, ServerError
from accord.core.http import Headers
from accord.dialects.codec import Failure
from accord.gateway.config import LoggingSettings
from accord.gateway.delivery import Delivery
from accord.gateway.http import Answer, Request, Response
from accord.gateway.log import GatewayLog
from accord.gateway.service import Entry
from accord.gateway.visit import Visit


class Sink:
    """Keeps what was sent."""

    def __init__(self, gate: asyncio.Event | None = None) -> None:
        self.sent: list[object] = []
        self.gate = gate

    async def whole(self, response: Response) -> None:
        self.sent.append((response.status, response.body))

    async def head(self, status: int, headers: Headers) -> None:
        self.sent.append(status)

    async def piece(self, data: bytes) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.sent.append(data)

    async def end(self) -> None:
        self.sent.append("end")

    async def cut(self) -> None:
        self.sent.append("cut")


class Source:
    """A stream whose pieces come when the test says so."""

    def __init__(self, *pieces: bytes, failure: Response | None = None) -> None:
        self.pieces = list(pieces)
        self.failure = failure
        self.opening = asyncio.Event()
        self.going_on = asyncio.Event()
        self.opening.set()
        self.going_on.set()
        self.asked = 0
        self.closed = 0
        self.begun = False

    async def open(self) -> Response | None:
        await self.opening.wait()
        if self.failure is not None and self.begun:
            self.pieces = [b"error inside"]
            return None
        return self.failure

    def head(self) -> Headers:
        self.begun = True
        return ()

    def heartbeat(self) -> bytes:
        return b": beat\n\n"

    async def next(self) -> bytes:
        self.asked += 1
        await self.going_on.wait()
        return self.pieces.pop(0) if self.pieces else b""

    def pour(self, taken: Callable[[bytes], bool]) -> Awaitable[None] | None:
        return None

    def cut(self, error: AccordError) -> bytes:
        return f"cut: {error.message}".encode()

    async def close(self) -> None:
        self.closed += 1


class Serving:
    """Stands for a service with one answer."""

    def __init__(self, answer: Answer | Exception, heartbeat: float = 10.0) -> None:
        self.given = answer
        self.heartbeat = heartbeat
        self.log = GatewayLog(LoggingSettings())

    async def answer(self, entry: Entry, body: bytes) -> Answer:
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


def failure_of(error: AccordError) -> Failure:
    return Failure(status=500, body=error.message.encode())


class Timer:
    """Something to be done at a time, unless it is cancelled."""

    def __init__(self, at: float, act: Callable[[], None]) -> None:
        self.at = at
        self.act = act

    def cancel(self) -> None:
        self.at = math.inf


class Clock:
    """The loop of a delivery, whose time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self._timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, act: Callable[[], None]) -> Timer:
        self._timers.append(Timer(self.now + delay, act))
        return self._timers[-1]

    def create_task(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return asyncio.create_task(work)

    async def passes(self, seconds: float) -> None:
        """So much time passes, and everything that can go on does."""
        self.now += seconds
        due = [timer for timer in self._timers if timer.at <= self.now]
        self._timers = [timer for timer in self._timers if timer.at > self.now]
        for timer in due:
            timer.act()
        for _ in range(10):
            await asyncio.sleep(0)


HEARTBEAT = 10.0


def delivery(answer: Answer | Exception, sink: Sink, clock: Clock | None = None) -> tuple[Delivery, Visit]:
    clock = clock or Clock()
    visit = Visit(Request(method="POST", path="/"), "id", clock.now)
    entry = Entry(visit, None, failure_of, None)
    return Delivery(Serving(answer, HEARTBEAT), entry, sink, clock), visit  # type: ignore[arg-type]


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not met():
            await asyncio.sleep(0.001)


async def test_a_whole_answer() -> None:
    sink = Sink()
    served, visit = delivery(Response(404, b"no"), sink)
    await served.run(b"")
    assert sink.sent == [(404, b"no")]
    assert (visit.status, visit.delivered) == (404, True)


async def test_a_stream() -> None:
    sink, source = Sink(), Source(b"a\n\n", b"b\n\n")
    served, visit = delivery(source, sink)
    await served.run(b"")
    assert sink.sent == [200, b"a\n\n", b"b\n\n", "end"]
    assert (visit.status, visit.delivered, source.closed) == (200, True, 1)


async def test_a_failure_before_the_head_has_its_own_status() -> None:
    sink, source = Sink(), Source(failure=Response(429, b"later"))
    served, _ = delivery(source, sink)
    await served.run(b"")
    assert sink.sent == [(429, b"later")]
    assert source.closed == 1


async def test_signs_of_life_go_out_while_nothing_comes() -> None:
    sink, source = Sink(), Source(b"a\n\n")
    source.opening.clear()
    clock = Clock()
    served, _ = delivery(source, sink, clock)
    running = asyncio.create_task(served.run(b""))
    await clock.passes(HEARTBEAT - 1)
    assert sink.sent == []
    for _ in range(3):
        await clock.passes(HEARTBEAT)
    source.opening.set()
    await running
    assert sink.sent == [200, *[b": beat\n\n"] * 3, b"a\n\n", "end"]


async def test_a_failure_after_a_sign_of_life_goes_into_the_stream() -> None:
    sink, source = Sink(), Source(failure=Response(429, b"later"))
    source.opening.clear()
    clock = Clock()
    served, visit = delivery(source, sink, clock)
    running = asyncio.create_task(served.run(b""))
    await clock.passes(0)
    await clock.passes(HEARTBEAT)
    source.opening.set()
    await running
    assert sink.sent == [200, b": beat\n\n", b"error inside", "end"]
    assert visit.status == 200


@pytest.mark.parametrize(("piece", "wanted"), [(b"data: whole\n\n", True), (b"data: ha", False)])
async def test_signs_of_life_between_events_and_not_within_one(piece: bytes, wanted: bool) -> None:
    sink, source, clock = Sink(), _Pausing(piece), Clock()
    served, _ = delivery(source, sink, clock)
    running = asyncio.create_task(served.run(b""))
    await clock.passes(0)
    await clock.passes(HEARTBEAT)
    assert sink.sent == [200, piece, *([b": beat\n\n"] if wanted else [])]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class _Pausing(Source):
    """One piece, and then nothing for ever."""

    async def next(self) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        await asyncio.Event().wait()
        return b""


async def test_nothing_is_asked_for_while_the_caller_does_not_read() -> None:
    gate = asyncio.Event()
    sink, source = Sink(gate), Source(b"a\n\n", b"b\n\n", b"c\n\n")
    served, _ = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    for _ in range(20):
        await asyncio.sleep(0)
    assert source.asked == 1
    gate.set()
    await running
    assert sink.sent == [200, b"a\n\n", b"b\n\n", b"c\n\n", "end"]


class _Straight(Sink):
    """Sends at once, and says while its gate is closed that the caller has not taken it."""

    def piece(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]
        self.sent.append(data)
        return None if self.gate is None or self.gate.is_set() else self._opened(self.gate)

    async def _opened(self, gate: asyncio.Event) -> None:
        await gate.wait()


class _Pouring(Source):
    """A source that pours as long as its pieces are taken, and then waits."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__(*pieces)
        self.taken: Callable[[bytes], bool] | None = None
        self.stopped = asyncio.Event()

    def pour(self, taken: Callable[[bytes], bool]) -> Awaitable[None] | None:
        self.taken = taken
        return self.stopped.wait()  # type: ignore[return-value]

    def comes(self, piece: bytes) -> None:
        assert self.taken is not None
        if not self.taken(piece):
            self.stopped.set()


async def test_poured_pieces_go_out_in_the_turn_they_come_in() -> None:
    sink, source = _Straight(), _Pouring(b"a\n\n")
    served, _ = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    await until(lambda: source.taken is not None)
    source.comes(b"b\n\n")
    source.comes(b"c\n\n")
    assert sink.sent == [200, b"a\n\n", b"b\n\n", b"c\n\n"]
    source.stopped.set()
    await running
    assert sink.sent[-1] == "end"


async def test_pouring_ends_when_the_caller_does_not_read() -> None:
    gate = asyncio.Event()
    gate.set()
    sink, source = _Straight(gate), _Pouring(b"a\n\n")
    served, _ = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    await until(lambda: source.taken is not None)
    gate.clear()
    source.comes(b"b\n\n")
    assert source.stopped.is_set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert source.asked == 1
    gate.set()
    await running
    assert sink.sent[2:] == [b"b\n\n", "end"]


@pytest.mark.parametrize(("piece", "wanted"), [(b"data: whole\n\n", True), (b"data: ha", False)])
async def test_signs_of_life_between_poured_events_and_not_within_one(piece: bytes, wanted: bool) -> None:
    sink, source, clock = _Straight(), _Pouring(b"a\n\n"), Clock()
    served, _ = delivery(source, sink, clock)
    running = asyncio.create_task(served.run(b""))
    await until(lambda: source.taken is not None)
    source.comes(piece)
    await clock.passes(HEARTBEAT)
    assert sink.sent == [200, b"a\n\n", piece, *([b": beat\n\n"] if wanted else [])]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_leaving_closes_the_source_at_once() -> None:
    sink, source = Sink(), _Pausing(b"a\n\n")
    served, visit = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    await until(lambda: b"a\n\n" in sink.sent)
    visit.stopped = "left"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert source.closed == 1
    assert sink.sent == [200, b"a\n\n"]


async def test_shutdown_is_said_in_the_stream() -> None:
    sink, source = Sink(), _Pausing(b"a\n\n")
    served, visit = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    await until(lambda: b"a\n\n" in sink.sent)
    visit.stopped = "shutdown"
    running.cancel()
    await running
    assert sink.sent[2:] == [b"cut: The gateway is shutting down and could not finish this answer.", "end"]
    assert source.closed == 1


async def test_shutdown_before_the_head_is_an_answer() -> None:
    sink, source = Sink(), Source()
    source.opening.clear()
    served, visit = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    visit.stopped = "shutdown"
    running.cancel()
    await running
    assert sink.sent == [(503, b"The gateway is shutting down and could not finish this answer.")]


async def test_a_caller_who_does_not_read_cannot_hold_up_the_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.gateway.delivery._LAST_WORD", 0.01)
    sink, source = Sink(asyncio.Event()), Source(b"a\n\n")
    served, visit = delivery(source, sink)
    running = asyncio.create_task(served.run(b""))
    await until(lambda: 200 in sink.sent)
    visit.stopped = "shutdown"
    running.cancel()
    async with asyncio.timeout(10):
        await running
    assert source.closed == 1


async def test_a_bug_is_an_error_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    sink = Sink()
    served, visit = delivery(ValueError("the prompt was: secret plans"), sink)
    await served.run(b"")
    assert sink.sent == [(500, b"The gateway failed while serving this request; its log has the details.")]
    assert isinstance(visit.error, ServerError)
    assert "ValueError" in caplog.text
    assert "test_delivery.py" in caplog.text
    assert "secret plans" not in caplog.text


async def test_a_bug_within_a_stream_ends_it_with_an_error() -> None:
    class Broken(Source):
        async def next(self) -> bytes:
            if self.pieces:
                return self.pieces.pop(0)
            raise ValueError("x")

    sink = Sink()
    served, _ = delivery(Broken(b"a\n\n"), sink)
    await served.run(b"")
    assert sink.sent[2:] == [b"cut: The gateway failed while serving this request; its log has the details.", "end"]
