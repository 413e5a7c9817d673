"""HTTP as codecs and transports exchange it: plain values, no connection in sight."""

from operator import itemgetter
from typing import Literal, TypeAlias

import msgspec

from accord.core.blob import Data
from accord.core.dialect import Dialect
from accord.core.operation import Operation

Method: TypeAlias = Literal["GET", "POST", "DELETE"]

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header pairs in order; names lower-case, values latin-1."""


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How long to wait, in seconds. `None` waits for ever."""

    connect: float | None = 5.0
    """For a connection, TLS included."""
    first_byte: float | None = 600.0
    """From the end of sending until the head of the answer. A model that thinks before it answers is silent here."""
    idle: float | None = 300.0
    """Between two pieces of the body, the request's as the answer's. Not counted while the caller is not reading."""
    total: float | None = None
    """For everything, from the first attempt to the last byte."""


class Network(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to reach hosts. Connections are shared by calls with the same network profile, and by no others."""

    proxy: str | None = None
    """`http://user:password@host:port`, `https://`, or `socks5://`. The environment is never read."""
    ca_file: str | None = None
    """A PEM file of authorities to trust in place of the system's."""
    client_cert: str | None = None
    """A PEM file with a client certificate and its key."""
    verify: bool = True
    """`False` accepts any certificate; for tests on loopback."""
    max_connections: int = 1000
    """The most connections to one host at a time; more calls wait, no longer than their `total`."""

    def __repr__(self) -> str:
        # A proxy's address may hold a password.
        return f"Network(proxy={'***' if self.proxy else None}, max_connections={self.max_connections})"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a codec writes it, before the provider adds address and credentials."""

    operation: Operation
    dialect: Dialect | None = None
    """The wire of a conversation (and of counting its tokens), which decides the path; `None` for other operations."""
    model: str
    """The upstream model name, which some providers need in the path."""
    body: Data
    stream: bool = False
    content_type: str = "application/json"
    headers: Headers = ()
    probe: bool = False
    """Of `models`: that not the list is wanted, but the provider's word on the key, where it gives that elsewhere."""
    path: str | None = None
    """A path of the provider's own, where the request goes elsewhere than its operation usually does."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a draft goes, as its provider decides."""

    url: str
    method: Method = "POST"
    headers: Headers = ()


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request ready to be sent."""

    method: str
    url: str
    headers: Headers
    body: Data = b""
    timeouts: Timeouts = Timeouts()
    network: Network = Network()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of an answer."""

    status: int
    headers: Headers


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return header(self.headers, name)


def header(headers: Headers, name: str) -> str | None:
    """The first value of `name` (lower-case) in `headers`, `None` when it is not there."""
    for key, value in headers:
        if key == name:
            return value
    return None


REQUEST_ID_HEADERS = frozenset(
    {
        "x-request-id",
        "request-id",
        "apim-request-id",
        "mistral-correlation-id",
        "x-goog-request-id",
        "x-generation-id",
        "x-deepseek-request-id",
        "x-trace-id",
    }
)
"""The names under which providers say their id of a request."""


_NAME = itemgetter(0)


def request_id_in(headers: Headers) -> str | None:
    """The provider's id of the request, under whichever name it uses."""
    if REQUEST_ID_HEADERS.isdisjoint(map(_NAME, headers)):
        return None
    for name, value in headers:
        if name in REQUEST_ID_HEADERS and value:
            return value
    return None
