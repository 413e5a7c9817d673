"""Pieces that are given in the turn of the loop in which they come, and what goes on beside them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import accumulate, pairwise
from typing import Any, Protocol, TypeAlias
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import Interrupted, Malformed, TimedOut
from accord.core.http import Timeouts
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_buffered import PlainConnection
from accord.transport.asyncio_connection import Connection

Taken: TypeAlias = Callable[[bytes], bool]
Poured: TypeAlias = tuple[Connection, AsyncHttp1Answer, "asyncio.Task[None]"]


class Pouring(Protocol):
    def __call__(self, taken: Taken, timeouts: Timeouts | None = None) -> AbstractAsyncContextManager[Poured]: ...


class Taking:
    """Takes pieces, and is ready for more as long as there is room."""

    def __init__(self, room: int = 1000) -> None:
        self.pieces: list[bytes] = []
        self.room = room

    def __call__(self, piece: bytes) -> bool:
        self.pieces.append(piece)
        return len(self.pieces) < self.room


@pytest.fixture(scope="session")
def pouring(headed: Any) -> Pouring:
    """Somebody has the body of an answer poured whose head is there."""

    @asynccontextmanager
    async def begin(taken: Taken, timeouts: Timeouts | None = None) -> AsyncGenerator[Poured, None]:
        async with headed(PlainConnection, timeouts=timeouts) as (connection, answer):
            poured = asyncio.create_task(answer.pour(taken))
            await asyncio.sleep(0)
            yield connection, answer, poured

    return begin


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def test_a_piece_is_taken_as_it_comes(pouring: Pouring) -> None:
    taken = Taking()
    async with pouring(taken) as (connection, answer, poured):
        connection.data_received(chunk(b"one"))
        connection.data_received(chunk(b"two") + chunk(b"three"))
        assert taken.pieces == [b"one", b"twothree"]
        connection.data_received(chunk(b"four") + b"0\r\n\r\n")
        assert taken.pieces[2:] == [b"four"]
        await poured
        assert await answer.read() == b""


async def test_who_wants_no_more_reads_on(pouring: Pouring) -> None:
    taken = Taking(room=2)
    async with pouring(taken) as (connection, answer, poured):
        for piece in (b"one", b"two", b"three", b"four"):
            connection.data_received(chunk(piece))
        await poured
        assert taken.pieces == [b"one", b"two"]
        await answer.pour(taken)  # Something waits: it ends at once.
        assert await answer.read() == b"threefour"
        more = Taking()
        again = asyncio.create_task(answer.pour(more))
        await asyncio.sleep(0)
        connection.data_received(chunk(b"five"))
        assert more.pieces == [b"five"]
        connection.data_received(b"0\r\n\r\n")
        await again
        assert await answer.read() == b""
        await answer.pour(more)
        assert len(more.pieces) == 1


async def test_what_is_raised_by_who_takes_is_raised_and_closes_the_connection(pouring: Pouring) -> None:
    def broken(piece: bytes) -> bool:
        raise ValueError(piece.decode())

    async with pouring(broken) as (connection, _, poured):
        connection.data_received(chunk(b"one"))
        connection.data_received(chunk(b"two"))
        with pytest.raises(ValueError, match=r"^one$"):
            await poured
        assert connection.closed


async def test_cancelling_closes_the_connection(pouring: Pouring) -> None:
    taken = Taking()
    async with pouring(taken) as (connection, answer, poured):
        connection.data_received(chunk(b"one"))
        poured.cancel()
        with pytest.raises(asyncio.CancelledError):
            await poured
        assert connection.closed
        with pytest.raises(Interrupted):
            await answer.read()


async def test_an_answer_that_breaks_off_says_so_to_who_reads_on(pouring: Pouring) -> None:
    taken = Taking()
    async with pouring(taken) as (connection, answer, poured):
        connection.data_received(chunk(b"one"))
        connection.eof_received()
        await poured
        with pytest.raises(Interrupted):
            await answer.read()


async def test_a_silence_may_not_last_too_long(pouring: Pouring) -> None:
    taken, loop = Taking(), asyncio.get_running_loop()
    began, passed = loop.time(), 0.0
    with patch.object(loop, "time", lambda: began + passed):
        async with pouring(taken, Timeouts(idle=5.0)) as (connection, answer, poured):
            for _ in range(4):
                passed += 4.9
                await asyncio.sleep(0)
                connection.data_received(chunk(b"one"))
            passed += 4.9
            await asyncio.sleep(0)
            assert not poured.done()
            passed += 0.2
            await poured
            assert len(taken.pieces) == 4
            with pytest.raises(TimedOut):
                await answer.read()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11])
async def test_any_split_gives_the_same_bytes(pouring: Pouring, size: int) -> None:
    words = b"data: {}\r\n\r\n" * 2 + b"\r\n\r\n\r\ndata: x\n\n" + b"y" * 20 + b"\r\n"
    wire = b"%x\r\n%b\r\n%X;x=y\r\n%b\r\n0%x\r\n%b\r\n" % (9, words[:9], 20, words[9:29], len(words) - 29, words[29:])
    taken = Taking()
    async with pouring(taken) as (connection, answer, poured):
        for start in range(0, len(wire), size):
            connection.data_received(wire[start : start + size])
        assert b"".join(taken.pieces) == words
        connection.data_received(b"0\r\n\r\n")
        await poured
        assert await answer.read() == b""


@pytest.mark.parametrize("after", [b"3\r\nend\r\n", b"03\r\nend\r\n", b"3;x\r\nend\r\n"])
async def test_chunks_that_look_different(pouring: Pouring, after: bytes) -> None:
    taken = Taking()
    async with pouring(taken) as (connection, answer, poured):
        for piece in (b"one", b"two", b"three"):
            connection.data_received(chunk(piece))
        for _ in range(2):
            connection.data_received(after)
        connection.data_received(chunk(b"four"))
        connection.data_received(b"5\r\nfi")
        connection.data_received(chunk(b"x"))  # Within a chunk it is no chunk, and the next is too long.
        assert taken.pieces == [b"one", b"two", b"three", b"end", b"end", b"four", b"fi"]
        await poured
        assert await answer.read() == b"1\r\n"
        with pytest.raises(Malformed):
            await answer.read()


async def test_what_is_no_chunk_after_chunks_ends_the_answer(pouring: Pouring) -> None:
    taken = Taking()
    async with pouring(taken) as (connection, answer, poured):
        connection.data_received(chunk(b"one"))
        connection.data_received(chunk(b"two"))
        connection.data_received(b"0x3\r\nend\r\n")
        await poured
        assert taken.pieces == [b"one", b"two"]
        with pytest.raises(Malformed):
            await answer.read()


@given(
    st.lists(st.binary(min_size=1, max_size=20) | st.sampled_from([b"\r\n", b"1\r\nx\r\n", b"x\r\n"]), max_size=6),
    st.data(),
)
def test_any_cut_of_any_chunks(pouring: Pouring, pieces: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(map(chunk, pieces))
    ends = list(accumulate(len(chunk(piece)) for piece in pieces))
    cuts = data.draw(st.lists(st.sampled_from(ends) | st.integers(0, len(wire)), max_size=8)) if ends else []
    taken = Taking()

    async def run() -> None:
        async with pouring(taken) as (connection, answer, poured):
            places = sorted({0, *cuts, len(wire)})
            for start, end in pairwise(places):
                connection.data_received(wire[start:end])
            assert b"".join(taken.pieces) == b"".join(pieces)
            connection.data_received(b"0\r\n\r\n")
            await poured
            assert await answer.read() == b""

    asyncio.run(run())
