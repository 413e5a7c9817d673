"""The gateways that can be measured beside Accord."""

from functools import partial

from benchmarks.gateway.peer.envoy import envoy
from benchmarks.gateway.peer.interpreted import granian, litellm, portkey
from benchmarks.gateway.peer.proxy import caddy, haproxy
from benchmarks.gateway.peer.router import noveum, sglang_router, smg, vllm_router
from benchmarks.gateway.peer.setup import Peer

PEERS: dict[str, Peer] = {
    "caddy": caddy,
    "caddy-bare": partial(caddy, bare=True),
    "envoy": envoy,
    "granian": granian,
    "haproxy": haproxy,
    "litellm": litellm,
    "noveum": noveum,
    "noveum-bare": partial(noveum, bare=True),
    "portkey": portkey,
    "sglang-router": sglang_router,
    "sglang-router-bare": partial(sglang_router, bare=True),
    "smg": smg,
    "smg-bare": partial(smg, bare=True),
    "vllm-router": vllm_router,
}
"""By name. `-bare` is without the log of requests, and the key check, that the same gateway otherwise has."""


def package_of(name: str) -> str:
    """The name under which it is installed."""
    return name.removesuffix("-bare")
