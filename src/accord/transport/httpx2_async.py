"""The transport over httpx2 for asyncio."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterable, Mapping

import httpx2

from accord.core.blob import Blob
from accord.core.error import ProviderError
from accord.core.http import Call, Head, Network
from accord.transport.fork import forget_after_fork
from accord.transport.httpx2_course import Course
from accord.transport.httpx2_parts import Settings, Unpacking, head_of, request_for
from accord.transport.per_loop import PerLoop
from accord.transport.route import Origin, route


class AsyncHttpxTransport:
    """Sends calls over httpx2 from asyncio. Connections belong to their loop, as those of `AsyncHttp1` do."""

    def __init__(self, *, http2: bool = False, max_body: int | None = None) -> None:
        """`http2` offers HTTP/2 to servers that speak TLS; `max_body` bounds the bodies of answers, in bytes."""
        self._max_body = max_body
        self._loops = PerLoop(lambda _: Clients(http2=http2))
        forget_after_fork(self)

    async def send(self, call: Call) -> "AsyncHttpxAnswer":
        """Sends `call` and waits for the head of its answer. Raises as `AsyncHttp1.send` does."""
        to = route(call.url)
        loop = asyncio.get_running_loop()
        clients = self._loops.get(loop) or await self._loops.make(loop)
        client = clients.client(to.origin, call.network)
        course = Course(to.origin, call.timeouts, loop.time)
        patience = asyncio.timeout_at(_at(course))

        async def trace(event: str, info: Mapping[str, object]) -> None:
            if course.hear(event, info) and not patience.expired():
                patience.reschedule(_at(course))

        timeout = {"write": call.timeouts.idle, "connect": call.timeouts.connect}
        request = request_for(call, to, {"trace": trace, "timeout": timeout}, _body_of(call))
        try:
            async with patience:
                response = await client.handle_async_request(request)
        except (httpx2.HTTPError, OSError) as error:
            raise (course.late() if patience.expired() else course.failed(error)) from None
        return await _opened(response, course, self._max_body)

    async def close(self) -> None:
        """Closes every connection of the running loop, whatever it carries. Later calls make new ones."""
        await self._loops.close()

    def forget(self) -> None:
        """Lets go of all connections, in a forked child."""
        self._loops.forget()


class Clients:
    """One of httpx2's transports for each origin and network profile: its limits are for all hosts together."""

    def __init__(self, *, http2: bool) -> None:
        self._http2 = http2
        self._clients: dict[tuple[Origin, Network], httpx2.AsyncHTTPTransport] = {}

    def client(self, origin: Origin, network: Network) -> httpx2.AsyncHTTPTransport:
        """The one for these, made when it is first asked for."""
        client = self._clients.get((origin, network))
        if client is None:
            settings = Settings(network, origin)
            client = self._clients[(origin, network)] = httpx2.AsyncHTTPTransport(
                verify=settings.verify,
                trust_env=False,
                http2=self._http2,
                limits=settings.limits,
                proxy=settings.proxy,
            )
        return client

    async def close(self) -> None:
        """Closes every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()


class AsyncHttpxAnswer:
    """An answer whose head has arrived."""

    def __init__(self, response: httpx2.Response, head: Head, body: Unpacking, course: Course) -> None:
        self._response = response
        self._head = head
        self._body = body
        self._course = course
        self._pieces: AsyncGenerator[bytes, None] | None = response.aiter_raw()
        self._error: ProviderError | None = None

    @property
    def head(self) -> Head:
        """Status and headers."""
        return self._head

    async def read(self) -> bytes:
        """The next piece of the body, decompressed; `b""` at its end. Raises `Interrupted`, `TimedOut`, `Malformed`."""
        while self._pieces is not None:
            try:
                data = await self._next(self._pieces)
                if data is None:
                    self._body.end()
                    await self._over(None)
                    break
                piece = self._body.feed(data)
            except ProviderError as error:
                await self._over(error)
                break
            except BaseException:
                await self._over(self._course.closed("the call was cancelled"))
                raise
            if piece:
                return piece
        if self._error is not None:
            raise self._error
        return b""

    async def close(self) -> None:
        """Closes the connection, unless the body has come to its end. May be called twice."""
        if self._pieces is not None:
            await self._over(self._course.closed("the answer was closed before its end"))

    async def _next(self, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
        self._course.more()
        patience = asyncio.timeout_at(_at(self._course))
        try:
            async with patience:
                return await anext(pieces, None)
        except (httpx2.HTTPError, OSError) as error:
            raise (self._course.late() if patience.expired() else self._course.failed(error)) from None

    async def _over(self, error: ProviderError | None) -> None:
        pieces, self._pieces, self._error = self._pieces, None, error
        if pieces is not None:
            await pieces.aclose()
        await self._response.aclose()


async def _opened(response: httpx2.Response, course: Course, limit: int | None) -> AsyncHttpxAnswer:
    try:
        head = head_of(response)
        body = Unpacking(head, limit)
    except ProviderError:
        await response.aclose()
        raise
    return AsyncHttpxAnswer(response, head, body, course)


def _at(course: Course) -> float | None:
    return None if course.due == math.inf else course.due


def _body_of(call: Call) -> bytes | AsyncIterable[bytes]:
    return call.body if isinstance(call.body, bytes) else _pieces(call.body)


async def _pieces(blob: Blob) -> AsyncGenerator[bytes]:
    for piece in blob.pieces():
        yield piece
