"""A piece that was handed to who waited for it, and did not reach it any more, is not lost."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import pytest

from accord.core.error import Interrupted
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_connection import Connection

Reading: TypeAlias = Callable[
    [bytes], AbstractAsyncContextManager[tuple[Connection, AsyncHttp1Answer, "asyncio.Task[bytes]"]]
]


@pytest.fixture
def reading(headed: Any) -> Reading:
    """Somebody waits for the body of an answer whose head had more lines, if any."""

    @asynccontextmanager
    async def begin(more: bytes) -> AsyncGenerator[tuple[Connection, AsyncHttp1Answer, "asyncio.Task[bytes]"], None]:
        async with headed(more=more) as (connection, answer):
            waiting = asyncio.create_task(answer.read())
            await asyncio.sleep(0)
            yield connection, answer, waiting

    return begin


async def cancelled(waiting: "asyncio.Task[bytes]") -> None:
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_of_an_answer_that_is_whole(reading: Reading) -> None:
    async with reading(b"") as (connection, answer, waiting):
        connection.data_received(b"3\r\none\r\n")
        connection.data_received(b"3\r\ntwo\r\n0\r\n\r\n")
        await cancelled(waiting)
        assert [await answer.read(), await answer.read()] == [b"onetwo", b""]
        assert not connection.closed


async def test_of_an_answer_that_breaks_off_by_that(reading: Reading) -> None:
    async with reading(b"") as (connection, answer, waiting):
        connection.data_received(b"3\r\none\r\n")
        connection.data_received(b"3\r\ntwo\r\n")
        await cancelled(waiting)
        assert connection.closed
        assert await answer.read() == b"onetwo"
        with pytest.raises(Interrupted, match="cancelled"):
            await answer.read()


async def test_who_waits_gets_each_piece_in_its_turn(reading: Reading) -> None:
    async with reading(b"") as (connection, answer, waiting):
        connection.data_received(b"3\r\none\r\n")
        connection.data_received(b"3\r\ntwo\r\n")
        assert await waiting == b"one"
        assert await answer.read() == b"two"
        last = asyncio.create_task(answer.read())
        await asyncio.sleep(0)
        connection.data_received(b"5\r\nthree\r\n0\r\n\r\n")
        assert [await last, await answer.read()] == [b"three", b""]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("compressed", [False, True])
async def test_bytes_that_only_frame_a_body_are_not_its_end(reading: Reading, size: int, compressed: bool) -> None:
    words = b"one two three " * 3
    body = gzip.compress(words) if compressed else words
    wire = b"%x\r\n%b\r\n%x;x=y\r\n%b\r\n0\r\n\r\n" % (9, body[:9], len(body) - 9, body[9:])

    async def rest(answer: AsyncHttp1Answer, first: "asyncio.Task[bytes]") -> bytes:
        came = await first
        while piece := await answer.read():
            came += piece
        return came

    async with reading(b"content-encoding: gzip\r\n" if compressed else b"") as (connection, answer, waiting):
        whole = asyncio.create_task(rest(answer, waiting))
        for start in range(0, len(wire), size):
            connection.data_received(wire[start : start + size])
            for _ in range(4):  # Whoever waits takes what there is, and waits again.
                await asyncio.sleep(0)
        assert await whole == words
