"""What runs while the benchmark does: upstreams, nginx as proxy, the gateway on each of its servers, and peers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.gateway import accord_config, nginx
from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.process import AROUND, MEASURED, Started, free_port, python

NGINX, ACCORD, UVICORN = "nginx", "Accord", "Accord on uvicorn"
SERVERS = {ACCORD: "accord", UVICORN: "uvicorn"}
ROUTES = {"plain": "", "tls": "", "paced": "/paced", "short": "/short"}


@dataclass
class Stage:
    """The running processes, and how to reach them."""

    folder: Path
    upstreams: Upstreams
    around: dict[str, Started] = field(default_factory=dict)
    """The upstreams."""
    measured: dict[str, Started] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    """Where the gateways listen; nginx listens at `nginx_ports`."""
    nginx_ports: dict[str, int] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The gateway's configuration."""
        return self.folder / "accord.yaml"


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Starts all, and ends all."""
    with ExitStack() as ending:

        def start(name: str, command: list[str], processor: int, port: int) -> Started:
            started = Started(command, processor, folder / f"{name.replace(' ', '-')}.log")
            ending.callback(started.stop)
            return started.wait_for(port)

        upstreams = Upstreams(free_port(), free_port(), free_port(), nginx.certificate(folder))
        made = Stage(folder, upstreams)
        fixed = nginx.fixed(folder, upstreams.plain, upstreams.tls)
        made.around["fixed answers"] = start("upstream", fixed, AROUND, upstreams.plain)
        streaming = python("benchmarks.gateway.upstream", str(upstreams.streams))
        made.around["streams"] = start("streams", streaming, AROUND, upstreams.streams)
        made.nginx_ports = {name: free_port() for name in ROUTES}
        made.measured[NGINX] = start(NGINX, _proxy(made), MEASURED, made.nginx_ports["plain"])
        accord_config.write(made.config, upstreams)
        for name, server in SERVERS.items():
            port = made.ports[name] = free_port()
            made.measured[name] = start(name, accord_config.command(made.config, port, server), MEASURED, port)
        yield made


def _proxy(made: Stage) -> list[str]:
    ports, streams = made.nginx_ports, made.upstreams.streams
    routes = {
        ports["plain"]: f"http://127.0.0.1:{made.upstreams.plain}",
        ports["tls"]: f"https://127.0.0.1:{made.upstreams.tls}",
        ports["paced"]: f"http://127.0.0.1:{streams}",
        ports["short"]: f"http://127.0.0.1:{streams}",
    }
    return nginx.proxy(made.folder, routes, made.upstreams.authority, frozenset((ports["paced"], ports["short"])))
