"""Every failure Anthropic is known to answer with, in an answer of its own and within a stream: cause, whether and when to try
again, the words.
"""

import json

import pytest

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
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers.anthropic import Anthropic

REQUEST = ChatRequest(messages=(user("Hello"),), max_output_tokens=64)
CODEC = Anthropic(api_key="sk-ant-test").chat_codec("claude-opus-5-5")
BAD = "invalid_request_error"

# Status, type, message, class.
ROWS = [
    (400, BAD, "prompt is too long: 1048999 tokens > 1000000 maximum", ContextLengthExceeded),
    (
        400,
        BAD,
        "input length and `max_tokens` exceed context limit: 199000 + 64000 > 200000, decrease input length",
        ContextLengthExceeded,
    ),
    (400, BAD, "prompt: length: 250000", ContextLengthExceeded),
    (400, BAD, "Your credit balance is too low to access the Anthropic API.", QuotaExceeded),
    (
        400,
        BAD,
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
        QuotaExceeded,
    ),
    (400, BAD, "This organization has reached its spend limit.", QuotaExceeded),
    (400, BAD, "Output blocked by content filtering policy", ContentFiltered),
    (
        400,
        BAD,
        "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation.",
        InvalidRequest,
    ),
    (400, BAD, "context_management: Extra inputs are not permitted", InvalidRequest),
    (
        400,
        BAD,
        "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
        InvalidRequest,
    ),
    (400, BAD, "`temperature` is deprecated for this model", InvalidRequest),
    (400, BAD, "`temperature` and `top_p` cannot both be specified for this model.", InvalidRequest),
    (400, BAD, "This model does not support assistant message prefill.", InvalidRequest),
    (400, BAD, "role 'system' is not supported on this model", InvalidRequest),
    (400, BAD, "thinking.type.disabled: Input should be 'adaptive'", InvalidRequest),
    (400, BAD, "tools.0.custom.input_schema.type: Field required", InvalidRequest),
    (401, "authentication_error", "invalid x-api-key", Authentication),
    (401, "authentication_error", "API key is invalid.", Authentication),
    (402, "billing_error", "There is a problem with your billing.", QuotaExceeded),
    (403, "permission_error", "Your API key does not have permission to use the specified resource.", Permission),
    (404, "not_found_error", "model: claude-gone", ModelNotFound),
    (404, "not_found_error", "Container not found", NotFound),
    (409, "conflict_error", "The resource was changed.", Conflict),
    (413, "request_too_large", "Request exceeds the maximum size", InvalidRequest),
    (422, BAD, "Unprocessable", InvalidRequest),
    (
        429,
        "rate_limit_error",
        "This request would exceed your organization's rate limit of 50 per minute.",
        RateLimited,
    ),
    (429, "rate_limit_error", "Your usage has grown too fast; see acceleration limits.", RateLimited),
    (429, "rate_limit_error", "The workspace has reached its spend limit.", QuotaExceeded),
    (500, "api_error", "Internal server error", ServerError),
    (504, "timeout_error", "The request timed out.", TimedOut),
    (529, "overloaded_error", "Overloaded", Overloaded),
    (418, "brand_new_error", "who knows", InvalidRequest),
    (555, "brand_new_error", "who knows", ServerError),
]


def told(kind, message, request_id: str | None = "req_011"):
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}


def error_of(status, body, headers=()):
    text = body if isinstance(body, str) else json.dumps(body)
    return CODEC.encode(REQUEST).error(Reply(status=status, headers=headers, body=text.encode()))


@pytest.mark.parametrize(("status", "kind", "message", "cause"), ROWS)
def test_a_failure_is_told_by_its_cause(status, kind, message, cause):
    error = error_of(status, told(kind, message), (("retry-after", "3"),))
    assert type(error) is cause
    assert error.retryable is cause.retryable_by_default
    assert (error.status, error.type, error.message) == (status, kind, message)
    assert (error.request_id, error.retry_after) == ("req_011", 3)


