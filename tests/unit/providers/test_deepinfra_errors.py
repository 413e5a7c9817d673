"""Every failure DeepInfra is known to answer with, in its four shapes: cause, whether and when to try again, the words."""

import json

import pytest

from accord.core.error import (
    Authentication,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
    Permission,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
)
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers.deepinfra import DeepInfra

REQUEST = ChatRequest(messages=(user("Hello"),))
CODEC = DeepInfra(api_key="deepinfra-test-key").chat_codec("deepseek-ai/DeepSeek-V4.1-Flash")
PAY = "inference prohibited, please enter a valid payment method"
LONG = "This model's maximum context length is 131072 tokens. However, you requested 200000 tokens."


def detail(message):
    return {"detail": {"error": message}}


def error(message):
    return {"error": {"message": message}}


ROWS = [
    (401, detail("User not authenticated"), Authentication, "User not authenticated"),
    (401, {"detail": "Invalid token"}, Authentication, "Invalid token"),
    (403, detail("User not authenticated"), Authentication, "User not authenticated"),
    (403, error("Invalid API key"), Authentication, "Invalid API key"),
    (403, detail("This model is gated"), Permission, "This model is gated"),
    (402, detail(PAY), QuotaExceeded, PAY),
    (403, detail(PAY), QuotaExceeded, PAY),
    (404, error("The model `org/gone` is not available"), ModelNotFound, "The model `org/gone` is not available"),
    (404, detail("Not found"), ModelNotFound, "Not found"),
    (
        422,
        {"detail": [{"loc": ["body", "messages"], "msg": "Field required", "type": "missing"}]},
        InvalidRequest,
        "body.messages: Field required",
    ),
    (
        422,
        {
            "detail": [
                {"loc": ["body", "n"], "msg": "too many", "type": "value_error"},
                {"loc": ["body", "messages", 0, "role"], "msg": "unknown", "type": "value_error"},
            ]
        },
        InvalidRequest,
        "body.n: too many; body.messages.0.role: unknown",
    ),
    (422, error(LONG), ContextLengthExceeded, LONG),
    (400, detail(LONG), ContextLengthExceeded, LONG),
    (400, error("tool_choice is not supported"), InvalidRequest, "tool_choice is not supported"),
    (413, "", InvalidRequest, "the provider answered with status 413"),
    (429, error("Model busy, retry later"), Overloaded, "Model busy, retry later"),
    (429, error("Rate limit exceeded: 200 concurrent requests"), RateLimited, None),
    (429, detail("Too many requests"), RateLimited, "Too many requests"),
    (500, error("inference failed"), ServerError, "inference failed"),
    (500, {"detail": "Internal Server Error"}, ServerError, "Internal Server Error"),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError, "502 Bad Gateway"),
    (503, detail("no capacity"), Overloaded, "no capacity"),
    (504, "", TimedOut, None),
]


@pytest.mark.parametrize(("status", "body", "kind", "message"), ROWS)
def test_a_failure_is_told_by_its_cause(status, body, kind, message):
    text = body if isinstance(body, str) else json.dumps(body)
    headers = (("x-request-id", "req-1"), ("retry-after", "3"))
    found = CODEC.encode(REQUEST).error(Reply(status=status, headers=headers, body=text.encode()))
    assert type(found) is kind
    assert found.retryable is kind.retryable_by_default
    assert message is None or found.message == message
    assert (found.status, found.request_id, found.provider, found.retry_after) == (status, "req-1", "deepinfra", 3)


def test_a_failure_within_a_stream_is_told_by_its_cause():
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    event = json.dumps(error("Model busy, retry later"))
    with pytest.raises(Overloaded, match="busy"):
        decoder.feed(f": ping - 2025-04-13 03:55:09.637341+00:00\n\ndata: {event}\n\n".encode())
