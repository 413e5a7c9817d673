"""Fetching a file from an address that somebody else chose, without a socket: what is asked, in which order, and what is refused.

Whoever writes a conversation decides what is fetched, and from where the fetching machine can reach: its own services, its
neighbours, its cloud's metadata. So

- every address that a name resolves to must be public (or allowed by name of its network), and the connection goes to the
  addresses that were checked, never to the name again (a second look-up may answer something else);
- a redirect is a new address, checked from the start, three at most, and never from `https` to `http`;
- nothing of ours is sent: no credentials, no cookies, no referrer; no proxy is asked;
- sizes and times are bounded, and compressed bodies are not taken, so that little cannot become much.

The course is a generator: it yields what it needs (`Lookup`, `Get`, `Read`) and two small drivers do it (`fetch_async.py`,
`fetch_blocking.py`). Messages name hosts alone: the rest of an address may be what lets its reader in.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import msgspec

from accord.core.error import AccordError, InvalidInput, TimedOut
from accord.core.fetch import MOST_REDIRECTS, FetchMedia, RemoteFile
from accord.core.http import Call, Head, Timeouts, header
from accord.core.ip_network import IPNetwork
from accord.transport.address import AddressInfo
from accord.transport.not_had import NotHad
from accord.transport.public_address import is_within, may_be_reached
from accord.transport.request import request_head
from accord.transport.route import Origin, Route, taken_apart

_PORTS = frozenset({80, 443})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

TIMEOUTS = Timeouts(connect=5.0, first_byte=None, idle=None)
"""How long a connection may take; everything together is bounded by the fetch's own time."""

LONGEST = 8192
"""The most characters of an address, as it is given; servers take no more."""

_HEADERS = (
    ("accept", "image/*, application/pdf, audio/*, video/*, text/*;q=0.8, */*;q=0.5"),
    ("accept-encoding", "identity"),
)


def too_long(seconds: float) -> NotHad:
    """The time for fetching is over."""
    return NotHad(f"it was not there within {max(seconds, 0):.3g} s")


def not_had(error: AccordError, seconds: float) -> NotHad:
    """A failure of a step. `seconds` is how long the fetch could take."""
    late = isinstance(error, TimedOut) and error.phase == "deadline"
    return too_long(seconds) if late else NotHad(error.message)


class Allowance:
    """How many bytes all files of one request may still have."""

    __slots__ = ("_left", "_max_mb")

    def __init__(self, limits: FetchMedia) -> None:
        self._left = limits.max_bytes
        self._max_mb = limits.max_mb

    def check(self, size: int) -> None:
        """Raises `NotHad` where `size` more bytes would be too many."""
        if size > self._left:
            raise NotHad(f"it is too large: all files of a request may have {self._max_mb:g} MB together")

    def take(self, size: int) -> None:
        """They have come. Raises as `check` does."""
        self.check(size)
        self._left -= size


class Lookup(msgspec.Struct, frozen=True):
    """Wants every address of a host, as a list."""

    origin: Origin


class Get(msgspec.Struct, frozen=True):
    """Wants the head of the answer to a request, sent to one of the addresses and to nowhere else."""

    origin: Origin
    addresses: Sequence[AddressInfo]
    head: bytes


class Read(msgspec.Struct, frozen=True):
    """Wants the next piece of the body of the last answer, `b""` at its end."""


Resolve: TypeAlias = Callable[[Origin], Sequence[AddressInfo]]
"""Gives every address of a host, and may block. Raises `Unreachable`."""

Step: TypeAlias = Lookup | Get | Read
Given: TypeAlias = Sequence[AddressInfo] | Head | bytes

Course: TypeAlias = Generator[Step, Given, RemoteFile]


def course(url: str, limits: FetchMedia, allowance: Allowance) -> Course:
    """Fetches `url`. Raises `NotHad`, and whatever the steps raise."""
    networks = limits.networks
    to = _route(url)
    for _ in range(MOST_REDIRECTS + 1):
        found = yield Lookup(to.origin)
        assert not isinstance(found, Head | bytes)
        _check(to.origin, found, networks)
        head = yield Get(to.origin, found, request_head(Call(method="GET", url="", headers=_HEADERS), to))
        assert isinstance(head, Head)
        if head.status not in _REDIRECTS:
            return (yield from _body(to.origin, head, allowance))
        to = _redirected(to, head)
    raise NotHad(f"it was sent on more than {MOST_REDIRECTS} times")


def _body(origin: Origin, head: Head, allowance: Allowance) -> Course:
    if head.status != 200:
        raise NotHad(f"{origin.host} answered with status {head.status}")
    length = header(head.headers, "content-length")
    if length is not None and length.isdecimal():
        allowance.check(int(length[:20]))
    pieces: list[bytes] = []
    while True:
        piece = yield Read()
        assert isinstance(piece, bytes)
        if not piece:
            return RemoteFile(body=b"".join(pieces), content_type=header(head.headers, "content-type"))
        allowance.take(len(piece))
        pieces.append(piece)


def _redirected(at: Route, head: Head) -> Route:
    location = header(head.headers, "location")
    if not location:
        raise NotHad(f"{at.origin.host} sent it on to nowhere")
    # A header's bytes are read as latin-1; what a server means beyond ASCII is UTF-8.
    meant = location.encode("latin-1").decode("utf-8", "replace")
    base = f"{at.origin.scheme}://{at.authority}{at.target}"
    try:
        to = _route(urljoin(base, meant))
    except ValueError:
        raise NotHad(f"{at.origin.host} sent it on to what is no address") from None
    if at.origin.encrypted and not to.origin.encrypted:
        raise NotHad(f"{at.origin.host} sent it on from https to http")
    return to


def _check(origin: Origin, addresses: Sequence[AddressInfo], networks: Sequence[IPNetwork]) -> None:
    """Raises `NotHad` where any of the addresses must not be reached: one that does is enough to be led there."""
    if not addresses:
        raise NotHad(f"{origin.host} has no address")
    for address in addresses:
        host = str(address[4][0])
        if not may_be_reached(host, networks):
            raise NotHad(
                f"{origin.host} is not in the public internet (see `allow` of `fetch_media` for networks of your own)"
            )
        if origin.port not in _PORTS and not is_within(host, networks):
            raise NotHad(f"port {origin.port} is neither 80 nor 443")


def _route(url: str) -> Route:
    """The address, taken apart. What is checked and what is dialled come from this one reading of it."""
    if len(url) > LONGEST:
        raise NotHad(f"its address is longer than {LONGEST} characters")
    try:
        # Not kept as those of providers are: there is no end of them, and they may be secrets.
        return taken_apart(_escaped(url))
    except (InvalidInput, ValueError):
        raise NotHad("its address is no http:// or https:// URL without a user part") from None


def _escaped(url: str) -> str:
    """The URL with spaces and everything beyond ASCII percent-encoded, as browsers do it, but for the host."""
    parts = urlsplit(url.strip())
    path, query = (quote(text, safe="!$%&'()*+,-./:;=?@_~[]|") for text in (parts.path, parts.query))
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))
