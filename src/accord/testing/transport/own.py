"""Accord's own transports, and where those over httpx2 fall short."""

from accord.testing.transport.subject import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation(name="asyncio", kind="asyncio", factory="accord.transport.asyncio_http1:AsyncHttp1"),
    Implementation(
        name="uvloop",
        kind="asyncio",
        factory="accord.transport.asyncio_http1:AsyncHttp1",
        loop="uvloop:new_event_loop",
    ),
    Implementation(name="blocking", kind="blocking", factory="accord.transport.blocking_http1:Http1"),
    Implementation(
        name="httpx2-asyncio",
        kind="asyncio",
        factory="accord.transport.httpx2_async:AsyncHttpxTransport",
        deviations={},
    ),
    Implementation(
        name="httpx2-blocking",
        kind="blocking",
        factory="accord.transport.httpx2_blocking:HttpxTransport",
        deviations={},
    ),
)
