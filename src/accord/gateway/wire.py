"""The wires that callers speak: how a request of each is read, and how a failure looks on it before one was read."""

from collections.abc import Callable

import msgspec

from accord.core.error import AccordError
from accord.core.http import Headers
from accord.dialects.codec import Failure, Inbound
from accord.gateway.http import Request, Response

Parse = Callable[[bytes, Request], Inbound]
Fail = Callable[[AccordError], Failure]


class Wire(msgspec.Struct, frozen=True):
    """One wire's two functions."""

    parse: Parse
    """Raises `InvalidInput` naming the field at fault, or `Unsupported`."""
    fail: Fail
    """The error answer, where there is no request to answer yet."""


def response_of(failure: Failure, status: int | None = None, headers: Headers = ()) -> Response:
    """A dialect's error answer as a response; `status` where the gateway knows a better one than the dialect."""
    return Response(status or failure.status, failure.body, (*failure.headers, *headers), failure.content_type)
