import asyncio
import contextlib
import math
import socket
import time
from collections.abc import Generator

import pytest

from accord.core.error import TimedOut, Unreachable
from accord.core.http import Call, Network, Timeouts
from accord.transport.address import AddressInfo, in_turn, known_addresses
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.blocking_dial import Patience, dial
from accord.transport.blocking_http1 import Http1
from accord.transport.route import Origin

NAMED = Origin("http", "several.example", 80)


@pytest.fixture
def listening() -> Generator[int, None, None]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def deaf() -> Generator[int, None, None]:
    """A port whose queue is full: nothing answers there."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        port: int = listener.getsockname()[1]
        for _ in range(4):
            opened = stack.enter_context(socket.socket())
            opened.setblocking(False)
            opened.connect_ex(("127.0.0.1", port))
        yield port


@pytest.fixture
def refusing() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def at(*ports: int) -> list[AddressInfo]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]


def resolving(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    real = socket.getaddrinfo

    def answer(host: str, *rest: object, **options: object) -> object:
        if host == "several.example" and not options.get("flags"):
            return at(*ports)
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


UNHURRIED = Timeouts(connect=5.0, first_byte=0.02)


async def connect_async(timeouts: Timeouts = UNHURRIED) -> Unreachable | TimedOut:
    """How a call to the name ends; whoever listens there never answers."""
    transport = AsyncHttp1()
    with pytest.raises((Unreachable, TimedOut)) as failed:
        await transport.send(Call(method="POST", url="http://several.example/", headers=(), timeouts=timeouts))
    await transport.close()
    assert isinstance(failed.value, Unreachable | TimedOut)
    return failed.value


def test_families_take_turns() -> None:
    six, four = socket.AF_INET6, socket.AF_INET
    found: list[AddressInfo] = [
        (family, 1, 6, "", ("a", number)) for number, family in enumerate((six, six, six, four))
    ]
    assert [address[4][1] for address in in_turn(found)] == [0, 3, 1, 2]


def test_addresses_are_not_looked_up() -> None:
    for host in ("127.0.0.1", "::1"):
        addresses = known_addresses(Origin("http", host, 80))
        assert addresses is not None
        assert addresses[0][4][:2] == (host, 80)
    assert known_addresses(NAMED) is None


async def test_the_next_address_is_tried_at_once_after_a_refusal(
    monkeypatch: pytest.MonkeyPatch, refusing: int, listening: int
) -> None:
    resolving(monkeypatch, refusing, refusing, listening)
    began = time.monotonic()
    dial(NAMED, Network(), Patience(NAMED, 5.0, math.inf)).close()
    assert (await connect_async()).phase == "head"
    assert time.monotonic() - began < 0.2


async def test_the_next_address_is_tried_beside_a_silent_one(
    monkeypatch: pytest.MonkeyPatch, deaf: int, listening: int
) -> None:
    resolving(monkeypatch, deaf, listening)
    for _ in range(2):
        began = time.monotonic()
        dial(NAMED, Network(), Patience(NAMED, 5.0, math.inf)).close()
        assert 0.2 < time.monotonic() - began < 1.0
        began = time.monotonic()
        assert (await connect_async()).phase == "head"
        assert 0.2 < time.monotonic() - began < 1.0


async def test_nobody_there(monkeypatch: pytest.MonkeyPatch, refusing: int) -> None:
    resolving(monkeypatch, refusing, refusing)
    error = await connect_async()
    assert (error.sent, error.phase) == ("no", "connect")
    with pytest.raises(Unreachable, match="refused") as failed:
        dial(NAMED, Network(), Patience(NAMED, 5.0, math.inf))
    assert (failed.value.sent, failed.value.phase) == ("no", "connect")


async def test_all_silent(monkeypatch: pytest.MonkeyPatch, deaf: int) -> None:
    resolving(monkeypatch, deaf, deaf)
    error = await connect_async(Timeouts(connect=0.05))
    assert (error.kind, error.sent, error.phase) == ("timeout", "no", "connect")
    with pytest.raises(TimedOut) as failed:
        dial(NAMED, Network(), Patience(NAMED, 0.05, math.inf))
    assert (failed.value.sent, failed.value.phase) == ("no", "connect")
    with pytest.raises(TimedOut) as failed:
        dial(NAMED, Network(), Patience(NAMED, 5.0, time.monotonic() + 0.05))
    assert failed.value.phase == "deadline"


async def test_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, *_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = await connect_async()
    assert (error.sent, error.phase, error.retryable) == ("no", "resolve", True)
    with pytest.raises(Unreachable, match="Name or service not known") as failed:
        Http1().send(Call(method="POST", url="http://several.example/", headers=()))
    assert failed.value.phase == "resolve"


async def test_a_name_that_cannot_be_one() -> None:
    url = f"http://{'a' * 64}.example/"
    with pytest.raises(Unreachable) as failed:
        await AsyncHttp1().send(Call(method="POST", url=url, headers=()))
    assert failed.value.phase == "resolve"
    with pytest.raises(Unreachable):
        Http1().send(Call(method="POST", url=url, headers=()))


async def test_cancelled_while_connecting(monkeypatch: pytest.MonkeyPatch, deaf: int) -> None:
    resolving(monkeypatch, deaf, deaf)
    transport = AsyncHttp1()
    network = Network(max_connections=1)
    call = Call(method="POST", url="http://several.example/", headers=(), network=network)
    for _ in range(3):  # A place that was lost would let the second try wait for ever.
        sending = asyncio.ensure_future(transport.send(call))
        await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(sending, 1.0)
    await transport.close()
