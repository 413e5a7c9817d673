"""The fake provider: a real HTTP server that speaks a vendor's wire, does what a test tells it, and says what it saw."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from accord.core.dialect import Dialect
from accord.core.http import Headers
from accord.core.message import parts_of
from accord.core.part import Part
from accord.testing.fake.behaviour import Failure, Reply, Scripted
from accord.testing.fake.delivery import Delivery
from accord.testing.fake.desk import Account, Desk
from accord.testing.fake.ledger import Ledger
from accord.testing.fake.loop_thread import LoopThread
from accord.testing.fake.script import Scope, Script
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.server import Server
from accord.testing.fake.vendor import Reception, Vendor
from accord.testing.fake.vendors import VENDORS

KEY = "sk-test-fake"

_BODY_LIMIT = 32 * 1024 * 1024


class FakeProvider:
    """See the package's own text for how to use it.

    `with` runs it in a thread of its own, and serves blocking and asynchronous tests alike. `async with` runs it in the
    event loop of the caller, which must then not block.
    """

    def __init__(
        self,
        wire: Dialect = "openai_chat",
        *,
        key: str | None = KEY,
        strict: bool = True,
        models: tuple[str, ...] = (),
        files: tuple[str, ...] | None = None,
        context_window: int | None = None,
        body_limit: int = _BODY_LIMIT,
        remembers: int = 10_000,
        vendor: Vendor | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """A fake that is not started yet.

        Args:
            wire: what it speaks. OpenAI's two come together, as they do at OpenAI.
            key: the only key that is let in; `None` lets everybody in.
            strict: whether requests are refused that the vendor itself would refuse. Off, it is as forgiving as
                compatible servers are: it checks types, and takes fields it does not know.
            models: the models there are, all others being unknown; empty knows every name.
            files: the ids of uploaded files there are, for OpenAI's wires; `None` knows every id.
            context_window: prompts longer than this (in the fake's own tokens) are refused.
            body_limit: requests longer than this (in bytes) are refused.
            remembers: how many requests and stored responses are kept; a fake that runs for long forgets the oldest.
            vendor: in place of the wire's own, an API of other paths, doors or rules.
            host: the address to listen on.
            port: the port to listen on; 0 takes any free one.
        """
        self._vendor = vendor or VENDORS[wire]
        account = Account(
            key=key,
            strict=strict,
            models=models,
            files=files,
            context_window=context_window,
            body_limit=body_limit,
            remembers=remembers,
        )
        self.key: str = key or ""
        self._script = Script()
        self._ledger = Ledger(remembers)
        self._desk = Desk(account, self._script)
        self._address = (host, port)
        self._port: int | None = None
        self._server: Server | None = None
        self._thread: LoopThread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # Where it is.

    @property
    def origin(self) -> str:
        """Scheme, host and port. Raises `RuntimeError` before it is started."""
        if self._port is None:
            raise RuntimeError("the fake provider is not started: use it in a `with` block, or call `start()`")
        return f"http://{self._address[0]}:{self._port}"

    @property
    def url(self) -> str:
        """The base URL, as the vendor's own SDK means it (OpenAI's ends in `/v1`). Raises `RuntimeError`."""
        return self.origin + self._vendor.base

    # What it is to do.

    def script(self, *behaviours: Scripted, model: str | None = None, operation: Scope = "chat") -> None:
        """Adds to the script: each behaviour answers one request, in order, and is used up. What comes after is usual.

        With `model`, they are for requests of that model; a request that is refused by the rules uses up nothing.
        """
        self._script.add(behaviours, model, operation)

    def always(self, behaviour: Scripted, *, model: str | None = None, operation: Scope = "chat") -> None:
        """Gives a standing order for requests that the script has no line for."""
        self._script.stand(behaviour, model, operation)

    def reply(self, *content: str | Part, model: str | None = None, delivery: Delivery | None = None) -> None:
        """Adds an answer of this content to the script. `Reply` has more to set."""
        parts = tuple([part for item in content for part in parts_of(item)])
        self.script(Reply(content=parts, delivery=delivery or Delivery()), model=model)

    def fail(
        self,
        status: int,
        message: str = "",
        *,
        code: str | None = None,
        headers: Headers = (),
        model: str | None = None,
        operation: Scope = "chat",
    ) -> None:
        """Adds an error with that HTTP status (a number) to the script. `Failure` has more to set."""
        failure = Failure(status=status, message=message, code=code, headers=headers)
        self.script(failure, model=model, operation=operation)

    def release(self) -> None:
        """Lets all answers go on that are held now (see `Hold`)."""
        if self._server is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._server.gate.open)

    def clear(self) -> None:
        """Forgets the script and the requests that are over."""
        self._script.clear()
        self._ledger.clear()

    @property
    def unsaid(self) -> int:
        """Lines of the script that no request has used yet."""
        return self._script.left

    # What it saw.

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every request in the order of arrival, refused ones included."""
        return self._ledger.requests

    @property
    def last(self) -> SeenRequest:
        """The newest request. Raises `IndexError` when there was none."""
        return self._ledger.requests[-1]

    @property
    def open(self) -> int:
        """Requests that are being received or answered."""
        return self._ledger.open

    @property
    def finished(self) -> int:
        """Requests whose answer was sent as it was to be sent, scripted faults included."""
        return self._ledger.finished

    @property
    def aborted(self) -> int:
        """Requests whose caller left before the answer was whole."""
        return self._ledger.aborted

    @property
    def held(self) -> int:
        """Answers that are held now."""
        return self._ledger.held

    @property
    def dropped(self) -> int:
        """Connections closed in the face of a request (`afterwards="drop_next"`)."""
        return self._ledger.dropped

    @property
    def connections(self) -> int:
        """Connections open now."""
        return self._ledger.connections

    @property
    def connections_made(self) -> int:
        """Connections ever made."""
        return self._ledger.connections_made

    def wait_until(self, condition: "Callable[[FakeProvider], bool]", seconds: float = 5.0) -> None:
        """Blocks until `condition` holds. It is looked at whenever something changes, not now and then.

        Raises `TimeoutError` after so many seconds.
        """
        self._ledger.wait_until(lambda: condition(self), seconds)

    async def wait_until_async(self, condition: "Callable[[FakeProvider], bool]", seconds: float = 5.0) -> None:
        """The same without blocking the event loop. Raises `TimeoutError` after so many seconds."""
        await asyncio.to_thread(self.wait_until, condition, seconds)

    # Its life.

    def start(self) -> "FakeProvider":
        """Starts it in a thread of its own. Raises `OSError` where the port cannot be had."""
        self._check_stopped()
        self._thread = LoopThread("accord-fake-provider")
        try:
            self._thread.run(self._listen())
        except OSError:
            self._thread.stop()
            self._thread = None
            raise
        return self

    def stop(self) -> None:
        """Stops it, breaking off what is in flight. Raises what went wrong in making up an answer, if anything did."""
        if self._server is not None:
            if self._thread is None:
                raise RuntimeError("the fake provider runs in an event loop: stop it there with `await stop_here()`")
            self._thread.run(self._server.stop())
            self._thread.stop()
            self._thread = None
        self._check()

    async def start_here(self) -> "FakeProvider":
        """Starts it in the running event loop. Raises `OSError`."""
        self._check_stopped()
        await self._listen()
        return self

    async def stop_here(self) -> None:
        """Stops what `start_here` started. Raises like `stop`."""
        if self._server is not None:
            await self._server.stop()
        self._check()

    def __enter__(self) -> "FakeProvider":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> "FakeProvider":
        return await self.start_here()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_here()

    async def _listen(self) -> None:
        server = Server(Reception(self._vendor, self._desk).answer, self._ledger)
        self._port = await server.start(*self._address)
        self._loop = asyncio.get_running_loop()
        self._server = server

    def _check_stopped(self) -> None:
        if self._server is not None:
            raise RuntimeError("the fake provider is started already")

    def _check(self) -> None:
        server, self._server, self._port = self._server, None, None
        if server is not None and server.mistakes:
            raise server.mistakes[0]
