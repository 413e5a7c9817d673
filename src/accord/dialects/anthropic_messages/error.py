"""Failures as this wire tells of them. https://platform.claude.com/docs/en/api/errors

The body is `{"type": "error", "error": {"type": ..., "message": ...}, "request_id": ...}`, in an answer of its own, in a
200, or as an event of a stream. Hosts of this wire answer some failures in their own shape (Google's envelope, a proxy's
HTML); those are read by their status, and by whatever message they have.
"""

import re
from datetime import UTC, datetime

from accord.core.error import (
    Authentication,
    Conflict,
    ContentFiltered,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    NotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
)
from accord.core.http import Headers, header
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads

_BY_TYPE: dict[str, type[ProviderError]] = {
    "invalid_request_error": InvalidRequest,
    "request_too_large": InvalidRequest,
    "authentication_error": Authentication,
    "billing_error": QuotaExceeded,
    "permission_error": Permission,
    "not_found_error": NotFound,
    "conflict_error": Conflict,
    "rate_limit_error": RateLimited,
    "api_error": ServerError,
    "timeout_error": TimedOut,
    "overloaded_error": Overloaded,
}
_BY_STATUS: dict[int, type[ProviderError]] = {
    400: InvalidRequest,
    401: Authentication,
    402: QuotaExceeded,
    403: Permission,
    404: NotFound,
    408: TimedOut,
    409: Conflict,
    413: InvalidRequest,
    422: InvalidRequest,
    429: RateLimited,
    502: Overloaded,
    503: Overloaded,
    504: TimedOut,
    529: Overloaded,
}
_BY_WORDS: tuple[tuple[type[ProviderError], tuple[str, ...]], ...] = (
    (ContextLengthExceeded, ("prompt is too long", "exceed context limit", "exceeds context limit", "prompt: length")),
    (QuotaExceeded, ("credit balance is too low", "usage limits", "spend limit", "spending limit")),
    (ContentFiltered, ("content filtering policy", "content exists risk")),
    (ModelNotFound, ("model not exist",)),
)
"""What only the message tells apart, within refusals of the request and its rate."""

_PATH = re.compile(r"([a-z_]+(?:\.[\w$-]+)*): ")
"""How a message begins that blames a field: `messages.0.content: ...`."""

_DATE = "%a, %d %b %Y %H:%M:%S GMT"
"""The one form of dates in HTTP headers that is still written; both are in GMT, so that their difference is right."""

_LIMITS = ("requests", "tokens", "input-tokens", "output-tokens")
"""What is limited by the minute."""

_MOST_TEXT = 500
"""Characters kept of a body that is no error object, for the message; the body itself is kept whole."""


def error_of(status: int, headers: Headers, body: bytes) -> ProviderError:
    """The failure that an answer with this body tells of. Never raises."""
    return error_in(_parsed(body), status=status, headers=headers, body=body)


def error_in(found: JsonObject, *, status: int, headers: Headers = (), body: bytes = b"") -> ProviderError:
    """The failure in a parsed error object. `status` is that of the answer, 200 for one inside a stream."""
    told = _told(found)
    kind = _word(told, "type")
    message = _word(told, "message") or _word(found, "message") or _word(found, "error") or _word(found, "detail")
    if message is None:
        message = _as_text(status, body)
    path = _PATH.match(message)
    return _cause(kind, status, message)(
        message,
        status=status,
        type=kind or _word(told, "status"),
        code=_code(told, kind, status),
        param=path.group(1) if path else None,
        body=body,
        request_id=_word(found, "request_id") or header(headers, "request-id") or header(headers, "x-request-id"),
        retry_after=_retry_after(headers),
        retryable=_should_retry(headers),
    )


def is_error(found: JsonObject) -> bool:
    """Whether an object is an error in this wire's own shape."""
    return found.get("type") == "error" and as_object(found.get("error")) is not None


def _cause(kind: str | None, status: int, message: str) -> type[ProviderError]:
    cause = _BY_TYPE.get(kind or "") or _by_status(status)
    if kind == "invalid_request_error" and status in _BY_STATUS:
        # Hosts of this wire use the word for what is wrong with the key or the account as well.
        cause = _by_status(status)
    if cause is InvalidRequest or cause is RateLimited:
        words = message.lower()
        cause = next((told for told, phrases in _BY_WORDS if any(phrase in words for phrase in phrases)), cause)
    if cause is NotFound and message.startswith("model:"):
        return ModelNotFound
    return cause


def _by_status(status: int) -> type[ProviderError]:
    found = _BY_STATUS.get(status)
    if found is not None:
        return found
    # An error of unknown type inside a 200 is the provider's own failure.
    return InvalidRequest if 400 <= status < 500 else ServerError


def _parsed(body: bytes) -> JsonObject:
    try:
        value = loads(body)
    except NotJson:
        return {}
    # Google wraps errors of streamed calls in an array.
    items = as_array(value)
    return as_object(items[0] if items else value) or {}


def _told(found: JsonObject) -> JsonObject:
    return as_object(found.get("error")) or {}


def _word(holder: JsonObject, key: str) -> str | None:
    value = holder.get(key)
    return value if isinstance(value, str) and value else None


def _code(told: JsonObject, kind: str | None, status: int) -> str | None:
    value = told.get("code")
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    return "request_too_large" if status == 413 or kind == "request_too_large" else None


def _as_text(status: int, body: bytes) -> str:
    text = body[: 4 * _MOST_TEXT].decode("utf-8", "replace").strip()[:_MOST_TEXT]
    return f"HTTP {status}: {text}" if text else f"HTTP {status} without a body"


def _should_retry(headers: Headers) -> bool | None:
    """The server's own word on whether to try again, which wins over the status."""
    word = header(headers, "x-should-retry")
    return {"true": True, "false": False}.get(word.strip().lower()) if word else None


def _retry_after(headers: Headers) -> float | None:
    """Seconds to wait, from `retry-after-ms`, `retry-after` (seconds, or a date counted from the answer's own), or the
    limits that are used up.
    """
    milliseconds = _number(header(headers, "retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = header(headers, "retry-after")
    if value is None:
        return _until_reset(headers)
    seconds = _number(value)
    return seconds if seconds is not None else _until(_date(value), headers)


def _until_reset(headers: Headers) -> float | None:
    """Seconds until the last of the limits that are used up is lifted.

    https://platform.claude.com/docs/en/api/rate-limits#response-headers: the resets are moments (RFC 3339).
    """
    waits: list[float] = []
    for limit in _LIMITS:
        used_up = (header(headers, f"anthropic-ratelimit-{limit}-remaining") or "").strip() == "0"
        wait = _until(_moment(header(headers, f"anthropic-ratelimit-{limit}-reset")), headers) if used_up else None
        waits += [] if wait is None else [wait]
    return max(waits, default=None)


def _until(moment: datetime | None, headers: Headers) -> float | None:
    """Seconds from the answer's own date: the server's clock for both."""
    now = _date(header(headers, "date") or "")
    return None if moment is None or now is None else max((moment - now).total_seconds(), 0.0)


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else -1.0
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
