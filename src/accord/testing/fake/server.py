"""The fake's server: listens on a loopback port, in whatever event loop it is started in."""

import asyncio
import traceback
from collections.abc import Callable

from accord.testing.fake.answer import Answer
from accord.testing.fake.connection import Connection
from accord.testing.fake.ledger import Ledger
from accord.testing.fake.player import Gate
from accord.testing.fake.seen import SeenRequest

Respond = Callable[[SeenRequest], Answer]
"""Makes up the answer to a request."""


class Server:
    """Listens and answers until it is stopped."""

    def __init__(self, respond: Respond, ledger: Ledger) -> None:
        self.ledger = ledger
        self.gate: Gate = Gate(ledger)
        self.mistakes: list[Exception] = []
        """What went wrong in making up answers: a script that cannot be said on the wire, or a defect of the fake."""
        self._respond = respond
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._empty: asyncio.Future[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Begins to listen. Returns the port. Raises `OSError` where it cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self, loop), host, port, backlog=1024)
        address: tuple[str, int] = self._server.sockets[0].getsockname()
        return address[1]

    async def stop(self) -> None:
        """Stops listening and breaks off what is in flight."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        if self._connections:
            self._empty = asyncio.get_running_loop().create_future()
            await self._empty

    def opened(self, connection: Connection) -> None:
        """Takes a connection in."""
        self._connections.add(connection)

    def closed(self, connection: Connection) -> None:
        """Forgets a connection."""
        self._connections.discard(connection)
        if self._empty is not None and not self._connections and not self._empty.done():
            self._empty.set_result(None)

    def answer(self, request: SeenRequest) -> Answer:
        """What to answer. A mistake becomes a 500 that says so, and is kept for the test to trip over."""
        try:
            return self._respond(request)
        except Exception as error:  # noqa: BLE001 - the server's thread must not die of a test's mistake
            self.mistakes.append(error)
            text = "".join(traceback.format_exception(error))
            return Answer(status=500, content_type="text/plain", pieces=(text.encode(),))
