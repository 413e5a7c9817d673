"""The transport over httpx2 for blocking code."""

import threading
import time
from collections.abc import Generator, Iterator, Mapping

import httpx2

from accord.core.error import ProviderError
from accord.core.http import Call, Head, Network
from accord.transport.fork import forget_after_fork
from accord.transport.httpx2_course import Course
from accord.transport.httpx2_parts import Settings, Unpacking, head_of, request_for
from accord.transport.route import Origin, route


class HttpxTransport:
    """Sends calls over httpx2 from blocking code. Any thread may use it."""

    def __init__(self, *, http2: bool = False, max_body: int | None = None) -> None:
        """`http2` offers HTTP/2 to servers that speak TLS; `max_body` bounds the bodies of answers, in bytes."""
        self._http2 = http2
        self._max_body = max_body
        self._clients: dict[tuple[Origin, Network], httpx2.HTTPTransport] = {}
        self._left_behind: list[httpx2.HTTPTransport] = []
        self._lock = threading.Lock()
        forget_after_fork(self)

    def send(self, call: Call) -> "HttpxAnswer":
        """Sends `call` and waits for the head of its answer. Raises as `Http1.send` does."""
        to = route(call.url)
        client = self._client(to.origin, call.network)
        course = Course(to.origin, call.timeouts, time.monotonic)
        total = course.left()
        timeout = {"pool": total, "connect": _least(call.timeouts.connect, total), "write": call.timeouts.idle}

        def trace(event: str, info: Mapping[str, object]) -> None:
            if course.hear(event, info):
                timeout["read"] = course.left()

        request = request_for(
            call,
            to,
            {"trace": trace, "timeout": timeout},
            call.body if isinstance(call.body, bytes) else call.body.pieces(),
        )
        try:
            response = client.handle_request(request)
        except (httpx2.HTTPError, OSError) as error:
            raise course.failed(error) from None
        try:
            head = head_of(response)
            body = Unpacking(head, self._max_body)
        except ProviderError:
            response.close()
            raise
        return HttpxAnswer(response, head, body, course, timeout)

    def close(self) -> None:
        """Closes every connection, whatever it carries. Later calls make new ones."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def forget(self) -> None:
        """Lets go of all connections and locks, in a forked child."""
        self._left_behind += self._clients.values()
        self._clients = {}
        self._lock = threading.Lock()

    def _client(self, origin: Origin, network: Network) -> httpx2.HTTPTransport:
        """One for each origin and network profile: httpx2's limits are for all hosts together."""
        with self._lock:
            client = self._clients.get((origin, network))
            if client is None:
                settings = Settings(network, origin)
                client = self._clients[(origin, network)] = httpx2.HTTPTransport(
                    verify=settings.verify,
                    trust_env=False,
                    http2=self._http2,
                    limits=settings.limits,
                    proxy=settings.proxy,
                )
            return client


class HttpxAnswer:
    """An answer whose head has arrived."""

    def __init__(
        self,
        response: httpx2.Response,
        head: Head,
        body: Unpacking,
        course: Course,
        timeout: dict[str, float | None],
    ) -> None:
        self._response = response
        self._head = head
        self._body = body
        self._course = course
        self._timeout = timeout
        self._pieces: Iterator[bytes] | None = response.iter_raw()
        self._error: ProviderError | None = None

    @property
    def head(self) -> Head:
        """Status and headers."""
        return self._head

    def read(self) -> bytes:
        """The next piece of the body, decompressed; `b""` at its end. Raises `Interrupted`, `TimedOut`, `Malformed`."""
        while self._pieces is not None:
            try:
                data = self._next(self._pieces)
                if data is None:
                    self._body.end()
                    self._over(None)
                    break
                piece = self._body.feed(data)
            except ProviderError as error:
                self._over(error)
                break
            except BaseException:
                self._over(self._course.closed("the call was given up"))
                raise
            if piece:
                return piece
        if self._error is not None:
            raise self._error
        return b""

    def close(self) -> None:
        """Closes the connection, unless the body has come to its end. May be called twice."""
        if self._pieces is not None:
            self._over(self._course.closed("the answer was closed before its end"))

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        self._course.more()
        if self._course.over():
            raise self._course.late()
        self._timeout["read"] = self._course.left()
        try:
            return next(pieces, None)
        except (httpx2.HTTPError, OSError) as error:
            raise self._course.failed(error) from None

    def _over(self, error: ProviderError | None) -> None:
        pieces, self._pieces, self._error = self._pieces, None, error
        if isinstance(pieces, Generator):
            pieces.close()
        self._response.close()


def _least(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)
