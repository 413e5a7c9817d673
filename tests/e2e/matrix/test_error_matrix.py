"""Every provider, every status, its own bodies, every caller's SDK: the right exception, wait, id and word on repeating.

`BODIES` has the shapes in which each provider answers errors; `BY_STATUS` what a status means where a body says no more;
`NAMED` the bodies that do say more; `SEEN` what the callers of each API then get.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from accord.testing import Failure

WORDS = "because of this"

Shape = Callable[[int], object]


def _openai(status: int) -> object:
    return {"error": {"message": WORDS, "type": None, "param": None, "code": None}}


def _coded(status: int) -> object:
    return {"error": {"message": WORDS, "code": str(status)}}


def _message(status: int) -> object:
    return {"statusCode": status, "message": WORDS}


def _detail(status: int) -> object:
    return {"detail": WORDS}


def _details(status: int) -> object:
    return {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": WORDS, "input": 1}]}


ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
GOOGLE_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "CANCELLED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def _anthropic(status: int) -> object:
    kind = ANTHROPIC_TYPES.get(status)
    if kind is None:
        return {"message": WORDS}
    return {"type": "error", "error": {"type": kind, "message": WORDS}, "request_id": "req_011"}


def _google(status: int) -> object:
    return {"error": {"code": status, "message": WORDS, "status": GOOGLE_WORDS.get(status, "UNKNOWN")}}


def _openrouter(status: int) -> object:
    error = {"code": status, "message": WORDS, "metadata": {"provider_name": "Somebody", "raw": "no more to say"}}
    return {"error": error, "user_id": "user_1"}


def _mistral(status: int) -> object:
    kind = "invalid_request_error" if status < 500 else "internal_server_error"
    return {"object": "error", "message": WORDS, "type": kind, "param": None, "code": None, "raw_status_code": status}


BODIES: Mapping[str, tuple[Shape, ...]] = {
    "openai": (_openai,),
    "anthropic": (_anthropic,),
    "azure": (_openai, _coded, _message),
    "mistral": (_mistral, _detail, lambda status: {"message": WORDS, "request_id": "1"}, _details),
    "deepseek": (_openai,),
    "moonshot": (lambda status: {"error": {"type": "unexpected", "message": WORDS}},),
    "meta_llama": (_openai, lambda status: {"title": "Failed", "detail": WORDS, "status": status}),
    "openrouter": (_openrouter,),
    "vertex_ai": (_google, lambda status: [_google(status)]),
    "v0": (_openai, lambda status: {"error": {"code": "something", "message": WORDS}}),
    "deepinfra": (lambda status: {"error": {"message": WORDS}}, lambda status: {"detail": {"error": WORDS}}, _details),
    "azure_ai": (_openai, _coded, _message, _details),
    "responses": (_openai,),
}

BY_STATUS: Mapping[int, str] = {
    400: "invalid_request",
    401: "authentication",
    402: "quota_exceeded",
    403: "permission",
    404: "not_found",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    422: "unprocessable",
    429: "rate_limited",
    500: "failed",
    502: "unavailable",
    503: "overloaded",
    504: "late",
    529: "overloaded",
}

OF_PROVIDER: Mapping[tuple[str, int], str] = {
    # A model that is gone is all that is not found there.
    ("openrouter", 404): "model_not_found",
    ("deepinfra", 404): "model_not_found",
    ("v0", 404): "model_not_found",
    # The same request conflicts again, by its documentation.
    ("openrouter", 409): "invalid_request",
    # Credit for which a wait is told comes back by itself.
    ("openrouter", 402): "quota_to_come",
}
"""Where a status means something else at one provider."""

RETRYABLE = frozenset(
    {"timeout", "conflict", "rate_limited", "failed", "unavailable", "overloaded", "late", "quota_to_come"}
)

_OPENAI: Mapping[str, tuple[str, int, str | None]] = {
    "invalid_request": ("BadRequestError", 400, None),
    "context_length_exceeded": ("BadRequestError", 400, "context_length_exceeded"),
    "content_filtered": ("BadRequestError", 400, None),
    "authentication": ("AuthenticationError", 401, "invalid_api_key"),
    "quota_exceeded": ("RateLimitError", 429, "insufficient_quota"),
    "quota_to_come": ("RateLimitError", 429, "insufficient_quota"),
    "permission": ("PermissionDeniedError", 403, None),
    "not_found": ("NotFoundError", 404, "not_found"),
    "model_not_found": ("NotFoundError", 404, "model_not_found"),
    "timeout": ("APIStatusError", 408, "timeout"),
    "conflict": ("ConflictError", 409, "conflict"),
    "too_large": ("APIStatusError", 413, None),
    "unprocessable": ("UnprocessableEntityError", 422, None),
    "rate_limited": ("RateLimitError", 429, "rate_limit_exceeded"),
    "failed": ("InternalServerError", 500, "upstream_error"),
    "unavailable": ("InternalServerError", 502, "upstream_error"),
    "overloaded": ("InternalServerError", 503, "overloaded"),
    "late": ("InternalServerError", 504, "timeout"),
}
"""Exception, status and `code`; where there is no code of Accord's, the provider's own is handed on."""

SEEN: Mapping[str, Mapping[str, tuple[str, int, str | None]]] = {
    "chat": {**_OPENAI, "content_filtered": ("BadRequestError", 400, "content_filter")},
    "responses": {**_OPENAI, "content_filtered": ("BadRequestError", 400, "content_policy_violation")},
    "messages": {
        "invalid_request": ("BadRequestError", 400, "invalid_request_error"),
        "context_length_exceeded": ("BadRequestError", 400, "invalid_request_error"),
        "content_filtered": ("BadRequestError", 400, "invalid_request_error"),
        "authentication": ("AuthenticationError", 401, "authentication_error"),
        "quota_exceeded": ("PaymentRequiredError", 402, "billing_error"),
        "quota_to_come": ("PaymentRequiredError", 402, "billing_error"),
        "permission": ("PermissionDeniedError", 403, "permission_error"),
        "not_found": ("NotFoundError", 404, "not_found_error"),
        "model_not_found": ("NotFoundError", 404, "not_found_error"),
        "timeout": ("GatewayTimeoutError", 504, "timeout_error"),
        "conflict": ("ConflictError", 409, "conflict_error"),
        "too_large": ("ContentTooLargeError", 413, "request_too_large"),
        "unprocessable": ("BadRequestError", 400, "invalid_request_error"),
        "rate_limited": ("RateLimitError", 429, "rate_limit_error"),
        "failed": ("InternalServerError", 502, "api_error"),
        "unavailable": ("InternalServerError", 502, "api_error"),
        "overloaded": ("OverloadedError", 529, "overloaded_error"),
        "late": ("GatewayTimeoutError", 504, "timeout_error"),
    },
    "content": {
        "invalid_request": ("ClientError", 400, "INVALID_ARGUMENT"),
        "context_length_exceeded": ("ClientError", 400, "INVALID_ARGUMENT"),
        "content_filtered": ("ClientError", 400, "INVALID_ARGUMENT"),
        "authentication": ("ClientError", 401, "UNAUTHENTICATED"),
        "quota_exceeded": ("ClientError", 429, "RESOURCE_EXHAUSTED"),
        "quota_to_come": ("ClientError", 429, "RESOURCE_EXHAUSTED"),
        "permission": ("ClientError", 403, "PERMISSION_DENIED"),
        "not_found": ("ClientError", 404, "NOT_FOUND"),
        "model_not_found": ("ClientError", 404, "NOT_FOUND"),
        "timeout": ("ServerError", 504, "DEADLINE_EXCEEDED"),
        "conflict": ("ClientError", 409, "ABORTED"),
        "too_large": ("ClientError", 400, "INVALID_ARGUMENT"),
        "unprocessable": ("ClientError", 400, "INVALID_ARGUMENT"),
        "rate_limited": ("ClientError", 429, "RESOURCE_EXHAUSTED"),
        "failed": ("ServerError", 502, "INTERNAL"),
        "unavailable": ("ServerError", 502, "INTERNAL"),
        "overloaded": ("ServerError", 503, "UNAVAILABLE"),
        "late": ("ServerError", 504, "DEADLINE_EXCEEDED"),
    },
}
"""By caller and cause: the SDK's exception, its status, and the word of the wire for it."""

