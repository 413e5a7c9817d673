"""uvicorn's reading of HTTP, held to the rules of the own server.

uvicorn bounds neither the size of a request's head nor the time it may take, takes lines after a body for headers, loses the
body of a request that wishes for another protocol, and answers what does not parse with plain text.
"""

import asyncio
from functools import partial
from typing import cast

import httptools
from uvicorn.config import Config as UvicornConfig
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from accord.core.json import dumps
from accord.gateway.asgi import CUT, Application
from accord.gateway.server import farewell
from accord.gateway.server.head import BadRequest, check_head, fed, head_size, plain_head
from accord.gateway.server.limit import FRAMING_BYTES
from accord.gateway.server.target import target


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: UvicornConfig,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(config.app, Application)
        self._gateway = config.app.gateway
        self._limits = self._gateway.service.limits
        self._in_head = True
        self._head_size = 0
        self._since = 0
        """Bytes since the last head or piece of a body."""
        self._head_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._deaf = False
        """Whether what comes is thrown away."""
        self._bad: BadRequest | None = None
        """What came that is no request; refused when all before it has been answered."""
        self._upgrading = False
        """Whether a request was read that wishes for another protocol, and is read again without that."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own has it
        """Starts to wait for the first head."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing any more."""
        self._stop_waiting()
        self._taken()
        super().connection_lost(exc)

    # Reading.

    def data_received(self, data: bytes) -> None:
        """Reads on, and counts what belongs to a head."""
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        self._since += len(data)
        try:
            rest = fed(self.parser, data)
            while rest is not None:
                rest = self._fed_plainly(rest)
            self._check_sizes(len(data))
        except BadRequest as bad:
            self._refuse(bad)

    def _fed_plainly(self, rest: memoryview) -> memoryview | None:
        """Reads a request again that wished for another protocol, and goes on with what follows its head."""
        again = plain_head(self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers)
        self._upgrading = False
        # A new one: the old one takes nothing any more after `Connection: close`.
        self.parser: httptools.HttpRequestParser = httptools.HttpRequestParser(self)
        fed(self.parser, again)
        return fed(self.parser, rest)

    def _check_sizes(self, size: int) -> None:
        if not self._in_head:
            if self._since > FRAMING_BYTES:
                raise BadRequest(431, "What frames the body of the request is too long.")
            return
        # All of it belongs to the head, but for the end of a body before it.
        self._head_size += size
        if self._head_size > self._limits.head_bytes:
            raise BadRequest(431, "The head of the request is too long.")
        if self._head_timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True
        self._head_size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line; lines after the body are none."""
        if not self._in_head:
            return
        if len(self.headers) >= self._limits.headers:
            raise BadRequest(431, f"The request has more than {self._limits.headers} headers.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is complete."""
        if self.parser.should_upgrade():
            self._upgrading = True
            return
        self._in_head = False
        self._since = 0
        self._stop_waiting()
        self._check_head()
        breaking: dict[str, object] = {}
        cast("dict[str, object]", self.scope)["extensions"] = {CUT: breaking}
        super().on_headers_complete()
        breaking["cut"] = partial(self._cut, self.cycle)

    def _check_head(self) -> None:
        if head_size(self.url, self.headers) > self._limits.head_bytes:
            raise BadRequest(431, "The head of the request is too long.")
        headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers])
        version = self.parser.get_http_version()
        path, query = target(self.url, headers)
        check_head(version, headers, dict(headers))
        self.url: bytes = path + b"?" + query if query else path
        self.expect_100_continue: bool = self.expect_100_continue and version != "1.0"

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._since = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete; what follows belongs to the next."""
        if self._upgrading:
            return
        super().on_message_complete()
        self._head_size = self._since = 0
        if not self.parser.should_keep_alive():
            # A line after the body may say so as well.
            self.cycle.keep_alive = False

    # Time.

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
        self._refuse(BadRequest(408, "The head of the request did not arrive in time."))

    def pause_writing(self) -> None:
        """The caller reads slowly."""
        super().pause_writing()
        self._watch_taking(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The caller has caught up."""
        self._taken()
        super().resume_writing()

    def _watch_taking(self, unsent: int) -> None:
        def look() -> None:
            left = self.transport.get_write_buffer_size()
            if left == unsent:
                self.transport.abort()
            else:
                self._watch_taking(left)

        self._answer_timer = self.loop.call_later(self._limits.answer_seconds, look)

    def _taken(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    # Endings.

    def on_response_complete(self) -> None:
        """An answer is complete: the next one is begun, or what is no request refused."""
        last = not self.pipeline
        super().on_response_complete()
        if self.transport.is_closing():
            farewell.close(self.transport, self.loop)
        elif last and self._bad is not None:
            self._turn_away(self._bad)

    def shutdown(self) -> None:
        """The server stops: a connection without a request ends now, another one with its answer."""
        super().shutdown()
        if self.transport.is_closing():
            farewell.close(self.transport, self.loop)

    def _cut(self, cycle: RequestResponseCycle) -> None:
        """Ends the connection in the midst of an answer: what was sent gets there, the last chunk never comes."""
        cycle.disconnected = True
        cycle.message_event.set()
        self.transport.close()

    def _refuse(self, bad: BadRequest) -> None:
        self._deaf = True
        if self.transport.is_closing():
            return
        # There is no cycle before the first head, whatever its annotation says.
        newest = cast("RequestResponseCycle | None", self.cycle)
        if newest is None or newest.response_complete:
            self._turn_away(bad)
            return
        if not newest.more_body:
            # Requests before it are whole, and get their answers first.
            self._bad = bad
            return
        # It is in the body of the newest request.
        if self.pipeline:
            self.pipeline.popleft()
            self._bad = bad
            return
        newest.disconnected = True
        newest.message_event.set()
        # In the midst of an answer, another one would be nonsense.
        if newest.response_started:
            self._linger()
        else:
            self._turn_away(bad)

    def _turn_away(self, bad: BadRequest) -> None:
        if self.transport.is_closing():
            return
        self._gateway.service.turn_away(bad.status, bad.message, self.client[0] if self.client else "")
        body = dumps({"error": {"message": bad.message, "type": "invalid_request_error", "param": None, "code": None}})
        head = f"HTTP/1.1 {bad.status} \r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self._linger()

    def _linger(self) -> None:
        self._deaf = True
        farewell.linger(self.transport, self.loop)
