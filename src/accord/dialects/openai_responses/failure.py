"""Failures in the words of this API: as the answer to a request, and as the last event of a stream."""

from collections.abc import Mapping

from accord.core.error import (
    AccordError,
    ErrorKind,
    InvalidInput,
    ProviderError,
    Unsupported,
)
from accord.core.json import dumps
from accord.dialects.codec import Failure
from accord.dialects.openai_responses.wire import Item

# Status, type and code by cause. A code of the provider's own wins where the cause has none of its own.
_WORDS: Mapping[ErrorKind, tuple[int, str, str | None]] = {
    "config": (500, "server_error", None),
    "invalid_input": (400, "invalid_request_error", None),
    "unsupported": (400, "invalid_request_error", "unsupported_parameter"),
    "unparsed": (502, "server_error", None),
    "run_stopped": (502, "server_error", None),
    "spend_limit": (429, "insufficient_quota", "insufficient_quota"),
    "authentication": (401, "invalid_request_error", "invalid_api_key"),
    "permission": (403, "insufficient_permissions", None),
    "not_found": (404, "invalid_request_error", "not_found"),
    "model_not_found": (404, "invalid_request_error", "model_not_found"),
    "invalid_request": (400, "invalid_request_error", None),
    "context_length_exceeded": (400, "invalid_request_error", "context_length_exceeded"),
    "content_filtered": (400, "invalid_request_error", "content_policy_violation"),
    "conflict": (409, "invalid_request_error", "conflict"),
    "rate_limited": (429, "rate_limit_error", "rate_limit_exceeded"),
    "quota_exceeded": (429, "insufficient_quota", "insufficient_quota"),
    "overloaded": (503, "server_error", "overloaded"),
    "server_error": (502, "server_error", "upstream_error"),
    "timeout": (504, "timeout_error", "timeout"),
    "network": (502, "server_error", "upstream_connection_error"),
    "interrupted": (502, "server_error", "upstream_connection_error"),
    "malformed": (502, "server_error", "upstream_error"),
    "provider_error": (502, "server_error", "upstream_error"),
}

# The provider's own status where several fit the cause; OpenAI itself answers 400 to an unknown model on this path.
_KEPT: Mapping[ErrorKind, frozenset[int]] = {
    "invalid_request": frozenset({400, 405, 413, 415, 422}),
    "model_not_found": frozenset({400, 404}),
    "server_error": frozenset({500, 502}),
    "timeout": frozenset({408, 504}),
}

# Codes that say more than their cause does.
_OWN_CODES = frozenset({"previous_response_not_found"})

# Codes that clients act on in `response.failed`: Codex stops at the first four and waits at the fifth; the others are
# OpenAI's own list. Anything else is repeated by clients as a failure of the server.
_STREAM_CODES: Mapping[ErrorKind, str] = {
    "context_length_exceeded": "context_length_exceeded",
    "quota_exceeded": "insufficient_quota",
    "content_filtered": "invalid_prompt",
    "invalid_request": "invalid_prompt",
    "invalid_input": "invalid_prompt",
    "unsupported": "invalid_prompt",
    "rate_limited": "rate_limit_exceeded",
}


def fail(error: AccordError) -> Failure:
    """The error answer before anything else was sent."""
    status, kind, code = _WORDS[error.kind]
    param = error.param if isinstance(error, InvalidInput | Unsupported | ProviderError) else None
    if isinstance(error, ProviderError):
        code = error.code if error.code in _OWN_CODES else code or error.code
        if error.status is not None and error.status in _KEPT.get(error.kind, ()):
            status = error.status
    if isinstance(error, Unsupported) and param is None:
        code = "not_supported"
    body = {"error": {"message": error.message, "type": kind, "param": param, "code": code}}
    return Failure(status=status, body=dumps(body))


def stream_error(error: AccordError) -> Item:
    """The `error` of a response that failed. A wait is told in words that agents read the seconds from."""
    message = error.message
    wait = error.retry_after if isinstance(error, ProviderError) else None
    if wait is not None and "try again in" not in message:
        message = f"{message.rstrip('. ')}. Please try again in {wait:g}s."
    return {"code": _STREAM_CODES.get(error.kind, "server_error"), "message": message}
