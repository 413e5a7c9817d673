"""The connections to one origin for blocking code: the newest free one first, and a bounded number."""

import math
import threading
import time

from accord.core.error import ConfigError
from accord.core.http import Network, Timeouts
from accord.transport.blocking_connection import Connection
from accord.transport.blocking_dial import Patience, dial
from accord.transport.failure import too_slow
from accord.transport.route import Origin


class Pool:
    """Connections to `origin`, for all threads of one process.

    A connection has a *place* from before it is dialled until it is closed; there are `network.max_connections` of
    them. Who finds neither a free connection nor a free place waits for one.
    """

    __slots__ = (
        "_changed",
        "_connections",
        "_free",
        "_limit",
        "_lock",
        "_network",
        "_origin",
        "_places",
        "_retired",
        "_waiting",
    )

    def __init__(self, origin: Origin, network: Network, *, limit: int | None) -> None:
        """`limit` is the most bytes a body may have."""
        if network.max_connections < 1:
            raise ConfigError(f"max_connections must be 1 or more, not {network.max_connections}")
        self._origin = origin
        self._network = network
        self._limit = limit
        # Entered as it is: a condition's own way in and out costs 1 us a call more.
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._free: list[Connection] = []
        self._connections: set[Connection] = set()
        self._places = 0
        self._waiting = 0
        self._retired = False

    def obtain(self, timeouts: Timeouts, ends_at: float) -> Connection | None:
        """A connection, free or new; `None` where the pool has been retired, and another is to be asked.

        Raises `Unreachable` and `TimedOut`, with nothing sent, and `ConfigError`.
        """
        while True:
            with self._lock:
                while not self._free and self._places >= self._network.max_connections and not self._retired:
                    self._wait(timeouts, ends_at)
                if self._retired:
                    return None
                connection = self._free.pop() if self._free else None
                if connection is None:
                    self._places += 1
            if connection is None:
                return self._new(timeouts, ends_at)
            if connection.usable(time.monotonic()):
                return connection
            connection.abort()

    def retire(self) -> bool:
        """Whether the pool is of no use to anybody; from then on it gives no connection."""
        with self._lock:
            self._retired = self._retired or not (self._places or self._waiting)
            return self._retired

    def free(self, connection: Connection) -> None:
        """`connection` can carry another call. The one that has rested longest is closed when its time is over."""
        with self._lock:
            self._free.append(connection)
            if self._waiting:
                self._changed.notify()
            rested = self._free[0]
            over = self._retired or (rested is not connection and rested.expired(time.monotonic()))
            if over:
                del self._free[0]
        if over:
            rested.abort()

    def left(self, connection: Connection) -> None:
        """`connection` is closed."""
        with self._lock:
            if connection in self._connections:
                self._connections.remove(connection)
                if connection in self._free:
                    self._free.remove(connection)
                self._give_place()

    def close(self) -> None:
        """Retires the pool, and closes every connection."""
        with self._lock:
            self._retired = True
            self._changed.notify_all()
            connections = list(self._connections)
        for connection in connections:
            connection.give_up("the transport was closed")

    def leave(self) -> None:
        """Closes the connections that carry nothing; nobody will ask for one again. Takes no lock: the collector calls it at any
        moment, also while this very thread holds it.
        """
        self._retired = True
        for connection in list(self._free):
            connection.forget()

    def forget(self) -> None:
        """Closes this process's hold on every connection, in a forked child. Takes no lock: its owner may be gone."""
        for connection in list(self._connections):
            connection.forget()

    def _wait(self, timeouts: Timeouts, ends_at: float) -> None:
        left = None if ends_at == math.inf else ends_at - time.monotonic()
        if left is not None and left <= 0:
            raise too_slow(self._origin, "", timeouts.total, sent="no", phase="deadline")
        self._waiting += 1
        try:
            self._changed.wait(left)
        finally:
            self._waiting -= 1

    def _new(self, timeouts: Timeouts, ends_at: float) -> Connection:
        try:
            opened = dial(self._origin, self._network, Patience(self._origin, timeouts.connect, ends_at))
        except BaseException:
            with self._lock:
                self._give_place()
            raise
        connection = Connection(opened, self._origin, self, self._limit)
        with self._lock:
            self._connections.add(connection)
        return connection

    def _give_place(self) -> None:
        self._places -= 1
        if self._waiting:
            self._changed.notify()
