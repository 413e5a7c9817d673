"""The fake's books: every request and connection, counted, and waited for."""

import threading
import time
from collections.abc import Callable

from accord.core.http import Headers
from accord.testing.fake.seen import SeenRequest


class Ledger:
    """Counts what happens in the server's thread for tests in other threads. All of it is safe to read at any time."""

    def __init__(self, remembers: int) -> None:
        """`remembers` is how many requests are kept; more, and those are forgotten that are over longest."""
        self._remembers = remembers
        self._changed = threading.Condition()
        self._requests: list[SeenRequest] = []
        self._numbered = 0
        self.open: int = 0
        self.finished: int = 0
        self.aborted: int = 0
        self.held: int = 0
        """Answers that are held now (see `Hold`)."""
        self.dropped: int = 0
        """Connections closed because of `afterwards="drop_next"` when another request began to arrive."""
        self.connections: int = 0
        """Connections open now."""
        self.connections_made: int = 0

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every request that is remembered, in the order their heads arrived."""
        with self._changed:
            return tuple(self._requests)

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Blocks until `condition` holds; it is looked at whenever something changes. Raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise TimeoutError(f"the condition did not come true within {timeout:g} s")

    def clear(self) -> None:
        """Forgets the requests that are over, and sets their counts to 0."""
        with self._changed:
            self._requests = [request for request in self._requests if request.fate == "open"]
            self.finished = self.aborted = self.dropped = 0

    # What the server reports.

    def connected(self) -> int:
        """A connection was made; its number."""
        with self._changed:
            self.connections += 1
            self.connections_made += 1
            self._changed.notify_all()
            return self.connections_made

    def disconnected(self) -> None:
        """A connection is over."""
        with self._changed:
            self.connections -= 1
            self._changed.notify_all()

    def begin(self, connection: int, method: str, target: str, headers: Headers) -> SeenRequest:
        """The head of a request is whole."""
        with self._changed:
            self._numbered += 1
            request = SeenRequest(
                number=self._numbered,
                connection=connection,
                method=method,
                target=target,
                headers=headers,
                received_at=time.monotonic(),
            )
            self._requests.append(request)
            if len(self._requests) > self._remembers:
                self._forget()
            self.open += 1
            self._changed.notify_all()
            return request

    def _forget(self) -> None:
        for index, request in enumerate(self._requests):
            if request.fate != "open":
                del self._requests[index]
                return

    def arrived(self, request: SeenRequest, body: bytes) -> None:
        """A request is whole."""
        with self._changed:
            request.body = body
            self._changed.notify_all()

    def answered(self, request: SeenRequest, status: int) -> None:
        """The head of its answer goes out."""
        with self._changed:
            request.status = status
            self._changed.notify_all()

    def sent(self, request: SeenRequest, size: int) -> None:
        """More of the answer's body was given to the socket."""
        with self._changed:
            request.sent_bytes += size
            self._changed.notify_all()

    def hold(self, change: int) -> None:
        """One more answer is held, or one fewer."""
        with self._changed:
            self.held += change
            self._changed.notify_all()

    def drop(self) -> None:
        """A connection was closed in the face of a request."""
        with self._changed:
            self.dropped += 1
            self._changed.notify_all()

    def finish(self, request: SeenRequest) -> None:
        """All that was to be sent was sent."""
        with self._changed:
            if request.fate == "open":
                request.fate = "finished"
                request.finished_at = time.monotonic()
                self.open -= 1
                self.finished += 1
                self._changed.notify_all()

    def abort(self, request: SeenRequest) -> None:
        """The caller left first."""
        with self._changed:
            if request.fate == "open":
                request.fate = "aborted"
                request.gone_at = time.monotonic()
                self.open -= 1
                self.aborted += 1
                self._changed.notify_all()
