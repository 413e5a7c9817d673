"""uvicorn, set up strictly: httptools and nothing else, and our own signals. See `uvicorn_protocol.py` for what it reads.

Its own handling of signals ends the process by the signal even after an orderly stop.
"""

import contextlib
import socket
from collections.abc import Callable, Generator

import uvicorn
from uvicorn.config import Config as UvicornConfig

from accord.gateway.asgi import Application
from accord.gateway.station import Station
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


async def serve(application: Application, station: Station) -> None:
    """Serves until it is told to stop. Returns when requests in flight are over, or were broken off."""
    certificate = station.certificate
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
    server = OwnedServer(config, application, station.started)

    def stop() -> None:
        if server.should_exit:
            server.force_exit = True
            return
        server.should_exit = True
        if server.started:
            application.gateway.drain()
            config.timeout_graceful_shutdown = int(application.gateway.patience + BACKSTOP)

    station.heed(stop=stop, reload=lambda: server.started and station.reload(application.gateway))
    await server.serve([station.sock])
