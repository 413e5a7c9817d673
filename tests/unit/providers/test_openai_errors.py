"""Every failure OpenAI is known to answer with, on both of its wires: cause, whether and when to try again, its own words."""

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
from accord.providers.openai import OpenAI

REQUEST = ChatRequest(messages=(user("Hello"),))
PROVIDER = OpenAI(api_key="sk-test-1")
WIRES = {"chat": None, "responses": "openai_responses"}

UNPROCESSED = "Invalid 'temperature': decimal above maximum value."


def told(message, code=None, kind="invalid_request_error", param=None):
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


# Status, body, class, whether the same call may succeed later.
ROWS = [
    (
        400,
        told("This model's maximum context length is 128000 tokens.", "context_length_exceeded"),
        ContextLengthExceeded,
    ),
    (400, told("This model's maximum context length is 8192 tokens. However ..."), ContextLengthExceeded),
    (400, told("Input tokens exceed the configured limit of 272000 tokens."), ContextLengthExceeded),
    (400, told("Your input exceeds the context window of this model."), ContextLengthExceeded),
    *[
        (400, told(UNPROCESSED, code), InvalidRequest)
        for code in (
            "unsupported_parameter",
            "unsupported_value",
            "unknown_parameter",
            "invalid_value",
            "invalid_type",
            "missing_required_parameter",
            "integer_below_min_value",
            "decimal_above_max_value",
            "string_above_max_length",
            "array_above_max_length",
            "invalid_json_schema",
            "invalid_image_url",
            "unsupported_file",
            "invalid_encrypted_content",
            None,
        )
    ],
    (400, told("Unrecognized request argument supplied: foo"), InvalidRequest),
    # The limit was spent on reasoning before a word was written.
    (400, told("Could not finish the message because max_tokens or model output limit was reached."), InvalidRequest),
    (
        400,
        told(
            "Function tools with reasoning_effort are not supported in /v1/chat/completions.", param="reasoning_effort"
        ),
        InvalidRequest,
    ),
    *[
        (400, told("No.", code), ContentFiltered)
        for code in ("content_policy_violation", "moderation_blocked", "invalid_prompt", "bio_policy", "cyber_policy")
    ],
    (400, told("Your prompt was flagged as potentially violating our usage policy."), ContentFiltered),
    (400, told("Your request was rejected as a result of our safety system."), ContentFiltered),
    (400, told("The requested model 'gpt-9' does not exist.", "model_not_found", param="model"), ModelNotFound),
    (404, told("The model `gpt-9` does not exist or you do not have access to it.", "model_not_found"), ModelNotFound),
    (404, told("Invalid URL (POST /v1/chat/completion)"), NotFound),
    (400, told("Previous response with id 'resp_1' not found.", "previous_response_not_found"), InvalidRequest),
    (401, told("Incorrect API key provided: sk-te***1.", "invalid_api_key"), Authentication),
    (401, told("You didn't provide an API key."), Authentication),
    (401, told("No such organization: org-x.", "invalid_organization"), Authentication),
    (401, told("Your IP is not authorized.", "ip_not_authorized"), Authentication),
    (403, told("Not in your country.", "unsupported_country_region_territory", "request_forbidden"), Permission),
    (403, told("Your organization must be verified to use the model."), Permission),
    (408, told("Request timed out.", kind="timeout"), TimedOut),
    (409, told("The resource is being changed."), Conflict),
    (413, told("The body is too large."), InvalidRequest),
    (422, told("Unprocessable."), InvalidRequest),
    (429, told("Rate limit reached for gpt-6-sol.", "rate_limit_exceeded", "tokens"), RateLimited),
    (429, told("Rate limit reached for gpt-6-sol.", "rate_limit_exceeded", "requests"), RateLimited),
    (429, told("Slow down.", "slow_down", "rate_limit_error"), RateLimited),
    (503, told("Slow down.", "slow_down", "rate_limit_error"), RateLimited),
    *[
        (429, told("You have used it up.", code, code), QuotaExceeded)
        for code in (
            "insufficient_quota",
            "billing_hard_limit_reached",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
        )
    ],
    (429, told("You exceeded your current quota, please check your plan and billing details."), QuotaExceeded),
    (403, told("You exceeded your current quota.", "insufficient_quota", "insufficient_quota"), QuotaExceeded),
    (429, told("Flex processing: resource unavailable.", kind="resource_unavailable"), Overloaded),
    (500, told("The server had an error while processing your request.", kind="server_error"), ServerError),
    (500, told("The server had an error.", "server_error", "server_error"), ServerError),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError),
    (504, "", TimedOut),
    (520, "<html><title>520: Web server is returning an unknown error</title></html>", ServerError),
    (521, "", ServerError),
    (523, "", ServerError),
    (524, "", TimedOut),
    (526, "", ServerError),
    (503, told("Overloaded.", "server_is_overloaded", "server_error"), Overloaded),
    (503, told("Unavailable.", "service_unavailable", "server_error"), Overloaded),
    (503, told("Overloaded.", "engine_overloaded", "server_error"), Overloaded),
    (400, {"error": {"message": "Odd.", "type": None, "param": None, "code": 1234}}, InvalidRequest),
]


