"""Accord's own transports, and where those over httpx2 fall short."""

from accord.testing.transport.subject import Implementation

_HTTPX2 = {
    "two_lengths_are_refused": "h11 goes by the chunks where an answer has both chunks and a length",
    "unasked_bytes": "httpx2 keeps bytes that come after an answer, and takes them for the answer to the next call",
    "ended_without_a_word": "httpx2 takes any end of a TLS connection for the end of a body that has no other",
    "forked_within_a_stream": "httpx2 gives no way to its sockets: a forked child holds them open until it ends",
}
"""Of both transports over httpx2 2.16."""

_HTTPX2_ASYNCIO = {
    "answered_early": "anyio waits to write until the connection breaks, and the answer is lost",
    "closed_while_idle": "httpx2 looks for the end of an idle connection where anyio has read it already, under TLS",
}

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation(name="asyncio", kind="asyncio", factory="accord.transport.asyncio_http1:AsyncHttp1"),
    Implementation(
        name="uvloop",
        kind="asyncio",
        factory="accord.transport.asyncio_http1:AsyncHttp1",
        loop="uvloop:new_event_loop",
    ),
    Implementation(
        name="asyncio-asking", kind="asyncio", factory="accord.testing.transport.asking:AskingHttp1", whole=True
    ),
    Implementation(
        name="uvloop-asking",
        kind="asyncio",
        factory="accord.testing.transport.asking:AskingHttp1",
        whole=True,
        loop="uvloop:new_event_loop",
    ),
    Implementation(name="blocking", kind="blocking", factory="accord.transport.blocking_http1:Http1"),
    Implementation(
        name="httpx2-asyncio",
        kind="asyncio",
        factory="accord.transport.httpx2_async:AsyncHttpxTransport",
        deviations=_HTTPX2 | _HTTPX2_ASYNCIO,
    ),
    Implementation(
        name="httpx2-blocking",
        kind="blocking",
        factory="accord.transport.httpx2_blocking:HttpxTransport",
        deviations=_HTTPX2,
    ),
)
