"""Anthropic's errors, and its door (dossier sections 1 and 6)."""

import hmac
from collections.abc import Mapping

from accord.core.http import Headers
from accord.core.json import dumps
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.desk import Rejected
from accord.testing.fake.ids import Ids
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.shape import Flaw, FlawKind

_USUAL: Mapping[int, tuple[str, str]] = {
    400: ("The request is invalid.", "invalid_request_error"),
    401: ("invalid x-api-key", "authentication_error"),
    402: ("There is a problem with your billing.", "billing_error"),
    403: ("Your API key does not have permission to use this resource.", "permission_error"),
    404: ("Not found", "not_found_error"),
    409: ("The resource was changed by another request.", "conflict_error"),
    413: ("Request exceeds the maximum size.", "request_too_large"),
    422: ("The request cannot be processed.", "invalid_request_error"),
    429: ("This request would exceed your organization's rate limit.", "rate_limit_error"),
    500: ("Internal server error", "api_error"),
    504: ("The request timed out.", "timeout_error"),
    529: ("Overloaded", "overloaded_error"),
}
"""Message and type by status."""


def error_body(failure: Failure, request_id: str) -> dict[str, object]:
    """`{"type": "error", ...}`."""
    message, kind = _USUAL.get(failure.status, ("The request failed.", "api_error"))
    error = {"type": failure.code or failure.type or kind, "message": failure.message or message}
    return {"type": "error", "error": error, "request_id": request_id}


class AnthropicTeller:
    """Errors in Anthropic's shape."""

    def request_id(self, ids: Ids) -> str:
        """`req_` and 24 digits."""
        return ids.new("req_", 24)

    def headers(self, request_id: str) -> Headers:
        """What Anthropic sends with every answer."""
        return (("request-id", request_id), ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"))

    def body(self, failure: Failure, request_id: str) -> bytes:
        """The error as a body."""
        return dumps(error_body(failure, request_id))

    def not_found(self, request: SeenRequest) -> Failure:
        """There is no such path."""
        del request
        return Failure(status=404, message="Not found")

    def too_large(self, limit: int) -> Failure:
        """The body is too long."""
        return Failure(status=413, message=f"Request exceeds the maximum size of {limit} bytes")


class AnthropicDoor:
    """`x-api-key`, or the key as a bearer token; and the version header, without which nothing works."""

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """401 without a key or with a wrong one, 400 without a version."""
        if key is not None:
            given = request.header("x-api-key") or _bearer(request)
            if not given:
                return Failure(status=401, message="x-api-key header is required")
            if not hmac.compare_digest(given.encode(), key.encode()):
                return Failure(status=401, message="invalid x-api-key")
        if not request.header("anthropic-version"):
            return Failure(status=400, message="anthropic-version: header is required")
        return None


def _bearer(request: SeenRequest) -> str:
    scheme, _, given = (request.header("authorization") or "").partition(" ")
    return given if scheme.lower() == "bearer" else ""


def reject(message: str, *, status: int = 400) -> Rejected:
    """A request that is refused."""
    return Rejected(Failure(status=status, message=message))


_WORDS: Mapping[FlawKind, str] = {
    "unknown": "{at}: Extra inputs are not permitted",
    "missing": "{at}: Field required",
    "type": "{at}: Input should be a valid {kind}",
    "choice": "{at}: Input should be {choices}",
    "tag": "{above}: Input tag '{flaw.value}' found using 'type' does not match any of the expected tags: {choices}",
    "pattern": "{at}: String should match pattern '{flaw.expected}'",
    "below": "{at}: Input should be greater than or equal to {flaw.limit:g}",
    "above": "{at}: Input should be less than or equal to {flaw.limit:g}",
    "short": "{at}: String should have at least {flaw.limit:g} character",
    "long": "{at}: String should have at most {flaw.limit:g} characters",
    "few": "{at}: List should have at least {flaw.limit:g} item",
    "many": "{at}: List should have at most {flaw.limit:g} items",
}

_KINDS = {
    "a string": "string",
    "an integer": "integer",
    "a decimal": "number",
    "a boolean": "boolean",
    "an array": "list",
    "an object": "dictionary",
}


def flawed(flaw: Flaw) -> Rejected:
    """A value of the wrong shape, in Anthropic's words."""
    at = ".".join([str(step) for step in flaw.path])
    above = ".".join([str(step) for step in flaw.path[:-1]])
    choices = ", ".join([f"'{choice}'" for choice in flaw.choices])
    kind = _KINDS.get(flaw.expected, "value")
    return reject(_WORDS[flaw.kind].format(at=at, above=above, flaw=flaw, choices=choices, kind=kind))
