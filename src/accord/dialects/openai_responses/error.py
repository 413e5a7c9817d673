"""Failures of a provider on this wire: what the body, the status and the words mean.

The table follows https://developers.openai.com/api/docs/guides/error-codes and what OpenAI, Azure, DeepSeek and OpenRouter
were seen to answer: a code decides first, then the words, then the status. On Responses an unknown model is a 400.
"""

import re
from collections.abc import Mapping

import msgspec

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
from accord.core.http import Headers, Reply, request_id_in
from accord.core.json import NotJson, as_array, as_object, loads
from accord.dialects.openai_responses.retry_after import retry_after_of

_CODES: Mapping[str, type[ProviderError]] = {
    "context_length_exceeded": ContextLengthExceeded,
    "content_policy_violation": ContentFiltered,
    "image_content_policy_violation": ContentFiltered,
    "misalignment_policy_violation": ContentFiltered,
    "moderation_blocked": ContentFiltered,
    "content_filter": ContentFiltered,
    "invalid_prompt": ContentFiltered,
    "bio_policy": ContentFiltered,
    "cyber_policy": ContentFiltered,
    "ResponsibleAIPolicyViolation": ContentFiltered,
    "model_not_found": ModelNotFound,
    "unknown_model": ModelNotFound,
    "DeploymentNotFound": ModelNotFound,
    "invalid_api_key": Authentication,
    "ip_not_authorized": Authentication,
    "authentication_error": Authentication,
    "unsupported_country_region_territory": Permission,
    "PermissionDenied": Permission,
    "insufficient_quota": QuotaExceeded,
    "usage_not_included": QuotaExceeded,
    "billing_hard_limit_reached": QuotaExceeded,
    "credit_balance_exhausted": QuotaExceeded,
    "organization_spend_limit_exceeded": QuotaExceeded,
    "project_spend_limit_exceeded": QuotaExceeded,
    "organization_usage_limit_exceeded": QuotaExceeded,
    "rate_limit_exceeded": RateLimited,
    "rate_limit_error": RateLimited,
    "too_many_requests": RateLimited,
    "RateLimitReached": RateLimited,
    "slow_down": RateLimited,
    "server_is_overloaded": Overloaded,
    "service_unavailable": Overloaded,
    "engine_overloaded": Overloaded,
    "NoCapacity": Overloaded,
    "server_error": ServerError,
    "vector_store_timeout": ServerError,
    "failed_to_download_image": InvalidRequest,
    "empty_image_file": InvalidRequest,
    "data_residency_mismatch": InvalidRequest,
    "Timeout": TimedOut,
}

_STATUSES: Mapping[int, type[ProviderError]] = {
    401: Authentication,
    402: QuotaExceeded,
    403: Permission,
    404: NotFound,
    408: TimedOut,
    409: Conflict,
    424: ServerError,
    429: RateLimited,
    503: Overloaded,
    504: TimedOut,
    524: TimedOut,
    529: Overloaded,
}

_TOO_LONG = re.compile(
    r"maximum context length|exceeds? the context window|input tokens exceed|prompt is too long|context_length",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"usage policy|safety system|content management policy|Content Exists Risk", re.IGNORECASE)
