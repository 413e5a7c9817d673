"""Fetches files for blocking code, one after the other."""

import contextlib
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from accord.core.error import AccordError
from accord.core.fetch import FetchMedia, RemoteFile
from accord.core.http import Head, Network
from accord.transport.address import AddressInfo
from accord.transport.blocking_answer import Http1Answer
from accord.transport.blocking_connection import Connection
from accord.transport.blocking_dial import Patience, dial, looked_up
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
from accord.transport.route import Origin


class Fetcher:
    """Fetches files that somebody else chose (see `fetch.py`), each over a connection of its own."""

    __slots__ = ("_network", "_resolve")

    def __init__(self, *, resolve: Resolve = looked_up, ca_file: str | None = None) -> None:
        """`ca_file`: authorities to trust in place of the system's."""
        self._resolve = resolve
        self._network = Network(ca_file=ca_file)

    def fetch(self, urls: Sequence[str], limits: FetchMedia, seconds: float) -> tuple[RemoteFile, ...]:
        """The files, in order, within `seconds`. Raises `NotHad` for one that cannot be had."""
        allowance = Allowance(limits)
        ends_at = time.monotonic() + seconds
        return tuple(
            [self._one(index, course(url, limits, allowance), seconds, ends_at) for index, url in enumerate(urls)]
        )

    def _one(self, index: int, steps: Course, seconds: float, ends_at: float) -> RemoteFile:
        driver = _Driver(self._resolve, self._network, seconds, ends_at)
        try:
            return driver.run(steps)
        except AccordError as error:
            failure = not_had(error, seconds)
        except NotHad as error:
            failure = error
        finally:
            driver.close()
        failure.index = index
        raise failure


class _Driver:
    """Does the steps of one course."""

    __slots__ = ("_answer", "_ends_at", "_network", "_resolve", "_seconds")

    def __init__(self, resolve: Resolve, network: Network, seconds: float, ends_at: float) -> None:
        self._resolve = resolve
        self._network = network
        self._seconds = seconds
        self._ends_at = ends_at
        self._answer: Http1Answer | None = None

    def run(self, steps: Course) -> RemoteFile:
        with contextlib.closing(steps):
            try:
                step = next(steps)
                while True:
                    step = steps.send(self._given(step))
            except StopIteration as done:
                found: RemoteFile = done.value
                return found

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()

    def _given(self, step: Step) -> Given:
        # A body that is always there to be read never waits, and so never finds that its time is over.
        if time.monotonic() >= self._ends_at:
            raise too_long(self._seconds)
        if isinstance(step, Lookup):
            return self._looked_up(step.origin)
        if isinstance(step, Get):
            return self._get(step)
        assert self._answer is not None
        return self._answer.read()

    def _looked_up(self, origin: Origin) -> Sequence[AddressInfo]:
        """In a thread of its own: the system's resolver cannot be interrupted, and a name's servers may never answer."""
        answers: SimpleQueue[Sequence[AddressInfo] | AccordError] = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolve(origin))
            except AccordError as error:
                answers.put(error)

        Thread(target=look_up, daemon=True).start()
        try:
            found = answers.get(timeout=max(0.0, self._ends_at - time.monotonic()))
        except Empty:
            raise too_long(self._seconds) from None
        if isinstance(found, AccordError):
            raise found
        return found

    def _get(self, get: Get) -> Head:
        self.close()
        patience = Patience(get.origin, TIMEOUTS.connect, self._ends_at)
        opened = dial(get.origin, self._network, patience, get.addresses)
        connection = Connection(opened, get.origin, _Alone(), None, compressed=False)
        self._answer = connection.exchange(get.head, b"", TIMEOUTS, self._ends_at, bare=False)
        return self._answer.head


class _Alone:
    """The home of a connection that carries one call."""

    __slots__ = ()

    def free(self, connection: Connection) -> None:
        connection.abort()

    def left(self, connection: Connection) -> None:
        pass
