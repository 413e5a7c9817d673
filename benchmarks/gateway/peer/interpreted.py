"""Gateways in Python and JavaScript."""

import json
import sys
from pathlib import Path

from benchmarks.gateway.accord_config import KINDS, Upstreams
from benchmarks.gateway.payload import KEY, MODEL
from benchmarks.gateway.peer.package import from_npm, from_pypi
from benchmarks.gateway.peer.setup import Place, Setup, bases
from benchmarks.gateway.process import free_port


def litellm(folder: Path, upstreams: Upstreams) -> list[Setup]:
    """LiteLLM's proxy with one worker, a master key and no database."""
    programs = from_pypi("litellm", "litellm[proxy]")
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": f"openai/{MODEL}", "api_base": f"{base}/v1", "api_key": "sk-test-0"},
        }
        for name, base in bases(upstreams).items()
    ]
    config = folder / "litellm.json"
    config.write_text(json.dumps({"model_list": models, "general_settings": {"master_key": KEY}}))
    port = free_port()
    command = [str(programs / "litellm"), "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    return [Setup(command, dict.fromkeys(bases(upstreams), Place(port)))]


def portkey(_folder: Path, upstreams: Upstreams) -> list[Setup]:
    """Portkey's gateway on Node.js, told with each request where to send it."""
    package = from_npm("portkey", "@portkey-ai/gateway")
    port = free_port()
    where = (("x-portkey-provider", "openai"), ("x-portkey-custom-host", f"{bases(upstreams)['plain']}/v1"))
    command = ["node", str(package / "build" / "start-server.js"), f"--port={port}", "--headless"]
    return [Setup(command, {"plain": Place(port, headers=where)})]


def granian(folder: Path, _upstreams: Upstreams) -> list[Setup]:
    """Accord's own ASGI application on granian, with the configuration that its other servers have."""
    port = free_port()
    command = ["env", f"ACCORD_CONFIG={folder / 'accord.yaml'}", sys.executable, "-m", "granian"]
    command += ["--interface", "asgi", "--no-ws", "--http", "1", "--loop", "uvloop", "--port", str(port)]
    return [Setup([*command, "accord.gateway.app:app"], dict.fromkeys(KINDS, Place(port)))]
