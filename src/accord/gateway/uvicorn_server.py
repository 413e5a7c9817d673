"""uvicorn, set up strictly: httptools and nothing else, and our own signals. See `uvicorn_protocol.py` for what it reads.

Its own handling of signals ends the process by the signal even after an orderly stop.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator

import uvicorn
from uvicorn.config import Config as UvicornConfig

from accord.gateway.asgi import Application
from accord.gateway.gateway import Gateway
from accord.gateway.tls import Certificate
from accord.gateway.uvicorn_protocol import BoundedProtocol

BACKSTOP = 3.0
"""Seconds that uvicorn waits longer than the gateway, which ends its own requests properly."""


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
