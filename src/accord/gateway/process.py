"""One process that serves: the event loop and the server on it."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from accord.gateway.config import ServerName
from accord.gateway.gateway import Gateway
from accord.gateway.log import lifecycle
from accord.gateway.log_writer import lines
from accord.gateway.server.serve import serve
from accord.gateway.tls import Certificate

if TYPE_CHECKING:
    from asyncio import new_event_loop
else:
    try:
        from uvloop import new_event_loop
    except ImportError:  # pragma: no cover - there is no uvloop for Windows
        from asyncio import new_event_loop


LOOP = new_event_loop.__module__.partition(".")[0]
"""Whose event loop it is: `uvloop`, or `asyncio` where there is no uvloop."""


Build = Callable[[], Awaitable[Gateway]]
"""Builds the gateway once the loop runs."""


def serve_here(
    build: Build,
    sock: socket.socket,
    *,
    server: ServerName,
    started: Callable[[], None],
    reload: Callable[[Gateway], object],
    parent: int | None = None,
    certificate: Certificate | None = None,
) -> None:
    """Serves until told to stop.

    Args:
        build: makes what is served.
        sock: bound to the address.
        server: what reads and writes HTTP.
        started: called once requests can come.
        reload: called with the gateway on SIGHUP.
        parent: a file descriptor that ends with the parent process, and with it this one.
        certificate: makes it HTTPS.
    """

    def ready() -> None:
        # What is there now stays for good: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        started()

    serving = _serve_uvicorn if server == "uvicorn" else _serve_own
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(serving(build, sock, ready, reload, parent, certificate))
    finally:
        # Workers end without Python's own farewell.
        lines.close()
    lifecycle.info("stopped")


async def _serve_own(
    build: Build,
    sock: socket.socket,
    ready: Callable[[], None],
    reload: Callable[[Gateway], object],
    parent: int | None,
    certificate: Certificate | None,
) -> None:
    await serve(await build(), [sock], ready, reload, parent, certificate)


async def _serve_uvicorn(
    build: Build,
    sock: socket.socket,
    ready: Callable[[], None],
    reload: Callable[[Gateway], object],
    parent: int | None,
    certificate: Certificate | None,
) -> None:
    # Importing uvicorn costs a tenth of a second and 10 MB, which only those pay who serve by it.
    from accord.gateway import uvicorn_server  # noqa: PLC0415
    from accord.gateway.asgi import Application  # noqa: PLC0415

    await uvicorn_server.serve(Application(build), [sock], ready, reload, parent, certificate)
