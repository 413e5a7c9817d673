"""What runs while the benchmark does: upstreams, nginx as proxy, the gateway on each of its servers, and peers."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.gateway import accord_config, answer, nginx
from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.load import CHAT, Target
from benchmarks.gateway.payload import request
from benchmarks.gateway.peer.failing import attempted
from benchmarks.gateway.peer.known import PEERS
from benchmarks.gateway.peer.setup import Place, Reach
from benchmarks.gateway.process import AROUND, MEASURED, Failed, Started, free_port, python

NGINX, ACCORD, UVICORN = "nginx", "Accord", "Accord on uvicorn"
READY = 30.0
"""Seconds that another gateway has until it answers."""
SERVERS: Mapping[str, str] = {ACCORD: "accord", UVICORN: "uvicorn"}


@dataclass
class Subject:
    """One gateway or proxy that is measured."""

    name: str
    process: Started
    reach: Reach = field(default_factory=Reach)
    """Where it is asked, for each kind of upstream that it can be asked for."""

    def target(self, kind: str, *, stream: bool) -> Target:
        """What to ask for one kind of upstream."""
        place = self.reach[kind]
        return Target(place.port, request(kind, stream=stream), place.path, place.headers)


@dataclass
class Stage:
    """The running processes, and how to reach them."""

    folder: Path
    upstreams: Upstreams
    servers: Mapping[str, str] = field(default_factory=lambda: SERVERS)
    """The gateway's servers that are measured, by the name that the table has for each."""
    around: list[Started] = field(default_factory=list[Started])
    """The upstreams."""
    subjects: list[Subject] = field(default_factory=list[Subject])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    """Peers that were asked for and are not there, each with the cause."""

    @property
    def config(self) -> Path:
        """The gateway's configuration."""
        return self.folder / "accord.yaml"

    @property
    def gateways(self) -> list[Subject]:
        """Accord, on each of its servers."""
        return [one for one in self.subjects if one.name in SERVERS]


Start = Callable[[str, Sequence[str], int, int], Started]
"""Starts a command by name, on a processor, and waits for a port."""


@contextmanager
def stage(
    folder: Path, peers: Sequence[str] = (), servers: Mapping[str, str] = SERVERS
) -> Generator[Stage, None, None]:
    """Starts all, and ends all."""
    with ExitStack() as ending:
        start = _starter(folder, ending)
        upstreams = Upstreams(free_port(), free_port(), free_port(), nginx.certificate(folder))
        made = Stage(folder, upstreams, servers)
        fixed = nginx.fixed(folder, upstreams.plain, upstreams.tls)
        streaming = python("benchmarks.gateway.upstream", str(upstreams.streams))
        made.around.append(start("upstream", fixed, AROUND, upstreams.plain))
        made.around.append(start("streams", streaming, AROUND, upstreams.streams))
        made.subjects.append(_nginx(made, start))
        accord_config.write(made.config, upstreams)
        for name, server in servers.items():
            port = free_port()
            process = start(name, accord_config.command(made.config, port, server), MEASURED, port)
            made.subjects.append(Subject(name, process, dict.fromkeys(accord_config.KINDS, Place(port, CHAT))))
        for name in peers:
            cause = attempted(name, partial(join, name, made, ending))
            if cause:
                made.left_out[name] = cause
        yield made


def _starter(folder: Path, ending: ExitStack) -> Start:
    """What it starts ends with `ending`."""

    def start(name: str, command: Sequence[str], processor: int, port: int) -> Started:
        started = Started(command, processor, folder / f"{name.replace(' ', '-')}.log")
        ending.callback(started.stop)
        return started.wait_for(port, 90)

    return start


def join(name: str, made: Stage, ending: ExitStack) -> None:
    """The processes of another gateway take part once each gives the upstream's own answer; else none of them runs on."""
    with ExitStack() as own:
        start = _starter(made.folder, own)
        subjects: list[Subject] = []
        for setup in PEERS[name](made.folder, made.upstreams):
            first = next(iter(setup.reach))
            process = start(f"{name}-{first}", setup.command, MEASURED, setup.reach[first].port)
            subjects.append(Subject(name, process, setup.reach))
        for one in subjects:
            for kind in answer.EXPECTED.keys() & one.reach.keys():
                wrong = answer.given(kind, one.target(kind, stream=kind != "plain"), READY)
                if wrong:
                    raise Failed(wrong)
        ending.callback(own.pop_all().close)
    made.subjects += subjects


def _nginx(made: Stage, start: Start) -> Subject:
    upstreams = made.upstreams
    streams = f"http://127.0.0.1:{upstreams.streams}"
    addresses = {
        "plain": f"http://127.0.0.1:{upstreams.plain}",
        "tls": f"https://127.0.0.1:{upstreams.tls}",
        "paced": streams,
        "short": streams,
    }
    ports = {kind: free_port() for kind in addresses}
    routes = {ports[kind]: address for kind, address in addresses.items()}
    unbuffered = frozenset(ports[kind] for kind, address in addresses.items() if address == streams)
    command = nginx.proxy(made.folder, routes, upstreams.authority, unbuffered)
    process = start(NGINX, command, MEASURED, ports["plain"])
    paths = {kind: f"/{kind}{CHAT}" if address == streams else CHAT for kind, address in addresses.items()}
    return Subject(NGINX, process, {kind: Place(port, paths[kind]) for kind, port in ports.items()})
