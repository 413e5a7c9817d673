"""The running gateway of one process: the service in use, the requests in flight, and how both come to an end."""

import asyncio
from collections.abc import Awaitable, Callable

from accord.core.error import ConfigError
from accord.gateway.config import Config, ResponsesSettings, TlsSettings, TracingSettings
from accord.gateway.health import Health
from accord.gateway.log import lifecycle, set_up
from accord.gateway.metrics.tally import Gauges, Tally, in_flight
from accord.gateway.service import Service
from accord.gateway.serving import Serving
from accord.gateway.visit import Visit

Read = Callable[[], Config]
"""Reads the configuration. Raises `ConfigError`."""


class Gateway:
    """Serves requests by the newest configuration that was right."""

    def __init__(
        self,
        config: Config,
        build: Callable[[Config], Service],
        health: Health,
        close: Callable[[], Awaitable[None]],
        tally: Tally | None = None,
        waiting: Callable[[], dict[str, int]] = dict,
    ) -> None:
        """`build` makes a service; `close` lets go of what services share. `tally` is told how the process is doing, and by
        `waiting` how many calls wait for each target.
        """
        self.service: Service = build(config)
        self.visits: dict[Visit, Serving] = {}
        """Every request in flight, with what serves it."""
        self.connections: Callable[[], int] | None = None
        """Counts callers' open connections, where the server can."""
        if tally is not None:
            tally.gauges = self._gauges
        self._waiting = waiting
        self._build = build
        self._health = health
        self._close = close
        self._config = config

    async def reload(self, read: Read) -> bool:
        """Serves new requests by a new configuration. Where that is wrong, the old one stays, and the log says why.

        Requests in flight go on as they began. It is read beside the event loop: a large file takes a second, in which no
        stream should stand still.
        """
        try:
            config = await asyncio.to_thread(read)
            service = self._build(config)
        except ConfigError as error:
            lifecycle.error("the new configuration is wrong, the old one stays in use:\n%s", error.message)
            return False
        if _place(config) != _place(self._config):
            lifecycle.warning(
                "where the gateway listens and whether by TLS, its number of workers, where responses are kept and where spans go only "
                "change when it is started anew"
            )
        self.service = service
        self._config = config
        set_up(config.gateway.logging)
        lifecycle.info("serving by the new configuration from %s", config.source)
        return True

    @property
    def patience(self) -> float:
        """Seconds that requests in flight may go on after the signal to stop."""
        return self._config.gateway.drain

    @property
    def tls(self) -> TlsSettings | None:
        """The certificate in the newest configuration."""
        return self._config.gateway.tls

    def drain(self) -> None:
        """Is told to stop: probes are told, and requests in flight get their last seconds."""
        self._health.draining = True
        lifecycle.info("stopping; %d requests in flight have %g seconds", len(self.visits), self.patience)
        asyncio.get_running_loop().call_later(self.patience, self._break_off)

    async def close(self) -> None:
        """Lets go of everything."""
        await self._close()

    def _gauges(self) -> Gauges:
        connections = self.connections() if self.connections is not None else None
        return Gauges(in_flight(self.visits, self._config.models), self._waiting(), connections)

    def _break_off(self) -> None:
        loop = asyncio.get_running_loop()
        for visit, serving in self.visits.items():
            if visit.stopped is None:
                visit.stopped = "shutdown"
                # After whatever was about to begin: a task that was cancelled before its first step never ends what it should.
                loop.call_soon(serving.cancel)


def _place(config: Config) -> tuple[str, int, int, ResponsesSettings, TracingSettings, bool]:
    settings = config.gateway
    return (
        settings.host,
        settings.port,
        settings.workers,
        settings.responses,
        settings.tracing,
        settings.tls is None,
    )
