"""What a request is about, by its first line: a path and a query, however the target is written.

https://www.rfc-editor.org/rfc/rfc9112#section-3.2
"""

import httptools

from accord.core.http import Headers
from accord.gateway.server.head import BadRequest

_DEFAULT_PORTS = {b"http": 80, b"https": 443}


def target(url: bytes, headers: Headers) -> tuple[bytes, bytes]:
    """Path and query, as they came. `headers` have lower-case names.

    Raises `BadRequest` for what is no path and no address, and for an address that is another host's: one of the two would
    be believed by whoever passed the request on, and the other one here.
    """
    if b"#" in url:
        # Fragments are for whoever follows an address. Who takes it as part of the path sees another path.
        raise BadRequest(400, "The target of a request has no fragment.")
    if not url.startswith(b"/"):
        return _whole_address(url, dict(headers).get("host"))
    path, _, query = url.partition(b"?")
    return path, query


def _whole_address(url: bytes, host: str | None) -> tuple[bytes, bytes]:
    """A request may name the whole address, as those to proxies do."""
    try:
        parsed = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError:
        raise BadRequest(400, "The target of the request is no path.") from None
    # Each part may be missing, whatever their annotations say.
    if parsed.schema:
        default = _DEFAULT_PORTS.get(parsed.schema.lower())
        if default is None or parsed.userinfo:
            raise BadRequest(400, "The target of the request is no address of HTTP.")
        if host is not None and not _is_same(host, parsed.host or b"", parsed.port or default, default):
            raise BadRequest(400, "The target of the request and its Host header name different hosts.")
    return parsed.path or b"/", parsed.query or b""


def _is_same(host: str, named: bytes, port: int, default: int) -> bool:
    """Whether a `Host` header means this host and port."""
    name = named.decode("latin-1")
    authority = f"[{name}]" if ":" in name else name
    said = host.lower().removesuffix(":")
    return said == f"{authority.lower()}:{port}" or (port == default and said == authority.lower())
