"""What OpenRouter's failures mean: its own, and those of the providers behind it, on whichever of its wires.

The body is `{"error": {"code", "message", "metadata"}, "user_id"}`, with the status as the code; after an answer has begun
the status is 200 and the code is all there is. `metadata.error_type` is the finest word, and `metadata.raw` what the
provider behind it said. https://openrouter.ai/docs/api-reference/errors.
"""

import re
from collections.abc import Mapping
from math import isfinite

from accord.core.error import (
    Authentication,
    ContentFiltered,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
)
from accord.core.http import Reply
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads
from accord.dialects.openai_chat import ErrorWords
from accord.dialects.openai_chat.error import error_kind as usual_kind
from accord.dialects.openai_chat.error_body import words_in
from accord.dialects.openai_chat.retry_after import http_date

Kind = type[ProviderError]

_LONGEST_CAUSE = 500
"""How much of what the provider behind it said becomes part of the message, in characters."""

_TYPES: Mapping[str, Kind] = {
    **dict.fromkeys(("context_length_exceeded", "string_too_long", "token_limit_exceeded"), ContextLengthExceeded),
    **dict.fromkeys(("content_policy_violation", "refusal"), ContentFiltered),
    **dict.fromkeys(("provider_overloaded", "provider_unavailable"), Overloaded),
    **dict.fromkeys(
        (
            "invalid_request",
            "invalid_prompt",
            "max_tokens_exceeded",
            "precondition_failed",
            "payload_too_large",
            "unprocessable",
            "invalid_image",
            "unsupported_image_format",
        ),
        InvalidRequest,
    ),
    "authentication": Authentication,
    "permission_denied": Permission,
    "payment_required": QuotaExceeded,
    "rate_limit_exceeded": RateLimited,
    "not_found": ModelNotFound,
    "server": ServerError,
    "timeout": TimedOut,
}
"""`error_type`, which is stable where codes and sentences are not."""

_STATUSES: Mapping[int, Kind] = {
    **dict.fromkeys((400, 409, 410, 412, 413, 422), InvalidRequest),
    401: Authentication,
    402: QuotaExceeded,
    403: Permission,
    404: ModelNotFound,
    408: TimedOut,
    429: RateLimited,
    499: ServerError,
    500: ServerError,
    502: ServerError,
    503: Overloaded,
    504: TimedOut,
    524: TimedOut,
    529: Overloaded,
}

_NO_MODEL = re.compile(r"not a valid model id|no such model|no endpoints found for")
_ROUTING = re.compile(
    r"data policy|privacy|guardrail|support (tool|image|audio|file|video|input|the provided)|parameters"
)
"""What there is no endpoint for but a model: the request asks for what none of its endpoints gives, or may give."""
_KEY_SPENT = re.compile(r"key limit|spending limit|credit")

_DAILY = "openrouter_free_tier_daily"
_IN_FLIGHT = "openrouter_in_flight_budget"


def kind_of(status: int, words: ErrorWords) -> Kind:
    """The class of a failure; a `status` below 400 is that of an answer that had begun, and says nothing."""
    if _source(words) == _DAILY:
        return QuotaExceeded
    found = _by_type(words.reason)
    if found in (None, InvalidRequest, ModelNotFound):
        found = _by_text(status, words) or found
    return found or _STATUSES.get(status) or (InvalidRequest if 400 <= status < 500 else ServerError)


def told(error: ProviderError, reply: Reply, words: ErrorWords) -> ProviderError:
    """The error in full: who failed and in which words, whether and when to try again."""
    metadata, status = _metadata(words), words.status or reply.status
    error.message = _message(words, metadata) or error.message
    error.type = words.reason or error.type
    if error.retry_after is None:
        error.retry_after = _until_reset(as_object(metadata.get("headers")) or {}, reply)
    if isinstance(error, QuotaExceeded) and _source(words) != _DAILY:
        # Credit that other calls hold for now is free again when they end; of credit that is spent no wait is told.
        waited = status == 402 and reply.header("retry-after") is not None
        error.retryable = waited or _source(words) == _IN_FLIGHT
    if status == 499:
        error.retryable = False
    return error


def _by_type(name: str | None) -> Kind | None:
    if name is None:
        return None
    return InvalidRequest if name.startswith("image_") else _TYPES.get(name)


def _by_text(status: int, words: ErrorWords) -> Kind | None:
    """What the sentence and its metadata say beyond the status, where they do."""
    text, metadata = words.text, _metadata(words)
    if metadata.get("flagged_input") is not None or as_array(metadata.get("reasons")) or "input was flagged" in text:
        return ContentFiltered
    if usual_kind(status, words) is ContextLengthExceeded:
        return ContextLengthExceeded
    if status == 403 and _KEY_SPENT.search(text):
        return QuotaExceeded
    if status == 404 and _ROUTING.search(text):
        return InvalidRequest
    return ModelNotFound if _NO_MODEL.search(text) else None


def _metadata(words: ErrorWords) -> JsonObject:
    return as_object(words.details.get("metadata")) or {}


def _source(words: ErrorWords) -> object:
    return _metadata(words).get("limit_source")


def _message(words: ErrorWords, metadata: JsonObject) -> str:
    """OpenRouter's sentence, with who failed behind it and what that provider said, or why the input was flagged."""
    said = words.details.get("message")
    sentence = said if isinstance(said, str) else ""
    if not sentence:
        return ""
    provider = metadata.get("provider_name")
    reasons = [reason for reason in as_array(metadata.get("reasons")) or [] if isinstance(reason, str)]
    cause = ", ".join(reasons) or _cause(metadata.get("raw"))
    who = f" ({provider})" if isinstance(provider, str) and provider and provider not in sentence else ""
    return f"{sentence}{who}: {cause}" if cause and cause not in sentence else f"{sentence}{who}"


def _cause(raw: object) -> str:
    """What the provider behind it said: `raw` is its body, as text or as an object."""
    if isinstance(raw, str):
        try:
            return words_in(loads(raw.encode())).message[:_LONGEST_CAUSE] or raw[:_LONGEST_CAUSE]
        except (NotJson, UnicodeEncodeError):
            return raw[:_LONGEST_CAUSE]
    return words_in(raw).message[:_LONGEST_CAUSE]


def _until_reset(headers: JsonObject, reply: Reply) -> float | None:
    """Seconds until the limit is lifted, by the clock of the answer: the reset is in milliseconds since 1970."""
    value, now = headers.get("X-RateLimit-Reset"), http_date(reply.header("date") or "")
    if now is None or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        wait = float(value) / 1000 - now.timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, wait) if isfinite(wait) else None
