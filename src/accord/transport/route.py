"""Where a call goes, read from its URL once and kept."""

import re
from functools import lru_cache

import msgspec

from accord.core.error import InvalidInput

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\x00-\x20/?#@\[\]:\\]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[\x21\x22\x24-\x3e\x40-\x7e]*)?"
    r"(?P<query>\?[\x21\x22\x24-\x7e]*)?"
    r"(?:#.*)?",
    re.IGNORECASE,
)
"""RFC 3986, section 3, as far as HTTP needs it: no user part, and nothing that is not printable ASCII after the host."""

_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?")

_PORTS = {"http": 80, "https": 443}


class Origin(msgspec.Struct, frozen=True):
    """A server: what connections are made to."""

    scheme: str
    host: str
    """In ASCII, without the brackets of an IPv6 address."""
    port: int

    @property
    def encrypted(self) -> bool:
        """Whether it speaks TLS."""
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{bracketed(self.host)}:{self.port}"


class Route(msgspec.Struct, frozen=True):
    """A URL, taken apart."""

    origin: Origin
    authority: str
    """The `host` header: without the port where it is the scheme's own."""
    target: str
    """Path and query, never empty."""


@lru_cache(maxsize=1024)
def route(url: str) -> Route:
    """Takes `url` apart, and keeps the result. Raises as `taken_apart` does."""
    return taken_apart(url)


def taken_apart(url: str) -> Route:
    """Takes `url` apart. Raises `InvalidInput`, whose message never holds the query, which may hold a key."""
    found = _URL.fullmatch(url)
    if found is None:
        raise InvalidInput(
            "a URL must be http:// or https:// with a host, no user part, and percent-encoded beyond printable ASCII: "
            + _shown(url),
            param="url",
        )
    scheme = found["scheme"].lower()
    host = _ascii_host(found["host"])
    port = int(found["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise InvalidInput(f"port {port} is not between 1 and 65535", param="url")
    authority = bracketed(host) if port == _PORTS[scheme] else f"{bracketed(host)}:{port}"
    target = (found["path"] or "/") + (found["query"] or "")
    return Route(Origin(scheme, host, port), authority, target)


def bracketed(host: str) -> str:
    """`host` as it stands in a URL: an IPv6 address wears brackets."""
    return f"[{host}]" if ":" in host else host


def _ascii_host(host: str) -> str:
    if host.startswith("["):
        return host[1:-1].lower()
    try:
        name = host.encode("ascii" if host.isascii() else "idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not _HOST_NAME.fullmatch(name):
        raise InvalidInput(f"not a host name: {host[:80]!r}", param="url")
    return name


def _shown(url: str) -> str:
    return repr(re.split(r"[?#]", url.rsplit("@", maxsplit=1)[-1])[0][:80])
