"""Compiled gateways and routers for models, all in Rust.

Each has one upstream for a process as it is used here, so it is started once for each kind. The routers spread requests over
workers; with one worker the round robin is the policy that costs least.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.payload import KEY
from benchmarks.gateway.peer.package import from_crates, from_pypi
from benchmarks.gateway.peer.setup import Place, Setup, bases
from benchmarks.gateway.process import free_port

_ONE_THREAD = ("env", "TOKIO_WORKER_THREADS=1")


def vllm_router(_folder: Path, upstreams: Upstreams) -> list[Setup]:
    """vLLM's router. It can check no caller's key, and logs requests only where something went wrong."""
    program = from_pypi("vllm-router", "vllm-router") / "vllm-router"
    return _routers([str(program)], upstreams, ["--log-level", "info"])


def sglang_router(_folder: Path, upstreams: Upstreams, *, bare: bool = False) -> list[Setup]:
    """SGLang's router; it logs a request twice: when it comes and when it was answered.

    It could check a caller's key, but with one it sends two `authorization` headers on, which the upstream's nginx refuses.
    """
    program = from_pypi("sglang-router", "sglang-router") / "sglang-router"
    return _routers([str(program), "launch"], upstreams, ["--log-level", "error" if bare else "info"])


def smg(_folder: Path, upstreams: Upstreams, *, bare: bool = False) -> list[Setup]:
    """The Shepherd Model Gateway, grown from SGLang's router; it routes by the model's name, checks the key and logs as that does."""
    program = from_pypi("smg", "smg") / "smg"
    options = ["--log-level", "error"] if bare else ["--api-key", KEY, "--log-level", "info"]
    return _routers([str(program), "launch"], upstreams, options)


def _routers(program: Sequence[str], upstreams: Upstreams, options: Sequence[str]) -> list[Setup]:
    setups: list[Setup] = []
    for kind, base in bases(upstreams).items():
        port = free_port()
        command = [*_ONE_THREAD, *program, "--host", "127.0.0.1", "--port", str(port), "--worker-urls", base]
        command += ["--policy", "round_robin", "--prometheus-host", "127.0.0.1", "--prometheus-port", str(free_port())]
        setups.append(Setup([*command, *options], {kind: Place(port)}))
    return setups


_ALLOWED = json.dumps(
    {
        "bundleVersion": "1.0",
        "policies": [
            {
                "name": "models",
                "type": "model_allowlist",
                "mode": "enforce",
                "config": {"allowed": ["plain", "paced", "short"]},
            }
        ],
    }
)


def noveum(_folder: Path, upstreams: Upstreams, *, bare: bool = False) -> list[Setup]:
    """Noveum's gateway, built from its crate: it allows only models that are named, prices answers, and logs requests.

    It passes the caller's key on to the provider. Limits of requests and of money it has only with its maker's service.
    """
    program = from_crates("noveum", "noveum-ai-gateway")
    setups: list[Setup] = []
    for kind, base in bases(upstreams).items():
        port = free_port()
        told = ["HOST=127.0.0.1", f"PORT={port}", "WORKER_THREADS=1", f"OPENAI_BASE_URL={base}"]
        told += ["RUST_LOG=error"] if bare else ["RUST_LOG=info", f"NOVEUM_GUARD_POLICIES={_ALLOWED}"]
        setups.append(Setup(["env", *told, str(program)], {kind: Place(port)}))
    return setups
