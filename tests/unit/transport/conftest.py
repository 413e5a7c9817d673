"""An answer on a connection that is alone: without a pool, a peer, or anybody who takes what is written."""

import asyncio
import math
import socket
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from accord.core.http import Timeouts
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_connection import Connection
from accord.transport.outbox import Outbox
from accord.transport.route import Origin

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"


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

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

    def abort(self) -> None:
        pass


class Headed(Protocol):
    """Begins an answer in chunks, up to the end of its head."""

    def __call__(
        self, kind: type[Connection] = Connection, *, more: bytes = b"", timeouts: Timeouts | None = None
    ) -> AbstractAsyncContextManager[tuple[Connection, AsyncHttp1Answer]]: ...


@asynccontextmanager
async def _headed(
    kind: type[Connection] = Connection, *, more: bytes = b"", timeouts: Timeouts | None = None
) -> AsyncGenerator[tuple[Connection, AsyncHttp1Answer], None]:
    one, other = socket.socketpair()
    with one, other:
        loop = asyncio.get_running_loop()
        connection = kind(loop, one, Origin("http", "a", 80), Alone(), None, Outbox(loop))
        connection.connection_made(Unsent())
        answer = connection.begin(b"", b"", timeouts or Timeouts(), math.inf, bare=False)
        opened = asyncio.create_task(answer.opened())
        await asyncio.sleep(0)
        connection.data_received(HEAD + more + b"\r\n")
        assert (await opened).head.status == 200
        yield connection, answer
        connection.abort()


@pytest.fixture(scope="session")
def headed() -> Headed:
    return _headed
