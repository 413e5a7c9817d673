"""Transports without a network, for unit tests: what is sent is kept, and what comes back is what the test says.

    transport = MemoryTransport(Reply(status=200, body=b"..."))
    client = accord.Client(accord.OpenAI(api_key="sk-test"), transport=transport)

For tests of connections, timeouts and broken streams use the fake provider, which is a real server.
"""

import asyncio
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from accord.core.error import ProviderError
from accord.core.http import Call, Head, Headers, Reply
from accord.transport.base import Taker, Told

Scripted = Reply | ProviderError
"""An answer, or the failure to get one."""


class MemoryAnswer:
    """An answer that is all there, handed out in pieces of `piece` bytes."""

    def __init__(self, reply: Reply, piece: int) -> None:
        self.head: Head = Head(status=reply.status, headers=reply.headers)
        self.closed: bool = False
        size = piece or len(reply.body) or 1
        self._pieces: Iterator[bytes] = iter([reply.body[at : at + size] for at in range(0, len(reply.body), size)])

    def read(self) -> bytes:
        """The next piece, `b""` at the end."""
        return next(self._pieces, b"")

    def close(self) -> None:
        """Notes that it was closed."""
        self.closed = True

    def whole(self) -> Reply:
        """All of it, read and closed."""
        body = b"".join(self._pieces)
        self.close()
        return Reply(status=self.head.status, headers=self.head.headers, body=body)


class AsyncMemoryAnswer:
    """The same for asyncio."""

    def __init__(self, answer: MemoryAnswer) -> None:
        self.head: Head = answer.head
        self._answer = answer

    async def read(self) -> bytes:
        """The next piece, `b""` at the end."""
        return self._answer.read()

    def piece(self) -> bytes:
        """The same, at once."""
        return self._answer.read()

    async def pour(self, taker: Taker) -> None:
        """Gives all that is there, for as long as it is wanted."""
        while (piece := self._answer.read()) and taker(piece):
            pass

    def closed(self) -> None:
        """Notes that it was closed."""
        self._answer.close()

    async def close(self) -> None:
        """Notes that it was closed."""
        self._answer.close()


class MemoryTransport:
    """Answers calls with what was scripted, in order; the last one is repeated. `calls` and `answers` keep what happened."""

    def __init__(self, *script: Scripted, piece: int = 0) -> None:
        """`piece` is how many bytes of a body are read at a time; 0 is all."""
        self._script = list(script)
        self._piece = piece
        self.calls: list[Call] = []
        self.answers: list[MemoryAnswer] = []

    def send(self, call: Call) -> MemoryAnswer:
        """The next scripted answer. Raises the next scripted failure."""
        self.calls.append(call)
        scripted = self._script[0] if len(self._script) == 1 else self._script.pop(0)
        if isinstance(scripted, ProviderError):
            raise scripted
        answer = MemoryAnswer(scripted, self._piece)
        self.answers.append(answer)
        return answer

    def close(self) -> None:
        """Nothing to close."""


class AsyncMemoryAsked:
    """A question whose answer is told in the next turn of the loop."""

    def __init__(self, told: Told, reply: Reply | None, error: ProviderError | None) -> None:
        head = None if reply is None else Head(status=reply.status, headers=reply.headers)
        body = b"" if reply is None else reply.body
        self._telling = asyncio.get_running_loop().call_soon(told, head, body, error)

    def cancel(self) -> None:
        """Nothing is told."""
        self._telling.cancel()


class AsyncMemoryOpening:
    """A question whose answer is given piece by piece, in the next turn of the loop."""

    def __init__(
        self,
        taker: Taker,
        over: Callable[[], None],
        answer: MemoryAnswer | None,
        error: ProviderError | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._taker: Taker | None = taker
        self._over = over
        self._answer = None if answer is None else AsyncMemoryAnswer(answer)
        self._error = error
        self._done: asyncio.Future[None] = loop.create_future()
        self._giving = loop.call_soon(self._give)

    @property
    def answer(self) -> AsyncMemoryAnswer:
        """The answer."""
        assert self._answer is not None
        return self._answer

    def take_by(self, taker: Taker) -> None:
        """Gives the further pieces to another one."""
        if self._taker is not None:
            self._taker = taker

    async def poured(self) -> None:
        """Waits until nothing more is given. Raises what was raised by who took."""
        await self._done

    def stop(self) -> None:
        """Gives nothing more."""
        self._taker = None
        self._giving.cancel()

    async def opened(self) -> AsyncMemoryAnswer:
        """The answer. Raises the failure that was scripted."""
        if self._error is not None:
            raise self._error
        return self.answer

    def cancel(self) -> None:
        """Gives nothing more, and notes that the answer was closed."""
        self.stop()
        if self._answer is not None:
            self._answer.closed()

    def _give(self) -> None:
        try:
            while self._taker is not None and self._answer is not None and (piece := self._answer.piece()):
                if not self._taker(piece):
                    break
        except Exception as error:  # noqa: BLE001 - it is raised by `poured`
            self._done.set_exception(error)
            self._done.exception()
        else:
            self._done.set_result(None)
        self._taker = None
        self._over()


class AsyncMemoryWay:
    """Answers with what was scripted, too."""

    def __init__(self, blocking: MemoryTransport, call: Call) -> None:
        self._blocking = blocking
        self._call = call

    def ask(self, body: bytes, told: Told, own: Headers = ()) -> AsyncMemoryAsked:
        """Has the next scripted answer told, or the next failure."""
        try:
            answer = self._send(body, own)
        except ProviderError as error:
            return AsyncMemoryAsked(told, None, error)
        return AsyncMemoryAsked(told, answer.whole(), None)

    def open(self, body: bytes, taker: Taker, over: Callable[[], None], own: Headers = ()) -> AsyncMemoryOpening:
        """Gives the pieces of the next scripted answer; the next failure is raised by `opened`."""
        try:
            answer = self._send(body, own)
        except ProviderError as error:
            return AsyncMemoryOpening(taker, over, None, error)
        return AsyncMemoryOpening(taker, over, answer, None)

    def _send(self, body: bytes, own: Headers) -> MemoryAnswer:
        call = self._call
        return self._blocking.send(replace(call, headers=call.headers + own, body=body))


class AsyncMemoryTransport:
    """The same for asyncio."""

    def __init__(self, *script: Scripted, piece: int = 0) -> None:
        """`piece` is how many bytes of a body are read at a time; 0 is all."""
        self._blocking = MemoryTransport(*script, piece=piece)
        self.calls: list[Call] = self._blocking.calls
        self.answers: list[MemoryAnswer] = self._blocking.answers

    async def send(self, call: Call) -> AsyncMemoryAnswer:
        """The next scripted answer. Raises the next scripted failure."""
        return AsyncMemoryAnswer(self._blocking.send(call))

    def way(self, call: Call) -> "AsyncMemoryWay":
        """Every way is open; raises nothing."""
        return AsyncMemoryWay(self._blocking, call)

    async def close(self) -> None:
        """Nothing to close."""
