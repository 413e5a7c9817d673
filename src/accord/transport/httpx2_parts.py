"""What the two transports over httpx2 share: how a request, a network profile and a body look on its side."""

import ssl
from collections.abc import AsyncIterable, Iterable
from functools import lru_cache

import httpx2

from accord.core.error import ConfigError, Malformed
from accord.core.http import Call, Head, Network
from accord.transport.content import Content, content
from accord.transport.passage import IDLE
from accord.transport.request import complete_headers
from accord.transport.route import Origin, Route
from accord.transport.tls import fresh_tls


class Settings:
    """A network profile as httpx2's transports take it. Raises `ConfigError`."""

    def __init__(self, network: Network, origin: Origin) -> None:
        if network.max_connections < 1:
            raise ConfigError(f"max_connections must be 1 or more, not {network.max_connections}")
        secure = network.proxy is not None and network.proxy.startswith("https:")
        trust = _trust(network.ca_file, network.client_cert, network.verify) if origin.encrypted or secure else None
        self.verify: ssl.SSLContext | bool = False if trust is None else trust
        self.limits: httpx2.Limits = httpx2.Limits(
            max_connections=network.max_connections,
            max_keepalive_connections=network.max_connections,
            keepalive_expiry=IDLE,
        )
        self.proxy: httpx2.Proxy | None = (
            None if network.proxy is None else _proxy(network.proxy, trust if secure else None)
        )


@lru_cache(maxsize=256)
def _trust(ca_file: str | None, client_cert: str | None, verify: bool) -> ssl.SSLContext:
    """Apart from the contexts of the own transports, since httpx2 writes its protocols into it."""
    return fresh_tls(Network(ca_file=ca_file, client_cert=client_cert, verify=verify))


def _proxy(url: str, trust: ssl.SSLContext | None) -> httpx2.Proxy:
    try:
        return httpx2.Proxy(url, ssl_context=trust)
    except (ValueError, httpx2.InvalidURL):
        raise ConfigError("a proxy must be http://, https:// or socks5://, with a host and a port") from None


def request_for(
    call: Call, to: Route, extensions: dict[str, object], body: bytes | Iterable[bytes] | AsyncIterable[bytes]
) -> httpx2.Request:
    """`call` as httpx2 sends it; `body` is its body as httpx2 reads it. Raises `InvalidInput` for what cannot be written as HTTP."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in complete_headers(call, to)]
    url = f"{to.origin}{to.target}"
    return httpx2.Request(call.method, url, headers=headers, content=body, extensions=extensions)


def head_of(response: httpx2.Response) -> Head:
    """Status and headers, as they came. Raises `Malformed` for a switch of protocols, which nobody asked for."""
    if response.status_code < 200:
        raise Malformed("the server switched protocols, which nobody asked for")
    pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw]
    return Head(status=response.status_code, headers=tuple(pairs))


class Unpacking:
    """Undoes the compression of a body and bounds its size. Raises `Malformed` when built and when fed."""

    def __init__(self, head: Head, limit: int | None) -> None:
        encodings = [value for name, value in head.headers if name == "content-encoding"]
        self._content: Content | None = content(", ".join(encodings))
        self._limit = limit
        self._received = 0

    def feed(self, data: bytes) -> bytes:
        """What `data` stands for, possibly nothing yet."""
        piece = data if self._content is None or not data else self._content.feed(data)
        self._received += len(piece)
        if self._limit is not None and self._received > self._limit:
            raise Malformed(f"the body of the answer is over {self._limit} bytes")
        return piece

    def end(self) -> None:
        """Raises `Interrupted` where the compressed body is cut."""
        if self._content is not None:
            self._content.end()
