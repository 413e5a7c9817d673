"""Fetches files under asyncio, all of a request at once."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from accord.core.error import AccordError
from accord.core.fetch import FetchMedia, RemoteFile
from accord.core.http import Head, Network
from accord.transport.address import AddressInfo
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_buffered import PlainConnection
from accord.transport.asyncio_connection import Connection
from accord.transport.asyncio_dial import dial
from accord.transport.blocking_dial import looked_up
from accord.transport.fetch import (
    TIMEOUTS,
    Allowance,
    Course,
    Get,
    Given,
    Lookup,
    Resolve,
    Step,
    course,
    not_had,
    too_long,
)
from accord.transport.not_had import NotHad
from accord.transport.outbox import Outbox
from accord.transport.route import Origin

_LOOKUPS = 4
"""Names that are looked up at a time. It takes a thread of the loop's own each, of which calls to providers need some:
names whose servers never answer must not take them all."""


class AsyncFetcher:
    """Fetches files that somebody else chose (see `fetch.py`), each over a connection of its own."""

    __slots__ = ("_names", "_network")

    def __init__(self, *, resolve: Resolve = looked_up, ca_file: str | None = None) -> None:
        """`ca_file`: authorities to trust in place of the system's."""
        self._names = _Names(resolve)
        self._network = Network(ca_file=ca_file)

    async def fetch(self, urls: Sequence[str], limits: FetchMedia, seconds: float) -> tuple[RemoteFile, ...]:
        """The files, in order, within `seconds`. Raises `NotHad` for one that cannot be had; the others are given up."""
        allowance = Allowance(limits)
        tasks = [
            asyncio.ensure_future(self._one(index, course(url, limits, allowance), seconds))
            for index, url in enumerate(urls)
        ]
        try:
            return tuple(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, index: int, steps: Course, seconds: float) -> RemoteFile:
        driver = _Driver(self._names, self._network)
        try:
            async with asyncio.timeout(seconds):
                return await driver.run(steps)
        except TimeoutError:
            failure = too_long(seconds)
        except AccordError as error:
            failure = not_had(error, seconds)
        except NotHad as error:
            failure = error
        finally:
            await driver.close()
        failure.index = index
        raise failure


class _Driver:
    """Does the steps of one course."""

    __slots__ = ("_answer", "_names", "_network")

    def __init__(self, names: "_Names", network: Network) -> None:
        self._names = names
        self._network = network
        self._answer: AsyncHttp1Answer | None = None

    async def run(self, steps: Course) -> RemoteFile:
        with contextlib.closing(steps):
            try:
                step = next(steps)
                while True:
                    step = steps.send(await self._given(step))
            except StopIteration as done:
                found: RemoteFile = done.value
                return found

    async def close(self) -> None:
        if self._answer is not None:
            await self._answer.close()

    async def _given(self, step: Step) -> Given:
        if isinstance(step, Lookup):
            return await self._names.look_up(step.origin)
        if isinstance(step, Get):
            return await self._get(step)
        assert self._answer is not None
        return await self._answer.read()

    async def _get(self, get: Get) -> Head:
        await self.close()
        loop = asyncio.get_running_loop()

        def connection(opened: socket.socket) -> Connection:
            return PlainConnection(loop, opened, get.origin, _Alone(), None, Outbox(loop), compressed=False)

        try:
            async with asyncio.timeout(TIMEOUTS.connect):
                made = await dial(loop, get.origin, self._network, connection, get.addresses)
        except TimeoutError:
            raise NotHad(f"no connection to {get.origin.host} stood within {TIMEOUTS.connect:g} s") from None
        self._answer = await made.begin(get.head, b"", TIMEOUTS, float("inf"), bare=False).opened()
        return self._answer.head


class _Names:
    """Looks up names in threads, a few at a time."""

    __slots__ = ("_resolve", "_turns")

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def look_up(self, origin: Origin) -> Sequence[AddressInfo]:
        """Every address. Raises `Unreachable`. Where nobody waits any more, the turn is over when the thread is free."""
        loop = asyncio.get_running_loop()
        turn = self._turns.setdefault(loop, asyncio.Semaphore(_LOOKUPS))
        await turn.acquire()
        found = loop.run_in_executor(None, self._resolve, origin)

        def over(done: "asyncio.Future[Sequence[AddressInfo]]") -> None:
            turn.release()
            if not done.cancelled():
                done.exception()  # Seen, whether anybody waits or not.

        found.add_done_callback(over)
        return await asyncio.shield(found)


class _Alone:
    """The home of a connection that carries one call."""

    __slots__ = ()

    def free(self, connection: Connection) -> None:
        connection.abort()

    def left(self, connection: Connection) -> None:
        pass
