"""Writes that are held until the end of a turn of the loop."""

import asyncio
from collections.abc import Callable

import pytest
import uvloop

from accord.transport.outbox import LONGEST, MOST, Outbox


class Sheet(asyncio.WriteTransport):
    """Writes down what is written."""

    def __init__(self, written: list[bytes]) -> None:
        super().__init__()
        self.written = written
        self.closed = False

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_writes_go_out_at_the_end_of_the_turn(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def run() -> None:
        written: list[bytes] = []
        one, other = Sheet(written), Sheet(written)
        outbox = Outbox(asyncio.get_running_loop())
        for turn in range(3):
            outbox.write(one, b"1")
            outbox.write(other, b"2")
            outbox.write(one, b"3")
            assert written == [b"1", b"2", b"3"] * turn
            await asyncio.sleep(0)
            assert written == [b"1", b"2", b"3"] * (turn + 1)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())


async def test_so_many_are_held() -> None:
    written: list[bytes] = []
    outbox, sheet = Outbox(asyncio.get_running_loop()), Sheet(written)
    for number in range(MOST + 1):
        assert len(written) == (MOST if number == MOST else 0)
        outbox.write(sheet, b"%d" % number)
    await asyncio.sleep(0)
    assert written == [b"%d" % number for number in range(MOST + 1)]


async def test_a_long_one_is_not_held_and_comes_after_those_before_it() -> None:
    written: list[bytes] = []
    outbox, sheet = Outbox(asyncio.get_running_loop()), Sheet(written)
    outbox.write(sheet, b"first")
    outbox.write(sheet, b"x" * (LONGEST + 1))
    assert [len(data) for data in written] == [5, LONGEST + 1]


async def test_what_was_closed_meanwhile_gets_nothing_and_others_do() -> None:
    written: list[bytes] = []
    outbox, closed, sheet = Outbox(asyncio.get_running_loop()), Sheet(written), Sheet(written)
    outbox.write(closed, b"lost")
    outbox.write(sheet, b"kept")
    closed.closed = True
    outbox.flush()
    assert written == [b"kept"]


async def test_what_goes_wrong_with_one_is_told_and_keeps_nobody_from_theirs() -> None:
    written: list[bytes] = []
    told: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    outbox = Outbox(loop)

    class Ended(Sheet):
        def write(self, data: object) -> None:
            raise RuntimeError("Cannot call write() after write_eof()")

        def abort(self) -> None:
            self.closed = True

    ended = Ended(written)
    outbox.write(ended, b"lost")
    outbox.write(Sheet(written), b"kept")
    outbox.flush()
    assert written == [b"kept"]
    assert ended.closed
    assert [type(context["exception"]) for context in told] == [RuntimeError]


async def test_what_is_written_meanwhile_is_held_again() -> None:
    written: list[bytes] = []
    outbox = Outbox(asyncio.get_running_loop())

    class Answering(Sheet):
        def write(self, data: object) -> None:
            super().write(data)
            if data == b"question":
                outbox.write(self, b"answer")

    outbox.write(Answering(written), b"question")
    outbox.flush()
    assert written == [b"question"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert written == [b"question", b"answer"]
