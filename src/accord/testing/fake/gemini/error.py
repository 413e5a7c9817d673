"""Google's errors, and the door of the Gemini API (dossier section 6)."""

import hmac
from collections.abc import Mapping

from accord.core.http import Headers
from accord.core.json import JsonObject, dumps
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.desk import Rejected
from accord.testing.fake.ids import Ids
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.shape import Flaw, FlawKind, path_text

_USUAL: Mapping[int, tuple[str, str]] = {
    400: ("Request contains an invalid argument.", "INVALID_ARGUMENT"),
    401: ("Request had invalid authentication credentials.", "UNAUTHENTICATED"),
    403: ("The caller does not have permission", "PERMISSION_DENIED"),
    404: ("Requested entity was not found.", "NOT_FOUND"),
    409: ("The operation was aborted.", "ABORTED"),
    429: ("Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED"),
    499: ("The operation was cancelled.", "CANCELLED"),
    500: ("Internal error encountered.", "INTERNAL"),
    503: ("The model is overloaded. Please try again later.", "UNAVAILABLE"),
    504: ("Deadline expired before operation could complete.", "DEADLINE_EXCEEDED"),
}
"""Message and status by HTTP status."""


def error_object(failure: Failure) -> dict[str, object]:
    """The `error` member."""
    message, status = _USUAL.get(failure.status, ("The request failed.", "UNKNOWN"))
    error: dict[str, object] = {
        "code": failure.status,
        "message": failure.message or message,
        "status": failure.code or status,
    }
    if failure.details:
        error["details"] = list(failure.details)
    return error


class GoogleTeller:
    """Errors in Google's shape."""

    def request_id(self, ids: Ids) -> str:
        """Google tells none in a header."""
        return ids.new("", 20)

    def headers(self, request_id: str) -> Headers:
        """What comes with every answer."""
        del request_id
        return (("server", "scaffolding on HTTPServer2"), ("vary", "Origin"))

    def body(self, failure: Failure, request_id: str) -> bytes:
        """`{"error": {...}}`."""
        del request_id
        return dumps({"error": error_object(failure)})

    def not_found(self, request: SeenRequest) -> Failure:
        """There is no such path: an answer without JSON."""
        del request
        return Failure(status=404, body=b"<html>404. That's an error.</html>", content_type="text/html; charset=UTF-8")

    def too_large(self, limit: int) -> Failure:
        """The body is too long."""
        return Failure(status=400, message=f"Request payload size exceeds the limit: {limit} bytes.")


class GoogleKeyDoor:
    """The key in `x-goog-api-key` or in the query."""

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """403 without a key, 400 with a wrong one."""
        if key is None:
            return None
        given = request.header("x-goog-api-key") or request.parameter("key")
        if not given:
            message = (
                "Method doesn't allow unregistered callers (callers without established identity). "
                "Please use API Key or other form of API consumer identity to call this API."
            )
            return Failure(status=403, message=message)
        if hmac.compare_digest(given.encode(), key.encode()):
            return None
        reason: JsonObject = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
        }
        return Failure(status=400, message="API key not valid. Please pass a valid API key.", details=(reason,))


def reject(message: str, *, status: int = 400, details: tuple[JsonObject, ...] = ()) -> Rejected:
    """A request that is refused."""
    return Rejected(Failure(status=status, message=message, details=details))


_TYPES = {
    "a string": "TYPE_STRING",
    "an integer": "TYPE_INT32",
    "a decimal": "TYPE_DOUBLE",
    "a boolean": "TYPE_BOOL",
    "an array": "repeated",
    "an object": "message",
}

_WORDS: Mapping[FlawKind, str] = {
    "unknown": 'Invalid JSON payload received. Unknown name "{name}"{inside}: Cannot find field.',
    "missing": "* {at}: required field is not specified",
    "type": "Invalid value at '{at}' ({type}), {flaw.value!r}",
    "choice": "Invalid value at '{at}' (TYPE_ENUM), \"{flaw.value}\"",
    "tag": "Invalid value at '{at}' (TYPE_ENUM), \"{flaw.value}\"",
    "pattern": "Invalid value at '{at}' (TYPE_BYTES), Base64 decoding failed for \"{flaw.value}\"",
    "below": "Unable to submit request because {at} must be at least {flaw.limit:g}.",
    "above": "Unable to submit request because {at} must be at most {flaw.limit:g}.",
    "short": "* {at}: must not be empty",
    "long": "* {at}: must have at most {flaw.limit:g} characters",
    "few": "* {at}: must not be empty",
    "many": "* {at}: must have at most {flaw.limit:g} elements",
}


def flawed(flaw: Flaw) -> Rejected:
    """A value of the wrong shape, in Google's words."""
    at = path_text(flaw.path)
    above = path_text(flaw.path[:-1])
    message = _WORDS[flaw.kind].format(
        at=at,
        flaw=flaw,
        name=flaw.path[-1] if flaw.path else "",
        inside=f" at '{above}'" if above else "",
        type=_TYPES.get(flaw.expected, "message"),
    )
    violation = {"field": above, "description": message}
    details: JsonObject = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return reject(message, details=(details,))
