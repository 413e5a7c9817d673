"""`accord serve` without its command line: from a file or the environment to a gateway that answers."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from accord.core.error import ConfigError
from accord.engine.limiter import Limiter
from accord.gateway.announce import announcement
from accord.gateway.build import builder
from accord.gateway.config import Config, GatewaySettings, ServerName, default_config, load_config
from accord.gateway.gateway import Gateway
from accord.gateway.listen import bound, check_reach, check_server, port_of
from accord.gateway.log import lifecycle, set_up
from accord.gateway.metrics.board import Board, Place
from accord.gateway.open_file_limit import allow_connections
from accord.gateway.process import serve_here
from accord.gateway.stand_in import StandIn
from accord.gateway.station import Station
from accord.gateway.stored.open import check_store
from accord.gateway.tls import Certificate, check_tls
from accord.gateway.tracing import check_tracing
from accord.gateway.worker import Workers
from accord.providers import ProviderBase


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says over the configuration."""

    host: str | None = None
    port: int | None = None
    workers: int | None = None
    server: ServerName | None = None


class Start:
    """A gateway that is about to be started."""

    def __init__(
        self, path: Path | None, environ: Mapping[str, str], overrides: Overrides, bring: Callable[[], StandIn]
    ) -> None:
        """`path` is the configuration file, `None` for the environment alone; where that has no provider either,
        `bring` makes the one that is brought along. Raises `ConfigError`.
        """
        self._path = path
        self._environ = environ
        self._overrides = overrides
        self._bring = bring
        self._stand_in: StandIn | None = None
        self._standing: Mapping[str, ProviderBase] = {}
        self._reloading: asyncio.Task[None] | None = None
        self._outdated = False
        """Whether the files may have changed since they were last read."""
        self._certificate: Certificate | None = None
        self.config: Config = self.read()

    def read(self) -> Config:
        """Reads the configuration. Raises `ConfigError`, also where it would let everybody in."""
        config = self._from_environment() if self._path is None else load_config(self._path, self._environ)
        settings = _overridden(config.gateway, self._overrides)
        check_reach(settings)
        check_server(settings)
        check_tls(settings.tls)
        check_tracing(settings.tracing)
        notes = (*config.notes, *check_store(settings))
        return msgspec.structs.replace(config, gateway=settings, notes=notes)

    def _from_environment(self) -> Config:
        config = default_config(self._environ)
        if config.providers:
            return config
        if self._stand_in is None:
            self._stand_in = self._bring()
        stand_in = self._stand_in
        return Config(source=stand_in.label, providers=self._standing, models=stand_in.models)

    def run(self, say: Callable[[str], None]) -> int:
        """Serves until told to stop. `say` gets what a person should read. Returns the exit code."""
        settings = self.config.gateway
        set_up(settings.logging)
        allow_connections(settings.limits.connections)
        for note in self.config.notes:
            lifecycle.warning("%s", note)
        # Bound once without sharing: else a second gateway on the port would go unnoticed and take half the requests.
        sock = bound(settings.host, settings.port, shared=False)
        port = port_of(sock)

        def announce() -> None:
            if settings.logging.format == "json":
                lifecycle.info("ready on %s:%d", settings.host, port)
            else:
                say(announcement(self.config, port))

        if settings.workers > 1:
            sock.close()
            return self._serve_by_workers(port, announce)
        self._serve(sock, announce)
        return 0

    def _serve_by_workers(self, port: int, announce: Callable[[], None]) -> int:
        """Serves by several processes at a port that was free. Returns the exit code."""
        # Forking and its locks are there where several workers are.
        from accord.gateway.shared_limiter import SharedLimiter  # noqa: PLC0415

        settings = self.config.gateway
        # Held by the parent, not listened on: it keeps the port while workers come and go.
        held = bound(settings.host, port, shared=True)
        board, limiter = Board(settings.workers), SharedLimiter()

        def work(ready: Callable[[], None], parent: int, number: int) -> None:
            self._serve(bound(settings.host, port, shared=True), ready, parent, Place(board, number), limiter)

        try:
            return Workers(settings.workers, work, ready=announce, reload=self._reread).run()
        finally:
            held.close()
            limiter.close()

    def _serve(
        self,
        sock: socket.socket,
        started: Callable[[], None],
        parent: int | None = None,
        place: Place | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        settings = self.config.gateway
        self._certificate = Certificate(settings.tls) if settings.tls is not None else None
        station = Station(sock=sock, started=started, reload=self._reload, parent=parent, certificate=self._certificate)
        serve_here(builder(self._prepare, self._finish, place, limiter), station, settings.server)

    async def _prepare(self) -> Config:
        if self._stand_in is None:
            return self.config
        self._standing = await self._stand_in.start()
        return msgspec.structs.replace(self.config, providers=self._standing)

    async def _finish(self) -> None:
        if self._stand_in is not None:
            await self._stand_in.stop()

    def _reload(self, gateway: Gateway) -> None:
        self._outdated = True
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.get_running_loop().create_task(self._catch_up(gateway))

    async def _catch_up(self, gateway: Gateway) -> None:
        while self._outdated:
            self._outdated = False
            await self._renew(gateway)

    async def _renew(self, gateway: Gateway) -> None:
        if not await gateway.reload(self.read) or self._certificate is None or gateway.tls is None:
            return
        try:
            self._certificate.renew(gateway.tls)
        except ConfigError as error:
            # They were right a moment ago, when the configuration was read.
            lifecycle.error("the certificate's files changed meanwhile, the old one stays in use: %s", error.message)

    def _reread(self) -> bool:
        """Reads the configuration in the parent, for the workers that are started from now on."""
        try:
            self.config = self.read()
        except ConfigError as error:
            lifecycle.error("the new configuration is wrong, the old one stays in use:\n%s", error.message)
            return False
        return True


def _overridden(settings: GatewaySettings, overrides: Overrides) -> GatewaySettings:
    return msgspec.structs.replace(
        settings,
        host=settings.host if overrides.host is None else overrides.host,
        port=settings.port if overrides.port is None else overrides.port,
        workers=settings.workers if overrides.workers is None else overrides.workers,
        server=settings.server if overrides.server is None else overrides.server,
    )
