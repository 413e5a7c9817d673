"""Every failure Mistral is known to answer with: cause, whether and when to try again, the words."""

import json

import pytest

from accord.core.error import (
    Authentication,
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
from accord.providers.mistral import Mistral

REQUEST = ChatRequest(messages=(user("Hello"),))
CODEC = Mistral(api_key="mistral-test-key").chat_codec("mistral-small-latest")


def told(status, code, kind, message):
    return {
        "object": "error",
        "message": message,
        "type": kind,
        "param": None,
        "code": code,
        "raw_status_code": status,
    }


def forbidden(*place):
    return {"type": "extra_forbidden", "loc": ["body", *place], "msg": "Extra inputs are not permitted", "input": "u1"}


TOO_LONG = "Prompt contains 270001 tokens and 0 draft tokens, too large for model with 262144 maximum context length"
ORDER = "Unexpected role 'user' after role 'tool'"
CALL_ID = "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9."
EFFORT = "reasoning_effort low is not supported for this model, supported values: [high, none]"

# Status, body, class, the message.
ROWS = [
    (401, {"detail": "Invalid API Key"}, Authentication, "Invalid API Key"),
    (401, {"detail": "Unauthorized"}, Authentication, "Unauthorized"),
    (401, {"message": "Unauthorized", "request_id": "9d"}, Authentication, "Unauthorized"),
    (401, "", Authentication, "the provider answered with status 401"),
    (402, {"detail": "Payment required"}, QuotaExceeded, "Payment required"),
    (
        403,
        {"error": {"message": "Content blocked by guardrail", "status": 403}, "guardrails": {"results": {}}},
        ContentFiltered,
        "Content blocked by guardrail",
    ),
    (403, {"detail": "Forbidden"}, Permission, "Forbidden"),
    (404, {"message": "no Route matched with those values"}, NotFound, "no Route matched with those values"),
    (400, told(400, "1500", "invalid_model", "Invalid model: x"), ModelNotFound, "Invalid model: x"),
    (400, told(400, 1500, "invalid_model", "Invalid model: x"), ModelNotFound, "Invalid model: x"),
    (400, told(400, "3051", "invalid_request_invalid_args", TOO_LONG), ContextLengthExceeded, TOO_LONG),
    (400, told(400, "3051", "invalid_request_prompt", TOO_LONG), ContextLengthExceeded, TOO_LONG),
    (
        400,
        told(400, "3051", "invalid_request_invalid_args", "Logprobs are not enabled for this model"),
        InvalidRequest,
        "Logprobs are not enabled for this model",
    ),
    (
        400,
        told(400, "3210", "invalid_request", "Too many inputs in request."),
        InvalidRequest,
        "Too many inputs in request.",
    ),
    (400, told(400, "3230", "invalid_request_message_order", ORDER), InvalidRequest, ORDER),
    (400, told(400, "3280", "invalid_function_call", CALL_ID), InvalidRequest, CALL_ID),
    (400, told(400, "3001", "invalid_request_error", EFFORT), InvalidRequest, EFFORT),
    (
        422,
        {
            "object": "error",
            "message": {"detail": [forbidden("messages", 0, "user", "name"), forbidden("user")]},
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        },
        InvalidRequest,
        "body.messages.0.user.name: Extra inputs are not permitted; body.user: Extra inputs are not permitted",
    ),
    (422, {"detail": [forbidden("n")]}, InvalidRequest, "body.n: Extra inputs are not permitted"),
    (408, "", TimedOut, "the provider answered with status 408"),
    (429, told(429, "1300", "rate_limited", "Rate limit exceeded"), RateLimited, "Rate limit exceeded"),
    (429, {"message": "Requests rate limit exceeded"}, RateLimited, "Requests rate limit exceeded"),
    (429, told(429, None, "invalid_request_error", "Rate limit exceeded"), RateLimited, "Rate limit exceeded"),
    (
        429,
        told(429, "1300", "rate_limited", "Monthly token limit reached"),
        QuotaExceeded,
        "Monthly token limit reached",
    ),
    (429, {"detail": "Usage limit of the workspace reached"}, QuotaExceeded, "Usage limit of the workspace reached"),
    *[
        (
            status,
            told(status, "3505", "service_tier_capacity_exceeded", "Service tier capacity exceeded for this model."),
            Overloaded,
            "Service tier capacity exceeded for this model.",
        )
        for status in (429, 503)
    ],
    (500, {"object": "error", "message": "Internal server error"}, ServerError, "Internal server error"),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError, "502 Bad Gateway"),
    (503, {"message": "Service unavailable."}, Overloaded, "Service unavailable."),
    (504, "", TimedOut, "the provider answered with status 504"),
    (520, "<html><title>Web server is returning an unknown error</title></html>", ServerError, None),
    (524, "", TimedOut, None),
]


def error_of(status, body, headers=()):
    text = body if isinstance(body, str) else json.dumps(body)
    return CODEC.encode(REQUEST).error(Reply(status=status, headers=headers, body=text.encode()))


@pytest.mark.parametrize(("status", "body", "kind", "message"), ROWS)
def test_a_failure_is_told_by_its_cause(status, body, kind, message):
    error = error_of(status, body, (("mistral-correlation-id", "0197"), ("x-kong-request-id", "0197")))
    assert type(error) is kind
    assert error.retryable is kind.retryable_by_default
    assert message is None or error.message == message
    assert (error.status, error.request_id, error.provider) == (status, "0197", "mistral")


MINUTE = ("x-ratelimit-remaining-req-minute", "0")
TOKENS = ("x-ratelimit-remaining-tokens-minute", "0")
DATE = ("date", "Mon, 23 Nov 2026 12:00:45 GMT")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("retry-after", "4"), MINUTE, DATE), 4),
        ((MINUTE, DATE), 15),
        ((TOKENS, DATE), 15),
        ((MINUTE,), 60),
        ((MINUTE, ("date", "tomorrow")), 60),
        ((("x-ratelimit-remaining-req-minute", "3"), DATE), None),
        ((), None),
    ],
)
def test_how_long_to_wait(headers, seconds):
    error = error_of(429, told(429, "1300", "rate_limited", "Rate limit exceeded"), headers)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (told(500, None, "internal_server_error", "Something went wrong."), ServerError),
        (told(429, "3505", None, "Service tier capacity exceeded for this model."), Overloaded),
        ({"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "code": "1300"}, RateLimited),
    ],
)
def test_a_failure_within_a_stream_is_told_by_its_cause(event, kind):
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    with pytest.raises(ProviderError) as caught:
        decoder.feed(f"data: {json.dumps(event)}\n\n".encode())
    assert type(caught.value) is kind
    assert caught.value.message == event["message"]


def test_a_choice_that_ends_with_an_error_is_a_failure():
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": "Th"}, "finish_reason": "error"}],
    }
    decoder.feed(f"data: {json.dumps(chunk)}\n\n".encode())
    with pytest.raises(ServerError):
        decoder.end()
