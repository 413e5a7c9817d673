"""Where the server of one process stands: its socket, and what tells it to stop or to read its configuration again."""

import asyncio
import signal
import socket
from collections.abc import Callable

import msgspec

from accord.gateway.gateway import Gateway
from accord.gateway.tls import Certificate


class Station(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a server is given by its process."""

    sock: socket.socket
    """Bound to the address, listening or not."""
    started: Callable[[], None]
    """Called once requests can come."""
    reload: Callable[[Gateway], object]
    """Called with the gateway on SIGHUP."""
    parent: int | None = None
    """A file descriptor that ends with the parent process, and with it this one, which leaves SIGINT to its parent."""
    certificate: Certificate | None = None
    """Makes it HTTPS."""

    def heed(self, *, stop: Callable[[], None], reload: Callable[[], object]) -> None:
        """Has `stop` called by SIGTERM, by Ctrl-C and by the end of the parent, and `reload` by SIGHUP. Needs a running loop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stop)
        loop.add_signal_handler(signal.SIGHUP, reload)
        if self.parent is None:
            loop.add_signal_handler(signal.SIGINT, stop)
        else:
            loop.add_reader(self.parent, _orphaned, loop, self.parent, stop)


def _orphaned(loop: asyncio.AbstractEventLoop, parent: int, stop: Callable[[], None]) -> None:
    loop.remove_reader(parent)
    stop()
