"""What a whole answer from one target can do without: loaded by the first call that needs it."""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.engine.event_stream_async import AsyncEventStream
    from accord.engine.event_stream_sync import EventStream
    from accord.engine.route_async import AsyncRoutes
    from accord.engine.route_sync import Routes
    from accord.flows.media import host_of, inlined
    from accord.transport.fetch_async import AsyncFetcher
    from accord.transport.fetch_blocking import Fetcher

__all__ = ["AsyncEventStream", "AsyncFetcher", "AsyncRoutes", "EventStream", "Fetcher", "Routes", "host_of", "inlined"]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.engine.event_stream_async": ("AsyncEventStream",),
            "accord.engine.event_stream_sync": ("EventStream",),
            "accord.engine.route_async": ("AsyncRoutes",),
            "accord.engine.route_sync": ("Routes",),
            "accord.flows.media": ("host_of", "inlined"),
            "accord.transport.fetch_async": ("AsyncFetcher",),
            "accord.transport.fetch_blocking": ("Fetcher",),
        },
    )
