"""A failed answer as a `ProviderError`, by status, code, type and text.

https://developers.openai.com/api/docs/guides/error-codes, and what hosts that speak OpenAI's wire were seen to answer. The
host's own code counts most, then what its sentence says where a status means several things, then the status.
"""

import re
from collections.abc import Mapping

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
from accord.dialects.openai_chat.error_body import ErrorWords

Kind = type[ProviderError]

_CODES: Mapping[str, Kind] = {
    **dict.fromkeys(
        (
            "context_length_exceeded",
            "exceed_context_size_error",
            "string_too_long",
            "token_limit_exceeded",
            "model_context_window_exceeded",
        ),
        ContextLengthExceeded,
    ),
    **dict.fromkeys(
        (
            "content_filter",
            "contentfilter",
            "content_policy_violation",
            "moderation_blocked",
            "invalid_prompt",
            "bio_policy",
            "cyber_policy",
            "misalignment_policy_violation",
            "image_content_policy_violation",
            "responsibleaipolicyviolation",
            "data_inspection_failed",
            "datainspectionfailed",
        ),
        ContentFiltered,
    ),
    **dict.fromkeys(
        ("model_not_found", "invalid_model", "deploymentnotfound", "model_not_available", "model_not_exist"),
        ModelNotFound,
    ),
    **dict.fromkeys(
        (
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
            "exceeded_current_quota_error",
            "payment_required",
            "payment_method_required",
            "arrearage",
        ),
        QuotaExceeded,
    ),
    **dict.fromkeys(
        ("rate_limit_exceeded", "rate_limit_reached_error", "slow_down", "too_many_requests", "resource_exhausted"),
        RateLimited,
    ),
    **dict.fromkeys(
        (
            "engine_overloaded",
            "engine_overloaded_error",
            "server_is_overloaded",
            "service_unavailable",
            "serviceunavailable",
            "overloaded_error",
            "provider_overloaded",
            "provider_unavailable",
            "queue_exceeded",
        ),
        Overloaded,
    ),
    **dict.fromkeys(
        (
            "invalid_api_key",
            "incorrect_api_key_error",
            "invalid_authentication_error",
            "authentication_error",
            "authentication",
            "wrong_api_key",
            "invalidapikey",
            "unauthenticated",
            "ip_not_authorized",
        ),
        Authentication,
    ),
    **dict.fromkeys(
        (
            "unsupported_country_region_territory",
            "insufficient_permissions",
            "permission_denied",
            "permission_denied_error",
            "permissiondenied",
            "authenticationtypedisabled",
        ),
        Permission,
    ),
    **dict.fromkeys(("timeout", "timeout_error", "request_timeout"), TimedOut),
}
"""Codes, types and reasons that mean one thing whatever the status."""

_STATUSES: Mapping[int, Kind] = {
    401: Authentication,
    402: QuotaExceeded,
    403: Permission,
    404: NotFound,
    408: TimedOut,
    409: Conflict,
    410: NotFound,
    429: RateLimited,
    498: Overloaded,
    503: Overloaded,
    504: TimedOut,
    522: TimedOut,
    524: TimedOut,
    529: Overloaded,
}

_CONTEXT = re.compile(
    r"maximum context length|context window|context size|input tokens exceed|exceeded model token limit"
    r"|input token length too long|prompt is too long|input is too long|too many tokens|reduce the length"
    r"|input length .{0,200}exceed|context length .{0,200}exceed|too large for model with"
)
_FILTER = re.compile(
    r"usage policy|safety system|content filter|content_filter|considered high risk|content exists risk"
    r"|input was flagged|blocked by guardrail|content management policy"
)
_QUOTA = re.compile(
    r"insufficient.{0,20}(balance|quota|credit|funds)|exceeded your current quota|valid payment method|plan and billing"
    r"|billing (is )?(not active|disabled|hard limit)|account.{0,80}suspended|out of credits|requires more credits"
    r"|can only afford|usage limit|spending limit|spend limit|credit balance|key limit|prepayment"
)
_MODEL = re.compile(
    r"model.{0,120}(does not exist|not found|not exist|doesn't exist|is not available|not supported by any)"
    r"|invalid model|not a valid model|no such model|not found the model|no endpoints found|model_not_found"
)
_BUSY = re.compile(r"overloaded|resource unavailable|resources unavailable|busy|capacity|high demand|no available")
_TOO_LARGE = re.compile(r"request too large")
_RATE = re.compile(r"rate limit|too many requests")
_SOON = re.compile(r"(try again|retry) (in|after) \d")
"""A wait in the sentence: then it is a limit by the minute, even where it speaks of a quota (Google)."""
_KEY = re.compile(r"api key not valid|invalid api key|incorrect api key|invalid_api_key")


def error_kind(status: int, words: ErrorWords) -> Kind:
    """The class of the failure. A `status` below 400 is that of an answer that had begun, and says nothing."""
    for word in (words.reason, words.code, words.type):
        found = _CODES.get(word.lower()) if word else None
        if found is not None:
            return _finer(found, status, words.text)
    return _by_status(status, words.text) if status >= 400 else _within_answer(words)


def is_end_by_length(status: int, words: ErrorWords) -> bool:
    """Whether the refusal is the end of an answer: all of its tokens went into hidden reasoning (GPT-5 models)."""
    return status == 400 and words.message.startswith("Could not finish the message because max_tokens")


def is_hopeless(words: ErrorWords) -> bool:
    """Whether a rate limit will refuse the same request again, since it alone is above the limit."""
    return _TOO_LARGE.search(words.text) is not None


def _finer(found: Kind, status: int, text: str) -> Kind:
    """Where hosts use one word for two causes, the sentence decides."""
    if found is RateLimited and _QUOTA.search(text) and not _SOON.search(text):
        return QuotaExceeded
    if found is Authentication and status == 403:
        return Permission
    return found


def _by_status(status: int, text: str) -> Kind:
    if _CONTEXT.search(text) and (status in (400, 403, 413, 422) or status >= 500):
        return ContextLengthExceeded
    if status in (400, 403, 404, 409, 422):
        said = _by_text(status, text)
        if said is not None:
            return said
    if status == 429:
        return _limited(text)
    known = _STATUSES.get(status)
    if known is not None:
        return known
    return ServerError if status >= 500 or status == 499 else InvalidRequest


def _within_answer(words: ErrorWords) -> Kind:
    """A failure after the answer had begun, and without a status of its own."""
    text = words.text
    if _CONTEXT.search(text):
        return ContextLengthExceeded
    if _QUOTA.search(text) and not _SOON.search(text):
        return QuotaExceeded
    if _RATE.search(text):
        return RateLimited
    if _BUSY.search(text):
        return Overloaded
    said = _by_text(400, text)
    if said is not None:
        return said
    return InvalidRequest if words.type == "invalid_request_error" else ServerError


def _by_text(status: int, text: str) -> Kind | None:
    """What a client error's sentence says beyond its status."""
    if _FILTER.search(text):
        return ContentFiltered
    if status == 403 and _QUOTA.search(text):
        return QuotaExceeded
    if _MODEL.search(text):
        return ModelNotFound
    if status == 400 and _KEY.search(text):
        return Authentication
    return None


def _limited(text: str) -> Kind:
    if _TOO_LARGE.search(text) or _SOON.search(text):
        return RateLimited
    if _QUOTA.search(text):
        return QuotaExceeded
    return Overloaded if _BUSY.search(text) and not _RATE.search(text) else RateLimited
