"""The gateway as it is measured: everything switched on that it has."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway.payload import CLAUDE, KEY, MODEL
from benchmarks.gateway.process import python

SERVERS = ("accord", "uvicorn")
KINDS = tuple(f"{name}{wire}" for name in ("plain", "tls", "paced", "short", "held") for wire in ("", "-claude"))
"""The names of its models: what kind of upstream, and `-claude` where it speaks Anthropic's wire."""
MANY = 1_000_000_000
"""A limit that is counted and never reached."""


@dataclass(frozen=True)
class Upstreams:
    """Ports of the upstreams, and the authority that signed for TLS."""

    plain: int
    tls: int
    streams: int
    authority: Path


def write(path: Path, upstreams: Upstreams) -> None:
    """A configuration with a key that has limits, and a group of two targets for each kind of upstream.

    The second target of a group stands by and is never asked. JSON is YAML.
    """
    streams = f"http://127.0.0.1:{upstreams.streams}"
    addresses = {
        "plain": f"http://127.0.0.1:{upstreams.plain}",
        "tls": f"https://127.0.0.1:{upstreams.tls}",
        "paced": f"{streams}/paced",
        "short": f"{streams}/short",
        "held": f"{streams}/held",
    }
    providers: dict[str, object] = {
        "standby": {"type": "openai", "api_key": "sk-test-0", "base_url": "http://127.0.0.1:9/v1"}
    }
    models: dict[str, object] = {}
    for name, address in addresses.items():
        common = {"api_key": "sk-test-0", "max_connections": 10_000}
        if name == "tls":
            common["ca_file"] = str(upstreams.authority)
        providers[name] = {"type": "openai", "base_url": f"{address}/v1", **common}
        providers[f"{name}-claude"] = {"type": "anthropic", "base_url": address, **common}
        models[name] = _group(name, MODEL)
        models[f"{name}-claude"] = _group(f"{name}-claude", CLAUDE)
    gateway = {
        "keys": [{"name": "app", "key": KEY, "limits": {"requests": MANY, "tokens": MANY * 1000}}],
        "logging": {"format": "json"},
        "metrics": {"enabled": True},
        "limits": {"connections": 20_000},
    }
    path.write_text(json.dumps({"gateway": gateway, "providers": providers, "models": models}))


def _group(provider: str, model: str) -> dict[str, object]:
    return {"targets": [{"provider": provider, "model": model}, {"provider": "standby", "model": MODEL, "tier": 1}]}


def command(config: Path, port: int, server: str) -> list[str]:
    """Serves it by one worker."""
    return python("accord.cli.main", "serve", "--config", str(config), "--port", str(port), "--server", server)
