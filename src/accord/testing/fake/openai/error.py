"""OpenAI's errors, and its door."""

import hmac
from collections.abc import Mapping

from accord.core.http import Headers
from accord.core.json import dumps
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.desk import Rejected
from accord.testing.fake.ids import Ids
from accord.testing.fake.seen import SeenRequest

INVALID = "invalid_request_error"

_USUAL: Mapping[int, tuple[str, str, str | None]] = {
    400: ("The request is invalid.", INVALID, None),
    401: ("Incorrect API key provided.", INVALID, "invalid_api_key"),
    403: ("You have insufficient permissions for this operation.", "insufficient_permissions", None),
    404: ("The model does not exist or you do not have access to it.", INVALID, "model_not_found"),
    408: ("The request timed out.", "timeout", None),
    409: ("The resource is being changed by another request.", INVALID, None),
    413: ("The request is too large.", INVALID, None),
    422: ("The request cannot be processed.", INVALID, None),
    429: ("Rate limit reached. Please try again in 1s.", "requests", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request.", "server_error", None),
    502: ("Bad gateway.", "server_error", None),
    503: ("The engine is currently overloaded, please try again later.", "server_error", "server_is_overloaded"),
    504: ("Gateway timeout.", "server_error", None),
}
"""Message, type and code by status (dossier section 5)."""

_CODES: Mapping[str, tuple[str, str]] = {
    "insufficient_quota": (
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
    ),
    "context_length_exceeded": ("This model's maximum context length was exceeded.", INVALID),
    "content_policy_violation": ("The request was rejected by the safety system.", INVALID),
}
"""Message and type by code, where the code says more than the status."""


def error_object(failure: Failure) -> dict[str, object]:
    """The `error` member. All four keys are always there."""
    message, kind, code = _USUAL.get(failure.status, ("The request failed.", "server_error", None))
    if failure.code is not None:
        code = failure.code
        message, kind = _CODES.get(code, (message, kind))
    return {
        "message": failure.message or message,
        "type": failure.type or kind,
        "param": failure.param,
        "code": code,
    }


class OpenAITeller:
    """Errors in OpenAI's shape."""

    def request_id(self, ids: Ids) -> str:
        """`req_` and 32 digits."""
        return ids.new("req_", 32)

    def headers(self, request_id: str) -> Headers:
        """What OpenAI sends with every answer."""
        return (("x-request-id", request_id), ("openai-processing-ms", "12"), ("openai-version", "2020-10-01"))

    def body(self, failure: Failure, request_id: str) -> bytes:
        """`{"error": {...}}`."""
        del request_id
        return dumps({"error": error_object(failure)})

    def not_found(self, request: SeenRequest) -> Failure:
        """There is no such path."""
        message = f"Invalid URL ({request.method} {request.path})"
        return Failure(status=404, message=message, type=INVALID, body=_without_code(message))

    def too_large(self, limit: int) -> Failure:
        """The body is too long."""
        return Failure(status=413, message=f"The request is larger than {limit} bytes.")


def _without_code(message: str) -> bytes:
    return dumps({"error": {"message": message, "type": INVALID, "param": None, "code": None}})


class KeyDoor:
    """The key as a bearer token, as OpenAI and nearly everybody compatible has it, or in a header of its own."""

    def __init__(self, header: str = "authorization", scheme: str = "Bearer") -> None:
        """`header` is in lower case; without a `scheme` the key stands alone in it."""
        self._header = header
        self._scheme = scheme

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """401 without a key or with a wrong one."""
        if key is None:
            return None
        given = request.header(self._header) or ""
        if self._scheme:
            scheme, _, given = given.partition(" ")
            given = given if scheme.lower() == self._scheme.lower() else ""
        if not given:
            message = f"You didn't provide an API key. Send it in the header {self._header}: {self._scheme} <key>."
            return Failure(status=401, body=_without_code(message))
        if hmac.compare_digest(given.encode(), key.encode()):
            return None
        # The real service masks the key; a fake must not put even a wrong one into logs.
        message = f"Incorrect API key provided: {given[:3]}***{given[-2:] if len(given) > 12 else ''}."
        return Failure(status=401, message=message, code="invalid_api_key")


def reject(
    message: str, *, param: str | None = None, code: str | None = None, status: int = 400, type_: str = INVALID
) -> Rejected:
    """A request that is refused, with OpenAI's four members."""
    error = {"message": message, "type": type_, "param": param, "code": code}
    return Rejected(
        Failure(status=status, message=message, param=param, code=code, type=type_, body=dumps({"error": error}))
    )