@pytest.mark.parametrize(("status", "kind", "message", "cause"), [row for row in ROWS if row[1] != "brand_new_error"])
def test_a_failure_within_a_stream_means_the_same(status, kind, message, cause):
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    with pytest.raises(ProviderError) as caught:
        decoder.feed(f"event: error\ndata: {json.dumps(told(kind, message))}\n\n".encode())
    error = caught.value
    assert type(error) is cause
    assert error.retryable is cause.retryable_by_default
    assert (error.status, error.type, error.message, error.request_id) == (200, kind, message, "req_011")


def test_a_failure_within_a_200_means_the_same():
    with pytest.raises(Overloaded):
        CODEC.encode(REQUEST).decode(
            Reply(status=200, body=json.dumps(told("overloaded_error", "Overloaded")).encode())
        )


@pytest.mark.parametrize(
    ("status", "text", "cause"),
    [
        (413, "<html><head><title>413 Payload Too Large</title></head></html>", InvalidRequest),
        (502, "<html>Bad Gateway</html>", Overloaded),
        (503, "", Overloaded),
        (504, "", TimedOut),
        (520, "", ServerError),
        (529, "", Overloaded),
    ],
)
def test_what_the_edge_answers_is_told_by_its_status(status, text, cause):
    error = error_of(status, text, (("request-id", "req_2"),))
    assert type(error) is cause
    assert (error.request_id, error.body) == ("req_2", text.encode())


def test_a_request_too_large_says_so_in_its_code():
    assert error_of(413, "").code == "request_too_large"


def test_the_field_at_fault_is_named():
    assert error_of(400, told(BAD, "tools.0.custom.input_schema.type: Field required")).param == (
        "tools.0.custom.input_schema.type"
    )


def test_an_id_of_null_is_that_of_the_header():
    body = told("authentication_error", "API key is invalid.", request_id=None)
    assert error_of(401, body, (("request-id", "req_3"),)).request_id == "req_3"


DATE = ("date", "Mon, 23 Nov 2026 12:00:00 GMT")


def limit(name, remaining, reset):
    prefix = f"anthropic-ratelimit-{name}"
    return ((f"{prefix}-limit", "50"), (f"{prefix}-remaining", remaining), (f"{prefix}-reset", reset))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("retry-after", "7"), *limit("requests", "0", "2026-11-23T12:00:30Z"), DATE), 7),
        ((("retry-after-ms", "250"), ("retry-after", "7")), 0.25),
        ((("retry-after", "Mon, 23 Nov 2026 12:00:20 GMT"), DATE), 20),
        ((*limit("requests", "0", "2026-11-23T12:00:30Z"), DATE), 30),
        (
            (
                *limit("requests", "9", "2026-11-23T12:00:59Z"),
                *limit("input-tokens", "0", "2026-11-23T12:00:12Z"),
                *limit("output-tokens", "0", "2026-11-23T14:00:40+02:00"),
                DATE,
            ),
            40,
        ),
        ((*limit("tokens", "0", "2026-11-23T11:59:00Z"), DATE), 0),
        (limit("requests", "0", "2026-11-23T12:00:30Z"), None),
        ((*limit("requests", "0", "soon"), DATE), None),
        ((*limit("requests", "0", "2026-11-23T12:00:30"), DATE), None),
        ((*limit("requests", "3", "2026-11-23T12:00:30Z"), DATE), None),
        ((), None),
    ],
)
def test_how_long_to_wait(headers, seconds):
    assert error_of(429, told("rate_limit_error", "Slow down."), headers).retry_after == seconds


@pytest.mark.parametrize(("word", "retryable"), [("true", True), ("false", False)])
def test_the_services_own_word_on_repeating_wins(word, retryable):
    for status, kind in ((400, BAD), (529, "overloaded_error")):
        assert error_of(status, told(kind, "x"), (("x-should-retry", word),)).retryable is retryable
