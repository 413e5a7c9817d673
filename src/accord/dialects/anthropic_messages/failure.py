"""Failures in this wire's words, for its callers. https://platform.claude.com/docs/en/api/errors

What Anthropic itself said is handed on word for word: its clients tell features apart by the wording.
"""

import math

from accord.core.error import (
    AccordError,
    Authentication,
    Conflict,
    ContextLengthExceeded,
    InvalidInput,
    InvalidRequest,
    NotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    TimedOut,
    Unsupported,
)
from accord.core.http import Headers
from accord.core.json import JsonObject, NotJson, dumps, loads_object
from accord.dialects.anthropic_messages.error import is_error
from accord.dialects.anthropic_messages.frame import frame
from accord.dialects.codec import Failure

_TABLE: tuple[tuple[type[AccordError], int, str], ...] = (
    (InvalidInput, 400, "invalid_request_error"),
    (Unsupported, 400, "invalid_request_error"),
    (InvalidRequest, 400, "invalid_request_error"),
    (Authentication, 401, "authentication_error"),
    (QuotaExceeded, 402, "billing_error"),
    (Permission, 403, "permission_error"),
    (NotFound, 404, "not_found_error"),
    (Conflict, 409, "conflict_error"),
    (RateLimited, 429, "rate_limit_error"),
    (TimedOut, 504, "timeout_error"),
    (Overloaded, 529, "overloaded_error"),
    (ProviderError, 502, "api_error"),
    (AccordError, 500, "api_error"),
)
"""The first row that fits decides. A provider that failed is 502; 500 is our own fault."""

_STATUS_OF_TYPE = {kind: status for _, status, kind in _TABLE if kind != "api_error"} | {
    "request_too_large": 413,
    "api_error": 500,
}
_TOO_LONG = "prompt is too long"
"""How Anthropic begins to say that a conversation must be shortened, which coding agents wait for."""


def failure_of(error: AccordError) -> Failure:
    """The error answer."""
    told = _verbatim(error)
    status, body = _status_and_body(error) if told is None else (_status_of(error), _bytes_of(error))
    return Failure(status=status, body=body, headers=_headers(error))


def failure_event(error: AccordError) -> bytes:
    """The error as the last event of a stream."""
    told = _verbatim(error)
    return frame("error", _status_and_body(error)[1] if told is None else dumps(told))


def _verbatim(error: AccordError) -> JsonObject | None:
    """The error object that came from Anthropic itself."""
    if not isinstance(error, ProviderError) or not error.body:
        return None
    try:
        found = loads_object(error.body)
    except NotJson:
        return None
    return found if is_error(found) else None


def _bytes_of(error: AccordError) -> bytes:
    assert isinstance(error, ProviderError)
    return error.body


def _status_of(error: AccordError) -> int:
    """The status of Anthropic's own answer; of an error inside a stream or a 200, the one its type has elsewhere."""
    assert isinstance(error, ProviderError)
    if error.status is not None and error.status >= 400:
        return error.status
    return _STATUS_OF_TYPE.get(error.type or "", 500)


def _status_and_body(error: AccordError) -> tuple[int, bytes]:
    status, kind = next((status, kind) for cause, status, kind in _TABLE if isinstance(error, cause))
    if isinstance(error, ProviderError) and error.status == 413:
        status, kind = 413, "request_too_large"
    message = error.message
    if isinstance(error, ContextLengthExceeded) and _TOO_LONG not in message.lower():
        message = f"{_TOO_LONG}: {message}"
    request_id = error.request_id if isinstance(error, ProviderError) else None
    return status, dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id})


def _headers(error: AccordError) -> Headers:
    if isinstance(error, ProviderError) and error.retry_after is not None:
        return (("retry-after", str(math.ceil(error.retry_after))),)
    return ()