_NO_MODEL = re.compile(r"Model Not Exist|Unknown model|not a valid model ID|No endpoints found", re.IGNORECASE)
_NO_QUOTA = re.compile(r"exceeded your current quota|Insufficient Balance|key limit", re.IGNORECASE)
_NO_CAPACITY = re.compile(r"resource unavailable|at capacity|no capacity", re.IGNORECASE)
_NEVER_FITS = re.compile(r"Request too large for|too large for .{0,200}tokens per min", re.IGNORECASE)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of a failure, in its own words."""

    message: str = ""
    code: str | None = None
    type: str | None = None
    param: str | None = None
    inner: str | None = None
    """The code of an inner error (Azure)."""


def told_by(value: object) -> Told | None:
    """What an `error` member says; `None` where it says nothing (`null`, `{}`, `""`)."""
    if not value:
        return None
    error = as_object(value)
    if error is None:
        return Told(message=str(value))
    inner = as_object(error.get("innererror")) or as_object(error.get("inner_error")) or {}
    return Told(
        message=_word(error.get("message")) or _word(error.get("detail")) or "",
        code=_word(error.get("code")),
        type=_word(error.get("type")),
        param=_word(error.get("param")),
        inner=_word(inner.get("code")),
    )


def told_in(body: bytes) -> Told:
    """What the body of a failed reply says. Bodies that are no JSON are kept as the message."""
    try:
        value = loads(body)
    except NotJson:
        return Told(message=body[:2000].decode("utf-8", "replace").strip())
    array = as_array(value)
    outer = as_object(array[0] if array else value) or {}
    found = told_by(outer.get("error")) or told_by(outer)
    return found if found is not None and found.message else Told(message=body[:2000].decode("utf-8", "replace"))


def error_in(body: bytes) -> Told | None:
    """What an object with an `error` member says, `None` where `body` is none."""
    try:
        return told_by((as_object(loads(body)) or {}).get("error"))
    except NotJson:
        return None


def failure(
    told: Told, *, status: int, headers: Headers = (), body: bytes = b"", provider: str = "", model: str = ""
) -> ProviderError:
    """The error for a reply with `status`; 200 is an answer or a stream that tells of a failure inside."""
    message = told.message or f"the provider answered with status {status} and no message"
    kind = cause_of(told, status)
    return kind(
        message,
        provider=provider,
        model=model,
        status=status,
        code=told.code,
        type=told.type,
        param=told.param,
        body=body,
        request_id=request_id_in(headers),
        retry_after=retry_after_of(headers, message) if kind.retryable_by_default else None,
        # A request larger than the limit of a minute is refused however long one waits.
        retryable=False if _NEVER_FITS.search(message) else None,
    )


def failed_reply(reply: Reply, provider: str, model: str) -> ProviderError:
    """The failure that a reply with a status other than 2xx tells of."""
    told = told_in(reply.body)
    return failure(told, status=reply.status, headers=reply.headers, body=reply.body, provider=provider, model=model)


def cause_of(told: Told, status: int) -> type[ProviderError]:
    """The kind of failure, by code, then words, then status."""
    for word in (told.inner, told.code, told.type):
        found = _CODES.get(word or "")
        if found is not None:
            return _by_words(told.message, found) if found is RateLimited else found
    if told.code is not None and re.fullmatch(r"[45]\d\d", told.code):
        status = int(told.code)
    return _by_words(told.message, _by_status(told, status))


def _by_words(message: str, found: type[ProviderError]) -> type[ProviderError]:
    if found in (InvalidRequest, NotFound, ServerError) and _TOO_LONG.search(message):
        return ContextLengthExceeded
    if found in (InvalidRequest, Permission) and _FILTERED.search(message):
        return ContentFiltered
    if found in (InvalidRequest, NotFound) and _NO_MODEL.search(message):
        return ModelNotFound
    if found in (RateLimited, Permission) and _NO_QUOTA.search(message):
        return QuotaExceeded
    if found is RateLimited and _NO_CAPACITY.search(message):
        return Overloaded
    return found


def _by_status(told: Told, status: int) -> type[ProviderError]:
    found = _STATUSES.get(status)
    if found is not None:
        return found
    if status == 200:
        # Inside an answer there is no status to go by. Codes of what was wrong with the request say so themselves.
        wrong = told.type == "invalid_request_error" or (told.code or "").startswith(
            ("invalid_", "image_", "unsupported_")
        )
        return InvalidRequest if wrong else ServerError
    return InvalidRequest if 400 <= status < 500 else ServerError


def _word(value: object) -> str | None:
    """A code as a string; some hosts write numbers."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
