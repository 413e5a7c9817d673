"""One process that serves: the event loop and the server on it."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from accord.gateway.config import ServerName
from accord.gateway.gateway import Gateway
from accord.gateway.log import lifecycle
from accord.gateway.log_writer import lines
from accord.gateway.server.serve import serve
from accord.gateway.station import Station

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


def serve_here(build: Build, station: Station, server: ServerName) -> None:
    """Serves until told to stop, what `build` makes."""

    def ready() -> None:
        # What is there now stays for good: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        station.started()

    serving = _serve_uvicorn if server == "uvicorn" else _serve_own
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(serving(build, msgspec.structs.replace(station, started=ready)))
    finally:
        # Workers end without Python's own farewell.
        lines.close()
    lifecycle.info("stopped")


async def _serve_own(build: Build, station: Station) -> None:
    await serve(await build(), station)


async def _serve_uvicorn(build: Build, station: Station) -> None:
    # Importing uvicorn costs a tenth of a second and 10 MB, which only those pay who serve by it.
    from accord.gateway import uvicorn_server  # noqa: PLC0415
    from accord.gateway.asgi import Application  # noqa: PLC0415

    await uvicorn_server.serve(Application(build), station)
