"""Failed replies by their cause, and failures in the words of this API."""

import json
from time import process_time
from typing import get_args

import pytest

from accord.core import error as errors
from accord.core.error import AccordError, ConfigError, InvalidInput, Malformed, RateLimited, Unsupported
from accord.core.http import Reply
from accord.dialects.openai_responses import OpenAIResponses, fail
from accord.dialects.openai_responses.retry_after import duration


def told(status, body, *headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return OpenAIResponses(model="m", provider="p").error(Reply(status=status, body=data, headers=headers))


def said(message="m", **members):
    return {"error": {"message": message, "type": None, "param": None, "code": None, **members}}


TABLE = [
    (400, said(code="context_length_exceeded"), "context_length_exceeded"),
    (400, said("This model's maximum context length is 8 tokens"), "context_length_exceeded"),
    (400, said("Your input exceeds the context window of this model"), "context_length_exceeded"),
    (400, said(code="unsupported_parameter", param="stop"), "invalid_request"),
    (400, said(code="invalid_encrypted_content"), "invalid_request"),
    (400, said(code="invalid_prompt"), "content_filtered"),
    (400, said("rejected by our safety system"), "content_filtered"),
    (400, said(code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}), "content_filtered"),
    (400, said("Content Exists Risk"), "content_filtered"),
    (400, said(code="model_not_found", param="model"), "model_not_found"),
    (404, said(code="model_not_found"), "model_not_found"),
    (404, said(code="DeploymentNotFound"), "model_not_found"),
    (404, said("No response found with id 'resp_1'."), "not_found"),
    (404, {"statusCode": 404, "message": "Resource not found"}, "not_found"),
    (401, said(code="invalid_api_key"), "authentication"),
    (401, said(code="401"), "authentication"),
    (401, said(code="PermissionDenied"), "permission"),
    (402, said("Insufficient Balance"), "quota_exceeded"),
    (403, said(code="unsupported_country_region_territory"), "permission"),
    (408, b"", "timeout"),
    (409, said(), "conflict"),
    (413, said(), "invalid_request"),
    (422, {"detail": "x"}, "invalid_request"),
    (429, said(type="tokens", code="rate_limit_exceeded"), "rate_limited"),
    (429, said(type="too_many_requests"), "rate_limited"),
    (429, said(type="insufficient_quota", code="insufficient_quota"), "quota_exceeded"),
    (429, said("You exceeded your current quota, please check your plan"), "quota_exceeded"),
    (429, said(code="organization_spend_limit_exceeded"), "quota_exceeded"),
    (429, said("flex: resource unavailable"), "overloaded"),
    (500, said(type="server_error"), "server_error"),
    (502, b"<html>Bad gateway</html>", "server_error"),
    (503, said(code="server_is_overloaded"), "overloaded"),
    (503, said(code="slow_down"), "rate_limited"),
    (504, b"", "timeout"),
    (520, b"", "server_error"),
    (524, b"", "timeout"),
    (529, said(), "overloaded"),
    (418, said(), "invalid_request"),
]


@pytest.mark.parametrize(("status", "body", "kind"), TABLE)
def test_causes(status, body, kind):
    error = told(status, body)
    assert (error.kind, error.status, error.provider, error.model) == (kind, status, "p", "m")
    assert error.message


def test_the_providers_words_are_kept():
    error = told(400, said("No", code="c", type="t", param="input[0]"), ("x-request-id", "req_1"))
    assert (error.message, error.code, error.type, error.param) == ("No", "c", "t", "input[0]")
    assert error.request_id == "req_1"
    assert json.loads(error.body)["error"]["message"] == "No"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"5", b'"no"', b"[" * 3000, b"\xff\xfe", b'{"error":5}', b'[{"error":{"message":"x"}}]'],
)
def test_bodies_of_any_kind_become_an_error(body):
    assert told(500, body).kind == "server_error"


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ((("retry-after-ms", "1840"), ("retry-after", "9")), "", 1.84),
        ((("retry-after", "9"),), "", 9.0),
        (
            (("retry-after", "Wed, 21 Oct 2026 07:28:10 GMT"), ("date", "Wed, 21 Oct 2026 07:28:00 GMT")),
            "",
            10.0,
        ),
        ((("retry-after", "Wed, 21 Oct 2026 07:28:10 GMT"),), "", None),
        (
            (
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "6m0s"),
                ("x-ratelimit-remaining-tokens", "5"),
                ("x-ratelimit-reset-tokens", "9h"),
            ),
            "",
            360.0,
        ),
        ((), "Please try again in 20.5s.", 20.5),
        ((), "Please try again in 12ms.", 0.012),
        ((), "Please retry after 7 seconds.", 7.0),
        ((("retry-after", "soon"),), "", None),
        ((), "Slow down.", None),
    ],
)
def test_when_to_try_again(headers, message, wait):
    error = told(429, said(message, code="rate_limit_exceeded"), *headers)
    assert error.retry_after == (None if wait is None else pytest.approx(wait))


def test_a_refusal_does_not_say_when_to_try_again():
    assert told(400, said(), ("retry-after", "9")).retry_after is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("1h2m3s", 3723.0), ("120ms", 0.12), ("5", 5.0), ("x", None), (None, None)]
)
def test_durations(text, seconds):
    assert duration(text) == seconds


def test_a_request_larger_than_the_limit_is_not_worth_repeating():
    error = told(
        429, said("Request too large for m in org on tokens per min (TPM): Limit 5", code="rate_limit_exceeded")
    )
    assert (error.kind, error.retryable) == ("rate_limited", False)


@pytest.mark.parametrize(
    ("error", "status", "kind", "code", "param"),
    [
        (InvalidInput("x", param="input[0]"), 400, "invalid_request_error", None, "input[0]"),
        (Unsupported("x", param="stop"), 400, "invalid_request_error", "unsupported_parameter", "stop"),
        (Unsupported("x"), 400, "invalid_request_error", "not_supported", None),
        (ConfigError("x"), 500, "server_error", None, None),
        (RateLimited("x", status=429), 429, "rate_limit_error", "rate_limit_exceeded", None),
        (errors.ContextLengthExceeded("x", status=400), 400, "invalid_request_error", "context_length_exceeded", None),
        (errors.QuotaExceeded("x", status=402), 429, "insufficient_quota", "insufficient_quota", None),
        (errors.InvalidRequest("x", status=422, code="c", param="p"), 422, "invalid_request_error", "c", "p"),
        (errors.ModelNotFound("x", status=400), 400, "invalid_request_error", "model_not_found", None),
        (errors.ModelNotFound("x"), 404, "invalid_request_error", "model_not_found", None),
        (errors.Authentication("x", status=403), 401, "invalid_request_error", "invalid_api_key", None),
        (errors.Overloaded("x", status=529), 503, "server_error", "overloaded", None),
        (Malformed("x"), 502, "server_error", "upstream_error", None),
    ],
)
def test_failures_in_the_words_of_this_api(error, status, kind, code, param):
    failure = fail(error)
    assert failure.status == status
    assert json.loads(failure.body) == {"error": {"message": "x", "type": kind, "param": param, "code": code}}


@pytest.mark.parametrize("cause", get_args(errors.ErrorKind))
def test_every_cause_has_words(cause):
    class Some(AccordError):
        kind = cause

    assert fail(Some("x")).status >= 400


def test_sentences_are_looked_through_in_a_time_that_grows_with_their_length():
    before = process_time()
    assert told(429, said("too large for " * 10_000)).kind == "rate_limited"
    assert process_time() - before < 0.5
