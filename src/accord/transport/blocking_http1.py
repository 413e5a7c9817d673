"""The default transport for blocking code: HTTP/1.1 on httptools."""

import math
import threading
import time
import weakref
from collections.abc import Mapping

from accord.core.http import Call, Network
from accord.transport.blocking_answer import Http1Answer
from accord.transport.blocking_connection import Connection
from accord.transport.blocking_pool import Pool
from accord.transport.fork import forget_after_fork
from accord.transport.proxy import passed_on
from accord.transport.request import request_head
from accord.transport.route import Origin, route

_CROWDED = 64
"""This many pools are kept without a look at whether they are of use."""


def _left_behind(pools: Mapping[tuple[Origin, Network], Pool]) -> None:
    """Nobody has the transport any more, and nobody has closed it: that is how scripts and notebooks end, and no mistake
    worth Python's warning.
    """
    for pool in pools.values():
        pool.leave()


class Http1:
    """Sends calls over HTTP/1.1 from blocking code. Any thread may use it.

    Connections are kept for the next call to the same origin with the same network profile. A forked child makes its
    own. What is never repeated: a request of which a byte may have been delivered (see `AsyncHttp1`).
    """

    def __init__(self, *, max_body: int | None = None) -> None:
        """`max_body` is the most bytes the body of an answer may have, decompressed; beyond, it is `Malformed`."""
        self._max_body = max_body
        self._pools: dict[tuple[Origin, Network], Pool] = {}
        self._crowded = _CROWDED
        self._lock = threading.Lock()
        weakref.finalize(self, _left_behind, self._pools)
        forget_after_fork(self)

    def send(self, call: Call) -> Http1Answer:
        """Sends `call` and waits for the head of its answer.

        Raises:
            InvalidInput: the call cannot be written as HTTP; nothing was sent.
            ConfigError: its network profile cannot be set up; nothing was sent.
            Unreachable, TimedOut, Interrupted, Malformed: see `accord.core.error`.
        """
        to = route(call.url)
        proxied = None if call.network.proxy is None else passed_on(call.network, to.origin)
        head = request_head(call, to, proxied=proxied)
        timeouts = call.timeouts
        ends_at = math.inf if timeouts.total is None else time.monotonic() + timeouts.total
        connection: Connection | None = None
        while connection is None:
            connection = self._pool(to.origin, call.network).obtain(timeouts, ends_at)
        return connection.exchange(head, call.body, timeouts, ends_at, bare=call.method == "HEAD")

    def close(self) -> None:
        """Closes every connection, whatever it carries. Later calls make new ones."""
        with self._lock:
            pools = self._taken()
        for pool in pools:
            pool.close()

    def forget(self) -> None:
        """Lets go of all connections and locks, in a forked child; the parent keeps its own."""
        self._lock = threading.Lock()
        for pool in self._taken():
            pool.forget()

    def _taken(self) -> list[Pool]:
        """All pools, which are no longer its own."""
        pools = list(self._pools.values())
        self._pools.clear()
        return pools

    def _pool(self, origin: Origin, network: Network) -> Pool:
        """The pool for these, made when it is first asked for."""
        key = (origin, network)
        pool = self._pools.get(key)
        if pool is not None:
            return pool
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                if len(self._pools) >= self._crowded:
                    self._tidy()
                pool = self._pools[key] = Pool(origin, network, limit=self._max_body)
            return pool

    def _tidy(self) -> None:
        """Forgets pools without connections, so that calls to ever new origins don't pile up."""
        for key, pool in list(self._pools.items()):
            if pool.retire():
                del self._pools[key]
        self._crowded = max(_CROWDED, 2 * len(self._pools))
