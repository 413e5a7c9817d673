"""A failure as an OpenAI error answer.

https://developers.openai.com/api/docs/guides/error-codes. The body always has all four members, which official SDKs turn into
their exceptions by status, `code` and `type`.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from accord.core.error import (
    AccordError,
    ErrorKind,
    InvalidInput,
    ProviderError,
    Unsupported,
)
from accord.core.http import Headers
from accord.core.json import dumps
from accord.dialects.codec import Failure


class _Form(NamedTuple):
    status: int
    type: str
    code: str | None = None


_FORMS: Mapping[ErrorKind, _Form] = {
    "config": _Form(500, "server_error", "configuration_error"),
    "invalid_input": _Form(400, "invalid_request_error"),
    "unsupported": _Form(400, "invalid_request_error", "not_supported"),
    "unparsed": _Form(502, "server_error"),
    "run_stopped": _Form(502, "server_error"),
    "spend_limit": _Form(429, "insufficient_quota", "insufficient_quota"),
    "authentication": _Form(401, "invalid_request_error", "invalid_api_key"),
    "permission": _Form(403, "insufficient_permissions"),
    "not_found": _Form(404, "invalid_request_error", "not_found"),
    "model_not_found": _Form(404, "invalid_request_error", "model_not_found"),
    "invalid_request": _Form(400, "invalid_request_error"),
    "context_length_exceeded": _Form(400, "invalid_request_error", "context_length_exceeded"),
    "content_filtered": _Form(400, "invalid_request_error", "content_filter"),
    "conflict": _Form(409, "server_error", "conflict"),
    "rate_limited": _Form(429, "rate_limit_error", "rate_limit_exceeded"),
    "quota_exceeded": _Form(429, "insufficient_quota", "insufficient_quota"),
    "overloaded": _Form(503, "server_error", "overloaded"),
    "server_error": _Form(502, "server_error", "upstream_error"),
    "timeout": _Form(504, "timeout_error", "timeout"),
    "network": _Form(502, "server_error", "upstream_connection_error"),
    "interrupted": _Form(502, "server_error", "upstream_error"),
    "malformed": _Form(502, "server_error", "upstream_error"),
    "provider_error": _Form(502, "server_error", "upstream_error"),
}
_OWN_CODE: frozenset[ErrorKind] = frozenset({"permission", "invalid_request"})
"""Kinds whose code says more than Accord can: the provider's is handed on."""
_OWN_STATUS: Mapping[ErrorKind, frozenset[int]] = {
    "invalid_request": frozenset({400, 405, 413, 415, 422}),
    "server_error": frozenset({500, 502}),
    "timeout": frozenset({408, 504}),
}
"""The provider's own statuses where several fit the cause: official SDKs have an exception for each."""


def fail(error: AccordError) -> Failure:
    """The error answer before anything else was sent."""
    return Failure(status=_status(error), body=dumps({"error": error_object(error)}), headers=_headers(error))


def _status(error: AccordError) -> int:
    own = error.status if isinstance(error, ProviderError) else None
    return own if own is not None and own in _OWN_STATUS.get(error.kind, ()) else _FORMS[error.kind].status


def error_object(error: AccordError) -> Mapping[str, str | None]:
    """The inside of an error answer, and of an error in a stream."""
    form = _FORMS[error.kind]
    code, param = form.code, None
    if isinstance(error, ProviderError):
        param = error.param
        if error.kind in _OWN_CODE and error.code is not None:
            code = error.code
    elif isinstance(error, InvalidInput | Unsupported):
        param = error.param
        if isinstance(error, Unsupported) and param is not None:
            code = "unsupported_parameter"
    return {"message": error.message, "type": form.type, "param": param, "code": code}


def _headers(error: AccordError) -> Headers:
    """When to try again, and whether it makes sense: SDKs repeat 408, 409, 429 and 5xx unless told not to (promise 5)."""
    if not isinstance(error, ProviderError):
        return ()
    headers: Headers = ()
    if error.retry_after is not None:
        headers = (("retry-after", str(math.ceil(error.retry_after))),)
    if len(error.attempts) > 1 or not error.retryable:
        headers += (("x-should-retry", "false"),)
    return headers
