"""What the provider says went wrong, by cause; and what callers are told, in their own words."""

import json

import pytest

from accord.core.error import (
    AccordError,
    Authentication,
    ConfigError,
    Conflict,
    ContentFiltered,
    ContextLengthExceeded,
    Interrupted,
    InvalidInput,
    InvalidRequest,
    Malformed,
    ModelNotFound,
    NotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
    Unsupported,
)
from accord.core.http import Reply
from accord.dialects.anthropic_messages import AnthropicMessages, fail


def body(kind, message, **members):
    error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1", **members}
    return json.dumps(error).encode()


def error_of(status, content, **headers):
    pairs = tuple([(name.replace("_", "-"), value) for name, value in headers.items()])
    return AnthropicMessages(model="claude-x").error(Reply(status=status, headers=pairs, body=content))


@pytest.mark.parametrize(
    ("status", "kind", "message", "cause", "retryable"),
    [
        (400, "invalid_request_error", "messages.0.content: wrong", InvalidRequest, False),
        (401, "invalid_request_error", "no such key", Authentication, False),
        (402, "invalid_request_error", "Insufficient Balance", QuotaExceeded, False),
        (400, "invalid_request_error", "Model Not Exist", ModelNotFound, False),
        (400, "invalid_request_error", "prompt is too long: 2 tokens > 1 maximum", ContextLengthExceeded, False),
        (
            400,
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit",
            ContextLengthExceeded,
            False,
        ),
        (400, "invalid_request_error", "Your credit balance is too low to access", QuotaExceeded, False),
        (400, "invalid_request_error", "You have reached your specified API usage limits.", QuotaExceeded, False),
        (400, "invalid_request_error", "Output blocked by content filtering policy", ContentFiltered, False),
        (401, "authentication_error", "invalid x-api-key", Authentication, False),
        (402, "billing_error", "pay", QuotaExceeded, False),
        (403, "permission_error", "no", Permission, False),
        (404, "not_found_error", "model: claude-x", ModelNotFound, False),
        (404, "not_found_error", "Container not found", NotFound, False),
        (409, "conflict_error", "busy", Conflict, True),
        (413, "request_too_large", "too large", InvalidRequest, False),
        (422, "invalid_request_error", "no", InvalidRequest, False),
        (429, "rate_limit_error", "slow down", RateLimited, True),
        (429, "rate_limit_error", "workspace spend limit reached", QuotaExceeded, False),
        (500, "api_error", "oops", ServerError, True),
        (502, "", "", Overloaded, True),
        (503, "", "", Overloaded, True),
        (504, "timeout_error", "late", TimedOut, True),
        (529, "overloaded_error", "Overloaded", Overloaded, True),
        (418, "teapot_error", "new", InvalidRequest, False),
        (599, "new_error", "new", ServerError, True),
        (408, "", "", TimedOut, True),
    ],
)
def test_the_table(status, kind, message, cause, retryable):
    content = body(kind, message) if kind else b""
    error = error_of(status, content)
    assert type(error) is cause
    assert (error.status, error.retryable, error.body) == (status, retryable, content)
    if kind:
        assert (error.type, error.message, error.request_id) == (kind, message, "req_1")


def test_the_field_at_fault_and_the_headers():
    error = error_of(
        400,
        body("invalid_request_error", "tools.0.custom.input_schema: Field required", request_id=None),
        request_id="req_2",
        retry_after="7",
        x_should_retry="true",
    )
    assert (error.param, error.request_id) == ("tools.0.custom.input_schema", "req_2")
    assert (error.retry_after, error.retryable) == (7.0, True)
    assert error_of(529, b"", x_should_retry="false").retryable is False


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": "250", "retry_after": "9"}, 0.25),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "inf"}, None),
        ({"retry_after": "nan"}, None),
        ({}, None),
    ],
)
def test_when_to_try_again(headers, seconds):
    assert error_of(429, b"", **headers).retry_after == seconds


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "HTTP 502 without a body"),
        (b"<html>Bad gateway</html>", "HTTP 502: <html>Bad gateway</html>"),
        (b"\xff\xfe", "HTTP 502: \ufffd\ufffd"),
        (b"[]", "HTTP 502: []"),
        (b'{"error":"plain words"}', "plain words"),
        (b'{"detail":"fast api"}', "fast api"),
        (b'{"message":"gateway"}', "gateway"),
        (b'[{"error":{"code":502,"message":"google","status":"UNAVAILABLE"}}]', "google"),
        (b"[" * 10_000, None),
    ],
)
def test_bodies_of_others_keep_their_words(content, message):
    error = error_of(502, content)
    assert isinstance(error, Overloaded)
    assert message is None or error.message == message


def test_google_says_its_status():
    error = error_of(429, b'{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}')
    assert (type(error), error.type, error.code) == (RateLimited, "RESOURCE_EXHAUSTED", "429")


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (InvalidInput("bad", param="messages"), 400, "invalid_request_error"),
        (Unsupported("no"), 400, "invalid_request_error"),
        (InvalidRequest("no", status=400), 400, "invalid_request_error"),
        (InvalidRequest("big", status=413), 413, "request_too_large"),
        (Authentication("key"), 401, "authentication_error"),
        (QuotaExceeded("money"), 402, "billing_error"),
        (Permission("no"), 403, "permission_error"),
        (ModelNotFound("none"), 404, "not_found_error"),
        (Conflict("busy"), 409, "conflict_error"),
        (RateLimited("slow"), 429, "rate_limit_error"),
        (ServerError("oops", status=500), 502, "api_error"),
        (Interrupted("cut"), 502, "api_error"),
        (Malformed("odd"), 502, "api_error"),
        (TimedOut("late"), 504, "timeout_error"),
        (Overloaded("full"), 529, "overloaded_error"),
        (ConfigError("ours"), 500, "api_error"),
        (AccordError("ours"), 500, "api_error"),
    ],
)
def test_what_callers_are_told(error, status, kind):
    failure = fail(error)
    assert failure.status == status
    assert json.loads(failure.body) == {
        "type": "error",
        "error": {"type": kind, "message": error.message},
        "request_id": None,
    }


def test_a_conversation_too_long_for_another_provider_is_told_as_anthropic_tells_it():
    told = json.loads(fail(ContextLengthExceeded("maximum is 10 tokens", status=400)).body)
    assert told["error"]["message"] == "prompt is too long: maximum is 10 tokens"


def test_anthropics_own_words_pass_verbatim():
    content = b'{"type":"error", "error":{"type":"new_error","message":"m","details":{}}, "request_id":"req_9"}'
    failure = fail(error_of(418, content))
    assert (failure.status, failure.body) == (418, content)


def test_an_error_inside_a_200_gets_the_status_of_its_type():
    content = body("overloaded_error", "Overloaded")
    assert fail(Overloaded("Overloaded", status=200, type="overloaded_error", body=content)).status == 529
    assert fail(ServerError("new", status=200, type="new_error", body=content)).status == 500


def test_openai_bodies_are_rewritten():
    content = b'{"error":{"message":"m","type":"server_error","param":null,"code":null}}'
    failure = fail(ServerError("m", status=500, body=content, request_id="r"))
    assert json.loads(failure.body) == {
        "type": "error",
        "error": {"type": "api_error", "message": "m"},
        "request_id": "r",
    }


def test_when_callers_may_try_again():
    assert fail(RateLimited("slow", retry_after=1.2)).headers == (("retry-after", "2"),)
    assert fail(ProviderError("x")).headers == ()