OWN: Mapping[tuple[str, int, str], tuple[str, int, str | None]] = {
    # What Anthropic says goes to its callers as it is.
    ("anthropic", 422, "messages"): ("UnprocessableEntityError", 422, "invalid_request_error"),
    ("anthropic", 500, "messages"): ("InternalServerError", 500, "api_error"),
}
"""Where one provider's status reaches one API's callers differently."""

NO_MODEL_ON_RESPONSES = ("BadRequestError", 400, "model_not_found")
"""OpenAI's Responses API itself answers 400 for a model that is not there, so a provider's 400 stays one."""

NAMED: tuple[tuple[str, int, object, str], ...] = (
    (
        "openai",
        429,
        {
            "error": {
                "message": "You exceeded your current quota",
                "type": "insufficient_quota",
                "param": None,
                "code": "insufficient_quota",
            }
        },
        "quota_exceeded",
    ),
    (
        "openai",
        400,
        {
            "error": {
                "message": "too long",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        "context_length_exceeded",
    ),
    (
        "openai",
        404,
        {"error": {"message": "no `x`", "type": "invalid_request_error", "param": None, "code": "model_not_found"}},
        "model_not_found",
    ),
    (
        "openai",
        503,
        {"error": {"message": "later", "type": "server_error", "param": None, "code": "server_is_overloaded"}},
        "overloaded",
    ),
    (
        "responses",
        429,
        {"error": {"message": "spent", "type": None, "param": None, "code": "organization_spend_limit_exceeded"}},
        "quota_exceeded",
    ),
    (
        "responses",
        400,
        {
            "error": {
                "message": "no",
                "type": "invalid_request_error",
                "param": None,
                "code": "content_policy_violation",
            }
        },
        "content_filtered",
    ),
    (
        "anthropic",
        400,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"},
        },
        "context_length_exceeded",
    ),
    (
        "anthropic",
        404,
        {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-x"}},
        "model_not_found",
    ),
    (
        "azure",
        400,
        {
            "error": {
                "code": "content_filter",
                "message": "filtered",
                "param": "prompt",
                "type": None,
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
        "content_filtered",
    ),
    ("azure", 404, {"error": {"code": "DeploymentNotFound", "message": "does not exist"}}, "model_not_found"),
    ("azure", 401, {"error": {"code": "PermissionDenied", "message": "Principal does not have access"}}, "permission"),
    (
        "mistral",
        400,
        {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "param": None, "code": "1500"},
        "model_not_found",
    ),
    (
        "mistral",
        400,
        {
            "object": "error",
            "message": "Prompt contains 9 tokens, too large for model with 8 maximum context length",
            "type": "invalid_request_invalid_args",
            "param": None,
            "code": "3051",
        },
        "context_length_exceeded",
    ),
    ("mistral", 403, {"error": {"message": "Content blocked by guardrail", "status": 403}}, "content_filtered"),
    (
        "mistral",
        429,
        {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "param": None, "code": "1300"},
        "rate_limited",
    ),
    (
        "deepseek",
        402,
        {
            "error": {
                "message": "Insufficient Balance",
                "type": "unknown_error",
                "param": None,
                "code": "invalid_request_error",
            }
        },
        "quota_exceeded",
    ),
    (
        "deepseek",
        400,
        {"error": {"message": "Content Exists Risk", "type": "invalid_request_error", "param": None, "code": None}},
        "content_filtered",
    ),
    ("deepseek", 400, {"error": {"message": "Model Not Exist", "type": "invalid_request_error"}}, "model_not_found"),
    (
        "moonshot",
        429,
        {"error": {"type": "exceeded_current_quota_error", "message": "suspended"}},
        "quota_exceeded",
    ),
    ("moonshot", 429, {"error": {"type": "engine_overloaded_error", "message": "overloaded"}}, "overloaded"),
    (
        "moonshot",
        403,
        {"error": {"type": "permission_denied_error", "message": "insufficient balance"}},
        "quota_exceeded",
    ),
    ("meta_llama", 400, {"error": {"message": "longer than the context window"}}, "context_length_exceeded"),
    ("meta_llama", 404, {"error": {"message": "The model `x` does not exist"}}, "model_not_found"),
    (
        "moonshot",
        400,
        {"error": {"type": "invalid_request_error", "message": "Input token length too long"}},
        "context_length_exceeded",
    ),
    (
        "moonshot",
        404,
        {"error": {"type": "resource_not_found_error", "message": "Not found the model x or Permission denied"}},
        "model_not_found",
    ),
    ("openrouter", 403, {"error": {"code": 403, "message": "Key limit exceeded"}}, "quota_exceeded"),
    ("openrouter", 404, {"error": {"code": 404, "message": "No endpoints found for x"}}, "model_not_found"),
    (
        "openrouter",
        400,
        {
            "error": {
                "code": 400,
                "message": "Provider returned error",
                "metadata": {"error_type": "context_length_exceeded"},
            }
        },
        "context_length_exceeded",
    ),
    (
        "vertex_ai",
        400,
        {
            "error": {
                "code": 400,
                "message": "The input token count (9) exceeds the maximum number of tokens allowed (8).",
                "status": "INVALID_ARGUMENT",
            }
        },
        "context_length_exceeded",
    ),
    (
        "vertex_ai",
        429,
        {
            "error": {
                "code": 429,
                "message": "spent",
                "status": "RESOURCE_EXHAUSTED",
                "details": [
                    {
                        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                        "violations": [{"quotaId": "RequestsPerDay"}],
                    }
                ],
            }
        },
        "quota_exceeded",
    ),
    (
        "vertex_ai",
        404,
        {"error": {"code": 404, "message": "Publisher Model `x` was not found", "status": "NOT_FOUND"}},
        "model_not_found",
    ),
    ("deepinfra", 429, {"error": {"message": "Model busy, retry later"}}, "overloaded"),
    ("deepinfra", 422, {"error": {"message": "the maximum context length is 8"}}, "context_length_exceeded"),
    (
        "azure_ai",
        429,
        {"error": {"code": "RateLimitReached", "message": "Rate limit of 6 per 60s exceeded. Please wait 9 seconds"}},
        "rate_limited",
    ),
    ("azure_ai", 400, {"error": {"code": "unknown_model", "message": "Unknown model: x"}}, "model_not_found"),
)
"""Bodies that say more than their status."""

WAIT = (("retry-after", "7"),)
CALLERS = ("chat", "responses", "messages", "content")


def _word(caller: str, body: Any) -> str | None:
    """The wire's word for the cause."""
    if caller == "content":
        return str(body["error"]["status"])
    if caller == "messages":
        return str(body["error"]["type"])
    assert set(body) == {"message", "type", "param", "code"}
    code = body["code"]
    return None if code is None else str(code)


def _check(ended: Any, caller: str, expected: tuple[str, int, str | None], *, retryable: bool) -> None:
    kind, status, word = expected
    assert (ended.kind, ended.status) == (kind, status)
    if word is not None:
        assert _word(caller, ended.body) == word
    assert ended.headers["x-request-id"] == ended.headers["request-id"] == ended.request_id
    assert ended.request_id.startswith("req_")
    assert ended.headers.get("x-should-retry") == (None if retryable else "false")
    if retryable:
        assert ended.headers["retry-after"] == "7"


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("status", BY_STATUS)
@pytest.mark.parametrize("provider", BODIES)
def test_status(house: Any, callers: Any, provider: str, status: int, caller: str) -> None:
    cause = OF_PROVIDER.get((provider, status), BY_STATUS[status])
    expected = OWN.get((provider, status, caller), SEEN[caller][cause])
    if status == 502 and provider == "anthropic":
        expected = SEEN[caller]["overloaded"]
    for shape in BODIES[provider]:
        body = json.dumps(shape(status)).encode()
        house.fakes[provider].script(Failure(status=status, body=body, headers=WAIT))
        ended = callers[caller](house.model(provider))
        _check(ended, caller, expected, retryable=cause in RETRYABLE)
        assert WORDS in str(ended.error)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("provider", "status", "body", "cause"), NAMED)
def test_words_say_more_than_the_status(
    house: Any, callers: Any, provider: str, status: int, body: object, cause: str, caller: str
) -> None:
    house.fakes[provider].script(Failure(status=status, body=json.dumps(body).encode(), headers=WAIT))
    ended = callers[caller](house.model(provider))
    expected = SEEN[caller][cause]
    if (caller, cause, status) == ("responses", "model_not_found", 400):
        expected = NO_MODEL_ON_RESPONSES
    _check(ended, caller, expected, retryable=cause in RETRYABLE)


EDGES: tuple[tuple[int, bytes, str], ...] = (
    (500, b"", "text/plain"),
    (502, b"<html><head><title>502 Bad Gateway</title></head></html>", "text/html"),
    (503, b"upstream connect error", "text/plain"),
    (504, b'{"error":', "application/json"),
    (429, b"", "application/json"),
    (401, b"null", "application/json"),
    (400, b"[]", "application/json"),
    (400, b'"\xff\xfe"', "application/json"),
)
"""What an edge in front of a provider answers: no shape at all."""


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("provider", BODIES)
def test_bodies_of_no_shape(house: Any, callers: Any, provider: str, caller: str) -> None:
    for status, body, content_type in EDGES:
        cause = "overloaded" if status == 502 and provider == "anthropic" else BY_STATUS[status]
        house.fakes[provider].script(Failure(status=status, body=body, content_type=content_type, headers=WAIT))
        ended = callers[caller](house.model(provider))
        _check(ended, caller, SEEN[caller][cause], retryable=cause in RETRYABLE)


def test_every_provider_has_its_bodies(house: Any) -> None:
    assert set(BODIES) == set(house.names)
