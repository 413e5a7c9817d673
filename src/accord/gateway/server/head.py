"""What a request's head must be, beyond what llhttp sees to: rules by which nobody on the way can read it differently."""

import re
from collections.abc import Iterable, Mapping

import httptools

from accord.core.http import Headers

_VERSIONS = frozenset({"1.0", "1.1"})
_RARE = frozenset({"expect", "transfer-encoding"})

# https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2, without the comma, which joins lines of one name to a list.
_is_host = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+;=%-]{0,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?").fullmatch


class BadRequest(Exception):
    """The bytes are not a request this server reads. `status` is 400, 408, 413, 417, 431, 501 or 505."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: int = status
        self.message: str = message


def _meaning(error: httptools.HttpParserError) -> BadRequest:
    """What the caller is told of what the parser refused. The parser wraps what its callbacks raise."""
    cause = error.__context__
    if isinstance(cause, BadRequest):
        return cause
    if isinstance(error, httptools.HttpParserCallbackError):
        return BadRequest(400, "The request is not valid HTTP.")
    return BadRequest(400, f"The request is not valid HTTP/1.1: {error}.")


def fed(parser: httptools.HttpRequestParser, data: bytes | memoryview) -> memoryview | None:
    """Has the parser read on. Gives what follows the head of a request that wishes for another protocol, if there is one.

    Raises `BadRequest`.
    """
    try:
        parser.feed_data(data)
    except httptools.HttpParserUpgrade as stop:
        return memoryview(data)[stop.args[0] :]
    except httptools.HttpParserError as error:
        raise _meaning(error) from None
    return None


def check_head(version: str, headers: Headers, named: Mapping[str, str]) -> None:
    """Raises `BadRequest` for an unknown version, coding or expectation, and unless there is exactly one `Host`, which may be one.

    `named` are the same headers by name.
    """
    if not _is_host(named.get("host", "")):
        raise BadRequest(400, "The Host header names no host.")
    if version == "1.1" and len(named) == len(headers) and "host" in named and _RARE.isdisjoint(named):
        return
    if version not in _VERSIONS:
        raise _foreign(version)
    names = [name for name, _ in headers]
    if names.count("host") != 1 and not (version == "1.0" and "host" not in names):
        raise BadRequest(400, "A request has exactly one Host header.")
    if "transfer-encoding" in names:
        codings = [value.strip().lower() for name, value in headers if name == "transfer-encoding"]
        if codings != ["chunked"] or version == "1.0":
            raise BadRequest(501, "The only transfer coding read here is chunked, in HTTP/1.1.")
    if "expect" in names and any(name == "expect" and value.lower() != "100-continue" for name, value in headers):
        raise BadRequest(417, "The only expectation met here is 100-continue.")


def _foreign(version: str) -> BadRequest:
    return BadRequest(505, f"This server speaks HTTP/1.1, not HTTP/{version}.")


Lines = Iterable[tuple[bytes, bytes]]
"""Header lines as they came."""


def head_size(url: bytes, lines: Lines) -> int:
    """The length of a head in bytes, as it is usually written."""
    return len(url) + sum([len(name) + len(value) + 4 for name, value in lines])


def plain_head(method: bytes, url: bytes, version: str, lines: Lines) -> bytes:
    """The same head without the wish for another protocol (`Upgrade: h2c` from Java's client, for one).

    httptools takes the body of a request with such a wish for the other protocol. A server may ignore the wish, and then the
    request is one like any other (RFC 9110, section 7.8): so its head is read again without it.

    Raises `BadRequest` for an unknown version, and for CONNECT, which is no wish but a tunnel.
    """
    if method == b"CONNECT":
        raise BadRequest(400, "This server is no proxy, and makes no tunnels.")
    if version not in _VERSIONS:
        raise _foreign(version)
    kept = b"".join([b"%b: %b\r\n" % line for line in lines if line[0].lower() != b"upgrade"])
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, url, version.encode(), kept)
