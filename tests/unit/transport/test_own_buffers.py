"""Who brings a buffer along is asked for it, whichever loop there is."""

import asyncio

import pytest

from accord.gateway.server.buffered import BufferedConnection as ServerConnection
from accord.gateway.server.buffered import PlainConnection as PlainServerConnection
from accord.transport.asyncio_buffered import BufferedConnection, PlainConnection


@pytest.mark.parametrize("kind", [BufferedConnection, ServerConnection])
def test_a_connection_with_a_buffer(kind: type) -> None:
    # asyncio goes by the one class, uvloop's TLS by the absence of the other: it allocated 256 KB for every read.
    assert issubclass(kind, asyncio.BufferedProtocol)
    assert not issubclass(kind, asyncio.Protocol)


@pytest.mark.parametrize("kind", [PlainConnection, PlainServerConnection])
def test_a_connection_without_one(kind: type) -> None:
    assert issubclass(kind, asyncio.Protocol)
    assert not issubclass(kind, asyncio.BufferedProtocol)
