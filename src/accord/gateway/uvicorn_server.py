"""uvicorn, set up strictly: httptools and nothing else, bounded heads, errors in OpenAI's shape, our own signals.

uvicorn bounds neither the size of a request's head nor the time it may take, and answers what does not parse with plain
text. Its own handling of signals ends the process by the signal even after an orderly stop.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator
from functools import partial
from typing import cast

import uvicorn
from uvicorn.config import Config as UvicornConfig
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from accord.core.json import dumps
from accord.gateway.asgi import CUT, Application
from accord.gateway.gateway import Gateway
from accord.gateway.server.head import BadRequest, check_head
from accord.gateway.server.limit import LINGER_SECONDS
from accord.gateway.tls import Certificate

BACKSTOP = 3.0
"""Seconds that uvicorn waits longer than the gateway, which ends its own requests properly."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits on a head's size and time."""

    def __init__(
        self,
        config: UvicornConfig,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(config.app, Application)
        self._limits = config.app.gateway.service.limits
        self._in_head = True
        self._head_size = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._refused = False
        self._bad: BadRequest | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts to wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, and counts what belongs to a head."""
        if self._refused:
            return
        super().data_received(data)
        if not self._in_head:
            return
        # All of it belongs to the head, but for the end of a body before it.
        self._head_size += len(data)
        if self._head_size > self._limits.head_bytes:
            self._refuse(431, "The head of the request is too long.")
        elif self._head_timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True
        self._head_size = 0

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._in_head = False
        self._stop_waiting()
        headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers])
        assert self.parser is not None
        try:
            check_head(self.parser.get_http_version(), headers, dict(headers))
        except BadRequest as bad:
            # uvicorn calls `send_400_response` for whatever its parser's callbacks raise.
            self._bad = bad
            raise
        breaking: dict[str, object] = {}
        cast("dict[str, object]", self.scope)["extensions"] = {CUT: breaking}
        super().on_headers_complete()
        breaking["cut"] = partial(self._cut, self.cycle)

    def on_message_complete(self) -> None:
        """A request is complete; what follows belongs to the next."""
        super().on_message_complete()
        self._head_size = 0

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP."""
        bad = self._bad or BadRequest(400, msg)
        self._refuse(bad.status, bad.message)

    def _cut(self, cycle: RequestResponseCycle) -> None:
        """Ends the connection in the midst of an answer: what was sent gets there, the last chunk never comes."""
        cycle.disconnected = True
        cycle.message_event.set()
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self._limits.head_seconds, self._head_took_too_long)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_took_too_long(self) -> None:
        if self._head_size == 0:
            # A connection on which nobody said anything.
            self.transport.close()
            return
        self._refuse(408, "The head of the request did not arrive in time.")

    def _refuse(self, status: int, message: str) -> None:
        if self._refused or self.transport.is_closing():
            return
        # There is no cycle before the first head, whatever its annotation says.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        serving = cycle is not None and not cycle.response_complete
        if cycle is not None and serving:
            cycle.disconnected = True
            cycle.message_event.set()
        # In the midst of an answer, another one would be nonsense.
        if cycle is None or not serving or not cycle.response_started:
            body = dumps({"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}})
            head = f"HTTP/1.1 {status} \r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
            self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self._linger()

    def _linger(self) -> None:
        """Closes, and reads on for a moment: closed with bytes unread, the refusal itself would be lost."""
        self._refused = True
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


class OwnedServer(uvicorn.Server):
    """uvicorn's server, which leaves signals to its owner and tells it when requests can come."""

    def __init__(self, config: UvicornConfig, application: Application, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._application = application
        self._tell = started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Does nothing: uvicorn's own way ends the process by the signal even after an orderly stop."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen."""
        await super().startup(sockets)
        gateway = self._application.gateway
        self.config.timeout_keep_alive = int(gateway.service.limits.idle_seconds)
        gateway.connections = lambda: len(self.server_state.connections)
        self._tell()


async def serve(
    application: Application,
    sockets: list[socket.socket],
    started: Callable[[], None],
    reload: Callable[[Gateway], object],
    parent: int | None = None,
    certificate: Certificate | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT. Returns when requests in flight are over, or were broken off.

    Args:
        application: what to serve.
        sockets: bound, listening or not.
        started: called once requests can come.
        reload: called with the gateway on SIGHUP.
        parent: a file descriptor that ends with the parent process. A process that has one leaves SIGINT to its parent.
        certificate: makes it HTTPS.
    """
    config = UvicornConfig(
        application,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ssl_context_factory=None if certificate is None else lambda _config, _default: certificate.context,
    )
    server = OwnedServer(config, application, started)

    def stop() -> None:
        if server.should_exit:
            server.force_exit = True
            return
        server.should_exit = True
        if server.started:
            application.gateway.drain()
            config.timeout_graceful_shutdown = int(application.gateway.patience + BACKSTOP)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop)
    if parent is None:
        loop.add_signal_handler(signal.SIGINT, stop)
    else:
        loop.add_reader(parent, _orphaned, loop, parent, stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: server.started and reload(application.gateway))
    await server.serve(sockets)


def _orphaned(loop: asyncio.AbstractEventLoop, parent: int, stop: Callable[[], None]) -> None:
    loop.remove_reader(parent)
    stop()
