"""Bytes of a connection become requests, or are refused."""

import pytest

from accord.gateway.config import LimitSettings
from accord.gateway.http import Request
from accord.gateway.server.head import BadRequest
from accord.gateway.server.known_head import KnownHeads
from accord.gateway.server.reader import RequestReader
from accord.gateway.service import Admission, Entry


def entered(request: Request, before: Admission | None = None) -> Entry:
    raise AssertionError(f"no head is whole here, and {request.path} was let in ({before})")


def too_many(headers: int, limit: int) -> int | None:
    """The status that so many headers are refused with, before the head is whole."""
    reader = RequestReader(
        peer="",
        heads=KnownHeads(),
        limits=LimitSettings(headers=limit),
        enter=entered,
        enter_again=entered,
        go_on=lambda: None,
        done=lambda _: None,
    )
    try:
        reader.feed(b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * headers)
    except BadRequest as bad:
        return bad.status
    return None


@pytest.mark.parametrize(("headers", "status"), [(4, None), (6, 431)])
def test_headers_are_counted_as_they_come(headers: int, status: int | None) -> None:
    assert too_many(headers, limit=4) == status