def error_of(wire, status, body, headers=()):
    text = body if isinstance(body, str) else json.dumps(body)
    codec = PROVIDER.chat_codec("gpt-4.1", WIRES[wire])
    return codec.encode(REQUEST).error(Reply(status=status, headers=headers, body=text.encode()))


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("status", "body", "kind"), ROWS)
def test_a_failure_is_told_by_its_cause(wire, status, body, kind):
    error = error_of(wire, status, body, (("x-request-id", "req_7"),))
    assert type(error) is kind
    assert error.retryable is kind.retryable_by_default
    assert (error.provider, error.model, error.status, error.request_id) == ("openai", "gpt-4.1", status, "req_7")
    if isinstance(body, dict):
        words = body["error"]
        assert (error.message, error.type, error.param) == (words["message"], words["type"], words["param"])
        assert error.code == (None if words["code"] is None else str(words["code"]))
        assert json.loads(error.body) == body


@pytest.mark.parametrize("wire", WIRES)
def test_a_request_above_the_limit_of_a_minute_is_not_repeated(wire):
    message = "Request too large for gpt-6-sol on tokens per min (TPM): Limit 30000, Requested 50000."
    error = error_of(wire, 429, told(message, "rate_limit_exceeded", "tokens"))
    assert (type(error), error.retryable) == (RateLimited, False)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ((("retry-after-ms", "1840"), ("retry-after", "9")), "Rate limit reached.", 1.84),
        ((("retry-after", "7"),), "Rate limit reached. Please try again in 20.5s.", 7),
        (
            (
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "6m0s"),
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "120ms"),
            ),
            "Rate limit reached.",
            360,
        ),
        ((("x-ratelimit-remaining-tokens", "5"), ("x-ratelimit-reset-tokens", "6m0s")), "Rate limit reached.", None),
        ((), "Rate limit reached. Please try again in 20.5s.", 20.5),
        ((), "Rate limit reached. Please try again in 1ms.", 0.001),
        ((), "Rate limit reached.", None),
    ],
)
def test_how_long_to_wait(wire, headers, message, seconds):
    error = error_of(wire, 429, told(message, "rate_limit_exceeded", "tokens"), headers)
    assert error.retry_after == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("said", "status", "retryable"), [("false", 500, False), ("true", 400, True)])
def test_the_providers_own_word_on_trying_again_counts(wire, said, status, retryable):
    error = error_of(wire, status, told("Odd."), (("x-should-retry", said),))
    assert error.retryable is retryable


STREAMED = [
    (
        {"error": {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}},
        ServerError,
    ),
    ({"error": {"message": "Rate limit.", "type": "tokens", "code": "rate_limit_exceeded"}}, RateLimited),
    ({"error": {"message": "Busy.", "type": None, "code": "503"}}, Overloaded),
    ({"error": {"message": "Quota.", "type": "insufficient_quota", "code": "insufficient_quota"}}, QuotaExceeded),
    ({"error": {"message": "Odd.", "type": "unheard_of", "code": "unheard_of"}}, ServerError),
]


@pytest.mark.parametrize(("event", "kind"), STREAMED)
def test_a_failure_within_a_stream_is_told_by_its_cause(event, kind):
    decoder = PROVIDER.chat_codec("gpt-4.1").encode(REQUEST, stream=True).decoder()
    good = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "He"}}]}
    assert decoder.feed(f"data: {json.dumps(good | {'error': None})}\n\n".encode())
    with pytest.raises(ProviderError) as caught:
        decoder.feed(f"data: {json.dumps(event)}\n\n".encode())
    assert type(caught.value) is kind
    assert caught.value.message == event["error"]["message"]


FAILED_RESPONSES = [
    ("server_error", ServerError),
    ("rate_limit_exceeded", RateLimited),
    ("invalid_prompt", ContentFiltered),
    ("bio_policy", ContentFiltered),
    ("misalignment_policy_violation", ContentFiltered),
    ("image_content_policy_violation", ContentFiltered),
    ("vector_store_timeout", ServerError),
    ("invalid_image", InvalidRequest),
    ("invalid_image_format", InvalidRequest),
    ("image_too_large", InvalidRequest),
    ("failed_to_download_image", InvalidRequest),
    ("empty_image_file", InvalidRequest),
    ("invalid_base64_image", InvalidRequest),
    ("data_residency_mismatch", InvalidRequest),
]


@pytest.mark.parametrize(("code", "kind"), FAILED_RESPONSES)
def test_a_response_that_failed_is_told_by_its_code_though_its_status_is_200(code, kind):
    body = {"id": "resp_1", "status": "failed", "error": {"code": code, "message": "No."}, "output": []}
    exchange = PROVIDER.chat_codec("gpt-4.1", "openai_responses").encode(REQUEST)
    with pytest.raises(ProviderError) as caught:
        exchange.decode(Reply(status=200, body=json.dumps(body).encode()))
    assert (type(caught.value), caught.value.code) == (kind, code)


def test_a_failure_event_of_responses_is_told_by_its_code():
    event = {"type": "error", "code": "rate_limit_exceeded", "message": "Wait.", "param": None, "sequence_number": 4}
    decoder = PROVIDER.chat_codec("gpt-4.1", "openai_responses").encode(REQUEST, stream=True).decoder()
    with pytest.raises(RateLimited, match="Wait"):
        decoder.feed(f"event: error\ndata: {json.dumps(event)}\n\n".encode())
