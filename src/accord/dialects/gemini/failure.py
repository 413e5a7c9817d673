"""Errors for callers of this wire: `google.rpc.Status` in JSON. https://docs.cloud.google.com/apis/design/errors.

`error` stands first in its object and `code` is a number: by that google-genai knows a failure in a stream.
"""

from collections.abc import Mapping
from math import ceil

from accord.core.error import AccordError, ErrorKind, InvalidInput, ProviderError, Unsupported
from accord.core.http import Headers
from accord.core.json import JsonObject, dumps
from accord.dialects.codec import Failure

_STATUS: Mapping[ErrorKind, tuple[int, str]] = {
    "config": (500, "INTERNAL"),
    "invalid_input": (400, "INVALID_ARGUMENT"),
    "unsupported": (400, "INVALID_ARGUMENT"),
    "unparsed": (502, "INTERNAL"),
    "run_stopped": (502, "INTERNAL"),
    "spend_limit": (429, "RESOURCE_EXHAUSTED"),
    "authentication": (401, "UNAUTHENTICATED"),
    "permission": (403, "PERMISSION_DENIED"),
    "not_found": (404, "NOT_FOUND"),
    "model_not_found": (404, "NOT_FOUND"),
    "invalid_request": (400, "INVALID_ARGUMENT"),
    "context_length_exceeded": (400, "INVALID_ARGUMENT"),
    "content_filtered": (400, "INVALID_ARGUMENT"),
    "conflict": (409, "ABORTED"),
    "rate_limited": (429, "RESOURCE_EXHAUSTED"),
    "quota_exceeded": (429, "RESOURCE_EXHAUSTED"),
    "overloaded": (503, "UNAVAILABLE"),
    "server_error": (502, "INTERNAL"),
    "timeout": (504, "DEADLINE_EXCEEDED"),
    "network": (502, "UNAVAILABLE"),
    "interrupted": (502, "INTERNAL"),
    "malformed": (502, "INTERNAL"),
    "provider_error": (502, "UNKNOWN"),
}
_RPC = "type.googleapis.com/google.rpc."


def fail(error: AccordError) -> Failure:
    """The error answer."""
    status, _ = _STATUS[error.kind]
    wait = error.retry_after if isinstance(error, ProviderError) else None
    headers: Headers = () if wait is None else (("retry-after", str(ceil(wait))),)
    return Failure(status=status, body=dumps(status_body(error)), headers=headers)


def status_body(error: AccordError) -> JsonObject:
    """The body: also what ends a stream that broke."""
    code, word = _STATUS[error.kind]
    status: dict[str, object] = {"code": code, "message": error.message, "status": word}
    status["details"] = _details(error)
    return {"error": status}


def _details(error: AccordError) -> list[JsonObject]:
    details: list[JsonObject] = [
        {"@type": _RPC + "ErrorInfo", "reason": error.kind.upper(), "domain": "accord", "metadata": _metadata(error)}
    ]
    param = error.param if isinstance(error, InvalidInput | Unsupported | ProviderError) else None
    if param is not None:
        violation = {"field": param, "description": error.message}
        details.append({"@type": _RPC + "BadRequest", "fieldViolations": [violation]})
    if isinstance(error, ProviderError) and error.retry_after is not None:
        details.append({"@type": _RPC + "RetryInfo", "retryDelay": f"{error.retry_after:g}s"})
    return details


def _metadata(error: AccordError) -> JsonObject:
    """Who failed, and in which words of its own. Metadata are texts."""
    if not isinstance(error, ProviderError | Unsupported):
        return {}
    known: dict[str, str | None] = {"provider": error.provider, "model": error.model}
    if isinstance(error, ProviderError):
        known["code"] = error.code
        known["request_id"] = error.request_id
    return {key: value for key, value in known.items() if value}
