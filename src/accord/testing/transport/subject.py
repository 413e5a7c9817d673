"""An implementation under test, driven from plain blocking code whatever it is."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Literal, Protocol, TypeAlias, TypeVar, cast

import msgspec

from accord.core.http import Call, Head
from accord.testing.transport.origin import PATIENCE
from accord.transport.base import Answer, AsyncAnswer, AsyncTransport, Transport

T = TypeVar("T")

Kind: TypeAlias = Literal["asyncio", "blocking"]


class Implementation(msgspec.Struct, frozen=True, kw_only=True):
    """A transport to put to the test, given by name so that other processes can make it too."""

    name: str
    kind: Kind
    factory: str
    """`module:name` of something that, called without arguments, gives the transport."""
    loop: str = "asyncio:new_event_loop"
    """`module:name` of what makes event loops, for `asyncio`."""
    whole: bool = False
    """Whether its answers come whole, and never in pieces."""
    deviations: dict[str, str] = {}
    """Cases it is known to fail, each with the reason."""

    def subject(self) -> "Subject":
        """It, ready to be driven."""
        if self.kind == "asyncio":
            make_async = cast(Callable[[], AsyncTransport], named(self.factory))
            return AsyncSubject(make_async, cast(Callable[[], asyncio.AbstractEventLoop], named(self.loop)))
        return BlockingSubject(cast(Callable[[], Transport], named(self.factory)))


class Running(Protocol):
    """A call that was started."""

    def head(self) -> Head:
        """Waits for the head of the answer. Raises what the transport raises."""
        ...

    def read(self) -> bytes:
        """Waits for the next piece of the body."""
        ...

    def reading(self) -> "concurrent.futures.Future[bytes]":
        """Begins to wait for the next piece."""
        ...

    def close(self) -> None:
        """Closes the answer."""
        ...

    def cancel(self) -> None:
        """Cancels what is waited for: the head, or the piece that `reading` waits for. Only for `asyncio`."""
        ...


class Subject(Protocol):
    """A transport that is driven."""

    def start(self, call: Call) -> Running:
        """Starts a call, and returns at once."""
        ...

    def close_transport(self) -> None:
        """Closes the transport alone."""
        ...

    def close(self) -> None:
        """Closes the transport, and what drives it."""
        ...


def read_all(running: Running) -> bytes:
    """The whole body; the answer is closed after it."""
    running.head()
    pieces: list[bytes] = []
    while piece := running.read():
        pieces.append(piece)
    running.close()
    return b"".join(pieces)


def named(path: str) -> object:
    """What `module:name` names."""
    module, _, name = path.partition(":")
    found: object = vars(import_module(module))[name]
    return found


class AsyncSubject:
    """Runs a transport on a loop of its own, in a thread."""

    def __init__(self, make: Callable[[], AsyncTransport], new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._loop = new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._transport = make()

    def start(self, call: Call) -> "AsyncRunning":
        """Starts a call."""
        return AsyncRunning(self, self.run(self._transport.send(call)))

    def run(self, work: Coroutine[object, object, T]) -> "concurrent.futures.Future[T]":
        """Runs `work` on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close_transport(self) -> None:
        """Closes the transport alone."""
        self.run(self._transport.close()).result(PATIENCE)

    def close(self) -> None:
        """Closes the transport, then the loop."""
        self.close_transport()
        self.run(self._loop.shutdown_asyncgens()).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


class AsyncRunning:
    """A call on a loop."""

    def __init__(self, subject: AsyncSubject, sending: "concurrent.futures.Future[AsyncAnswer]") -> None:
        self._subject = subject
        self._sending = sending
        self._reading: concurrent.futures.Future[bytes] | None = None

    def head(self) -> Head:
        """Waits for the head."""
        return self._sending.result(PATIENCE).head

    def read(self) -> bytes:
        """Waits for the next piece."""
        return self.reading().result(PATIENCE)

    def reading(self) -> "concurrent.futures.Future[bytes]":
        """Begins to wait for the next piece."""
        self._reading = self._subject.run(self._sending.result(PATIENCE).read())
        return self._reading

    def close(self) -> None:
        """Closes the answer."""
        self._subject.run(self._sending.result(PATIENCE).close()).result(PATIENCE)

    def cancel(self) -> None:
        """Cancels the task that waits."""
        (self._sending if self._reading is None else self._reading).cancel()


class BlockingSubject:
    """Runs the calls of a transport in threads."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        self._threads = concurrent.futures.ThreadPoolExecutor(max_workers=128)
        self._transport = make()

    def start(self, call: Call) -> "BlockingRunning":
        """Starts a call."""
        return BlockingRunning(self, self.run(lambda: self._transport.send(call)))

    def run(self, work: Callable[[], T]) -> "concurrent.futures.Future[T]":
        """Runs `work` in a thread."""
        return self._threads.submit(work)

    def close_transport(self) -> None:
        """Closes the transport alone."""
        self._transport.close()

    def close(self) -> None:
        """Closes the transport, then the threads."""
        self._transport.close()
        self._threads.shutdown()


class BlockingRunning:
    """A call in a thread."""

    def __init__(self, subject: BlockingSubject, sending: "concurrent.futures.Future[Answer]") -> None:
        self._subject = subject
        self._sending = sending

    def head(self) -> Head:
        """Waits for the head."""
        return self._sending.result(PATIENCE).head

    def read(self) -> bytes:
        """Waits for the next piece."""
        return self.reading().result(PATIENCE)

    def reading(self) -> "concurrent.futures.Future[bytes]":
        """Begins to wait for the next piece."""
        return self._subject.run(self._sending.result(PATIENCE).read)

    def close(self) -> None:
        """Closes the answer."""
        self._sending.result(PATIENCE).close()

    def cancel(self) -> None:
        """Blocking code has nothing to cancel."""
        raise NotImplementedError("blocking code has nothing to cancel")
