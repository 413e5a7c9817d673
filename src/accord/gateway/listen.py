"""Sockets to listen on, and what listens."""

import socket
from importlib.util import find_spec

from accord.core.error import ConfigError
from accord.gateway.config import GatewaySettings
from accord.gateway.origin import is_loopback


def check_reach(settings: GatewaySettings) -> None:
    """Refuses to let everybody on the network spend money. Raises `ConfigError`."""
    if not settings.keys and not is_loopback(settings.host.strip("[]")):
        raise ConfigError(
            f"without keys the gateway listens on this machine alone, and {settings.host} is open to others: "
            "add `gateway.keys` to the configuration, or serve on 127.0.0.1"
        )


def check_server(settings: GatewaySettings) -> None:
    """Raises `ConfigError` where another server than Accord's own is wanted and is not installed."""
    if settings.server == "uvicorn" and find_spec("uvicorn") is None:
        raise ConfigError("serving by uvicorn needs uvicorn: pip install 'accord[gateway]', or leave `server` out")


def bound(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket bound to the address. `shared`: other processes bind the same one, and the kernel spreads connections.

    Raises `ConfigError` where that cannot be, naming the address and why.
    """
    name = host.strip("[]")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise ConfigError(f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}") from None
    return sock


def port_of(sock: socket.socket) -> int:
    """The port a socket is bound to."""
    port = sock.getsockname()[1]
    assert isinstance(port, int)
    return port
