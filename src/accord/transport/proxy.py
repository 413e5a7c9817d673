"""Going through an HTTP proxy: plain HTTP is passed on by it, anything encrypted goes through a tunnel."""

import base64
import re
from functools import lru_cache
from urllib.parse import unquote

import msgspec

from accord.core.error import ConfigError, InvalidInput, Unreachable
from accord.core.http import Network
from accord.transport.failure import no_connection
from accord.transport.http1 import MAX_HEAD
from accord.transport.request import USER_AGENT
from accord.transport.route import Origin, bracketed, route

_PROXY = re.compile(r"(?P<scheme>[a-z0-9]+)://(?:(?P<user>[^/@]*)@)?(?P<rest>[^/@]+)/?")

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")


class Proxy(msgspec.Struct, frozen=True):
    """A proxy, read from its URL."""

    origin: Origin
    authorization: str
    """The header that lets us in, with its line end; empty where none is needed."""

    def tunnel(self, to: Origin) -> bytes:
        """The request for a tunnel to `to` (RFC 9110, section 9.3.6)."""
        authority = f"{bracketed(to.host)}:{to.port}"
        head = (
            f"CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\nuser-agent: {USER_AGENT}\r\n{self.authorization}\r\n"
        )
        return head.encode("latin-1")


@lru_cache(maxsize=64)
def proxy(url: str) -> Proxy:
    """Reads a proxy's URL. Raises `ConfigError`, whose message shows no password."""
    found = _PROXY.fullmatch(url)
    if found is None:
        raise ConfigError("a proxy must be http://host:port or http://user:password@host:port")
    if found["scheme"] != "http":
        raise ConfigError(
            f"{found['scheme']}:// proxies need the transport over httpx2: "
            "pip install 'accord[http2]', and transport=HttpxTransport() or AsyncHttpxTransport() "
            "from accord.transport.httpx2_transport"
        )
    try:
        origin = route(f"http://{found['rest']}").origin
    except InvalidInput as error:
        raise ConfigError(f"the proxy's address: {error.message}") from None
    return Proxy(origin, _authorization(found["user"]))


def passed_on(network: Network, to: Origin) -> str | None:
    """The headers for a proxy that passes requests to `to` on as they are; `None` where none does."""
    return None if network.proxy is None or to.encrypted else proxy(network.proxy).authorization


class TunnelReader:
    """Reads a proxy's answer to the request for a tunnel."""

    def __init__(self, by: Origin) -> None:
        self._by = by
        self._data = b""

    def feed(self, data: bytes) -> bool:
        """Whether the tunnel stands. Raises `Unreachable` where it does not: nothing of the call was sent."""
        if not data:
            raise self._failed("it closed the connection")
        self._data += data
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            if len(head) > MAX_HEAD:
                raise self._failed("its answer has no end")
            return False
        status = _STATUS.match(head)
        if status is None or rest:
            # In a tunnel that leads to TLS, we speak first.
            raise self._failed("its answer is not HTTP/1.1")
        if not status[1].startswith(b"2"):
            raise self._failed(f"it answered {status[1].decode()}", lasting=status[1].startswith(b"4"))
        return True

    def _failed(self, why: str, *, lasting: bool = False) -> Unreachable:
        return no_connection(self._by, "connect", f"the proxy made no tunnel: {why}", lasting=lasting)


def _authorization(user: str | None) -> str:
    if not user:
        return ""
    pair = base64.b64encode(unquote(user).encode("utf-8")).decode("ascii")
    return f"proxy-authorization: Basic {pair}\r\n"
