"""A piece that was handed to who waited for it, and did not reach it any more, is not lost."""

import asyncio
import gzip
import math
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from accord.core.error import Interrupted
from accord.core.http import Timeouts
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_connection import Connection
from accord.transport.route import Origin

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Alone:
    """The home of one connection."""

    def free(self, connection: Connection) -> None:
        assert not connection.closed

    def left(self, connection: Connection) -> None:
        assert connection.closed


class Unsent(asyncio.Transport):
    """Takes what is written."""

    def write(self, data: object) -> None:
        del data

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

    def abort(self) -> None:
        pass


@asynccontextmanager
async def reading(
    more: bytes = b"",
) -> AsyncGenerator[tuple[Connection, AsyncHttp1Answer, "asyncio.Task[bytes]"], None]:
    """An answer whose head is there, and somebody who waits for its body."""
    one, other = socket.socketpair()
    with one, other:
        loop = asyncio.get_running_loop()
        connection = Connection(loop, one, Origin("http", "a", 80), Alone(), None)
        connection.connection_made(Unsent())
        answer = connection.begin(b"", b"", Timeouts(), math.inf, bare=False)
        opened = asyncio.create_task(answer.opened())
        await asyncio.sleep(0)
        connection.data_received(HEAD.replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n"))
        assert (await opened).head.status == 200
        waiting = asyncio.create_task(answer.read())
        await asyncio.sleep(0)
        yield connection, answer, waiting
        connection.abort()


async def cancelled(waiting: "asyncio.Task[bytes]") -> None:
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_of_an_answer_that_is_whole() -> None:
    async def run() -> None:
        async with reading() as (connection, answer, waiting):
            connection.data_received(b"3\r\none\r\n")
            connection.data_received(b"3\r\ntwo\r\n0\r\n\r\n")
            await cancelled(waiting)
            assert [await answer.read(), await answer.read()] == [b"onetwo", b""]
            assert not connection.closed

    asyncio.run(run())


def test_of_an_answer_that_breaks_off_by_that() -> None:
    async def run() -> None:
        async with reading() as (connection, answer, waiting):
            connection.data_received(b"3\r\none\r\n")
            connection.data_received(b"3\r\ntwo\r\n")
            await cancelled(waiting)
            assert connection.closed
            assert await answer.read() == b"onetwo"
            with pytest.raises(Interrupted, match="cancelled"):
                await answer.read()

    asyncio.run(run())


def test_who_waits_gets_each_piece_in_its_turn() -> None:
    async def run() -> None:
        async with reading() as (connection, answer, waiting):
            connection.data_received(b"3\r\none\r\n")
            connection.data_received(b"3\r\ntwo\r\n")
            assert await waiting == b"one"
            assert await answer.read() == b"two"
            last = asyncio.create_task(answer.read())
            await asyncio.sleep(0)
            connection.data_received(b"5\r\nthree\r\n0\r\n\r\n")
            assert [await last, await answer.read()] == [b"three", b""]

    asyncio.run(run())


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("compressed", [False, True])
def test_bytes_that_only_frame_a_body_are_not_its_end(size: int, compressed: bool) -> None:
    words = b"one two three " * 3
    body = gzip.compress(words) if compressed else words
    wire = b"%x\r\n%b\r\n%x;x=y\r\n%b\r\n0\r\n\r\n" % (9, body[:9], len(body) - 9, body[9:])

    async def rest(answer: AsyncHttp1Answer, first: "asyncio.Task[bytes]") -> bytes:
        came = await first
        while piece := await answer.read():
            came += piece
        return came

    async def run() -> None:
        async with reading(b"content-encoding: gzip\r\n" if compressed else b"") as (connection, answer, waiting):
            whole = asyncio.create_task(rest(answer, waiting))
            for start in range(0, len(wire), size):
                connection.data_received(wire[start : start + size])
                for _ in range(4):  # Whoever waits takes what there is, and waits again.
                    await asyncio.sleep(0)
            assert await whole == words

    asyncio.run(run())
