"""One process that serves: the event loop and the server on it."""

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from accord.gateway.asgi import Application
from accord.gateway.gateway import Gateway
from accord.gateway.log import lifecycle
from accord.gateway.uvicorn_server import serve

if TYPE_CHECKING:
    from asyncio import new_event_loop
else:
    try:
        from uvloop import new_event_loop
    except ImportError:  # pragma: no cover - there is no uvloop for Windows
        from asyncio import new_event_loop


def serve_here(
    application: Application,
    sock: socket.socket,
    *,
    started: Callable[[], None],
    reload: Callable[[Gateway], object],
    parent: int | None = None,
) -> None:
    """Serves until told to stop.

    Args:
        application: what to serve.
        sock: bound to the address.
        started: called once requests can come.
        reload: called with the gateway on SIGHUP.
        parent: a file descriptor that ends with the parent process, and with it this one.
    """

    def ready() -> None:
        # What is there now stays for good: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        started()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(application, [sock], ready, reload, parent))
    lifecycle.info("stopped")
