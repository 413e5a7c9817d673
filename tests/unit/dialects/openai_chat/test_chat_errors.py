"""Failed answers of OpenAI and of hosts that speak its wire, by their cause."""

import json
from time import process_time

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
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
)
from accord.core.http import Headers, Reply
from accord.dialects.openai_chat import OpenAIChat
from accord.dialects.openai_chat.retry_after import duration, retry_after


def error(status: int, body: object = b"", headers: Headers = ()):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return OpenAIChat(model="m", provider="p").error(Reply(status=status, headers=headers, body=data))


def openai(status, message="", code=None, **more):
    return error(status, {"error": {"message": message, "type": None, "param": None, "code": code, **more}})


TABLE = [
    # https://developers.openai.com/api/docs/guides/error-codes
    (400, "too long", "context_length_exceeded", ContextLengthExceeded),
    (400, "This model's maximum context length is 128000 tokens.", None, ContextLengthExceeded),
    (400, "Your input tokens exceed the configured limit", None, ContextLengthExceeded),
    (400, "x exceeds the context window", None, ContextLengthExceeded),
    (400, "Unsupported parameter: 'max_tokens'", "unsupported_parameter", InvalidRequest),
    (400, "Invalid schema", "invalid_json_schema", InvalidRequest),
    (400, "", "invalid_encrypted_content", InvalidRequest),
    (400, "", None, InvalidRequest),
    (400, "x", "content_policy_violation", ContentFiltered),
    (400, "x", "moderation_blocked", ContentFiltered),
    (400, "x", "invalid_prompt", ContentFiltered),
    (400, "x", "bio_policy", ContentFiltered),
    (400, "Your request was rejected as a result of our safety system.", None, ContentFiltered),
    (400, "The requested model 'x' does not exist.", "model_not_found", ModelNotFound),
    (404, "The model `x` does not exist or you do not have access to it.", "model_not_found", ModelNotFound),
    (404, "Invalid URL (POST /v1/x)", None, NotFound),
    (401, "Incorrect API key provided: sk-test.", "invalid_api_key", Authentication),
    (401, "x", "ip_not_authorized", Authentication),
    (403, "x", "unsupported_country_region_territory", Permission),
    (403, "Project does not have access", None, Permission),
    (408, "x", None, TimedOut),
    (409, "x", None, Conflict),
    (413, "x", None, InvalidRequest),
    (422, "x", None, InvalidRequest),
    (429, "Rate limit reached. Please try again in 1.84s.", "rate_limit_exceeded", RateLimited),
    (429, "Limit 3 / min. You can add a payment method in billing.", "rate_limit_exceeded", RateLimited),
    (429, "x", "slow_down", RateLimited),
    (429, "You exceeded your current quota", "insufficient_quota", QuotaExceeded),
    (429, "x", "billing_hard_limit_reached", QuotaExceeded),
    (429, "x", "organization_spend_limit_exceeded", QuotaExceeded),
    (429, "Resource unavailable", None, Overloaded),
    (429, "", None, RateLimited),
    (500, "x", "server_error", ServerError),
    (502, "x", None, ServerError),
    (503, "x", "server_is_overloaded", Overloaded),
    (503, "", None, Overloaded),
    (504, "", None, TimedOut),
    (520, "", None, ServerError),
    (522, "", None, TimedOut),
    (524, "", None, TimedOut),
    (529, "", None, Overloaded),
    (402, "Insufficient Balance", "invalid_request_error", QuotaExceeded),
    # Other hosts.
    (400, "Invalid model: x", "1500", ModelNotFound),
    (400, "x is not a valid model ID", None, ModelNotFound),
    (400, "request (2009 tokens) exceeds the available context size (512 tokens)", None, ContextLengthExceeded),
    (400, "Content Exists Risk", None, ContentFiltered),
    (400, "API key not valid. Please pass a valid API key.", None, Authentication),
    (403, "You have run out of credits: insufficient balance", None, QuotaExceeded),
    (403, "Input was flagged", None, ContentFiltered),
    (404, "No endpoints found for x", None, ModelNotFound),
    (410, "gone", None, NotFound),
    (
        429,
        "Your account is suspended, please check your plan and billing details",
        "exceeded_current_quota_error",
        QuotaExceeded,
    ),
    (429, "You exceeded your current quota. Please retry in 32.5s.", "RESOURCE_EXHAUSTED", RateLimited),
    (429, "Model busy, retry later", None, Overloaded),
    (429, "engine is currently overloaded", "engine_overloaded_error", Overloaded),
    (498, "flex capacity", None, Overloaded),
    (500, "the request exceeds the available context size", None, ContextLengthExceeded),
    (418, "x", None, InvalidRequest),
    (599, "x", None, ServerError),
]


@pytest.mark.parametrize(
    ("status", "message", "code", "kind"), TABLE, ids=[f"{row[0]} {row[2] or row[1]}" for row in TABLE]
)
def test_the_cause(status, message, code, kind):
    found = openai(status, message, code)
    assert type(found) is kind
    assert (found.status, found.code, found.provider, found.model) == (status, code, "p", "m")
    assert found.message == message or f"status {status}" in found.message


def test_the_type_counts_where_there_is_no_code():
    assert type(openai(429, "x", type="insufficient_quota")) is QuotaExceeded
    assert type(openai(401, "x", code="invalid_request_error", type="authentication_error")) is Authentication
    assert openai(429, "x", type="tokens").type == "tokens"


def test_a_request_above_the_limit_is_not_worth_repeating():
    found = openai(429, "Request too large for m on tokens per min (TPM): Limit 1, Requested 2.", "rate_limit_exceeded")
    assert (type(found), found.retryable) == (RateLimited, False)


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (b"", "the provider answered with status 500", None),
        (b"<!DOCTYPE html><html><title> Bad\n gateway </title>", "Bad\n gateway", None),
        (b"upstream connect error", "upstream connect error", None),
        ({"error": "text"}, "text", None),
        ({"code": "c", "error": "text"}, "text", "c"),
        ({"message": "m", "type": "t", "code": "c"}, "m", "c"),
        ({"detail": "d"}, "d", None),
        ({"detail": {"error": "e"}}, "e", None),
        (
            {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}]},
            "body.messages.0: Field required",
            None,
        ),
        ([{"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}}], "m", "400"),
        ({"object": "error", "message": {"detail": [{"loc": ["body"], "msg": "x"}]}}, "body: x", None),
        ({"fault": {"faultstring": "f"}}, "f", None),
        ({"base_resp": {"status_code": 1002, "status_msg": "s"}}, "s", "1002"),
        ({"statusCode": 404, "message": "Resource not found"}, "Resource not found", "404"),
        ({"title": "t", "status": 500}, "t", None),
        ({"errors": [{"message": "one"}, {"message": "two"}]}, "one; two", None),
        (
            {"error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": "boom"}}},
            "Provider returned error: boom",
            "502",
        ),
        ({"error": {"message": None, "code": True}}, "the provider answered with status 500", None),
        ("text", "text", None),
        (None, "the provider answered with status 500", None),
        ([], "the provider answered with status 500", None),
    ],
    ids=range(21),
)
def test_every_shape_of_body(body, message, code):
    found = error(500, body)
    assert (found.message, found.code) == (message, code)
    assert found.body == (body if isinstance(body, bytes) else json.dumps(body).encode())


def test_azures_inner_code():
    body = {"error": {"code": "400", "message": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}
    assert type(error(400, body)) is ContentFiltered


def test_openrouters_word_counts_more_than_its_code():
    body = {"error": {"code": 502, "message": "x", "metadata": {"error_type": "rate_limit_exceeded"}}}
    assert type(error(502, body)) is RateLimited


def test_the_host_decides_whether_to_repeat():
    assert openai(400).retryable is False
    assert error(400, headers=(("x-should-retry", "true"),)).retryable is True
    assert error(500, headers=(("x-should-retry", "false"),)).retryable is False


def test_the_request_id():
    class Traced(OpenAIChat):
        request_id_headers = ("x-trace-id", "x-request-id")

    assert error(500, headers=(("x-request-id", "req_1"),)).request_id == "req_1"
    assert error(500).request_id is None
    headers = (("x-request-id", "req_1"), ("x-trace-id", "t"))
    assert Traced(model="m").error(Reply(status=500, headers=headers)).request_id == "t"


def test_a_subclass_replaces_the_classification_alone():
    class Odd(OpenAIChat):
        def error_kind(self, status, words):
            return Overloaded if words.code == "77" else super().error_kind(status, words)

    body = json.dumps({"error": {"code": 77, "message": "x"}}).encode()
    assert type(Odd(model="m").error(Reply(status=400, body=body))) is Overloaded
    assert type(Odd(model="m").error(Reply(status=400))) is InvalidRequest


DATE = ("date", "Sun, 06 Nov 1994 08:49:37 GMT")


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ((("retry-after-ms", "1840"), ("retry-after", "9")), "", 1.84),
        ((("retry-after", "2.5"),), "", 2.5),
        ((("retry-after", "0"),), "", 0.0),
        ((("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), DATE), "", 30.0),
        ((("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), DATE), "", 0.0),
        ((("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),), "", None),
        ((("retry-after", "soon"),), "Please try again in 5s", None),
        ((("retry-after", "nan"),), "", None),
        ((("retry-after", "-1"),), "", None),
        ((("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m6s")), "", 66.0),
        (
            (
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "1s"),
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "120ms"),
            ),
            "",
            1.0,
        ),
        ((("x-ratelimit-remaining-tokens", "5"), ("x-ratelimit-reset-tokens", "9s")), "", None),
        ((), "Please try again in 20.5s.", 20.5),
        ((), "Please try again in 1ms. Visit", 0.001),
        ((), "Please try again in 6m0s.", 360.0),
        ((), "Please retry after 17 seconds.", 17.0),
        ((), "try again after 1 minute", 60.0),
        ((), "Please retry in 32.5s.", 32.5),
        ((), "try again in 5 things", None),
        ((), "try again later", None),
    ],
    ids=range(20),
)
def test_how_long_to_wait(headers, message, seconds):
    found = retry_after(headers, message)
    assert found == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("text", ["", "1", "s", "1x", "1s ", "1h2m3s", "1.5s", "-1s"])
def test_durations(text):
    known = {"1s ": 1.0, "1h2m3s": 3723.0, "1.5s": 1.5}
    assert duration(text) == known.get(text)


def test_the_wait_is_on_the_error():
    found = error(
        429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}, (("retry-after", "3"),)
    )
    assert (found.retry_after, found.retryable) == (3.0, True)


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"message":', "}"), ('{"error":[', "]}")])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_words_that_are_nested_without_end_are_none(status, opens, closes):
    body = f'{{"error":{opens * 400}"x"{closes * 400}}}'.encode()
    found = error(status, body)
    assert found.message
    assert found.status == status


def test_words_that_others_handed_on_are_found():
    body = b'{"error": [{"detail": {"error": {"message": ["deep within"]}}}]}'
    assert "deep within" in error(400, body).message


@pytest.mark.parametrize("words", ["context length ", "input length "])
def test_sentences_are_looked_through_in_a_time_that_grows_with_their_length(words):
    before = process_time()
    assert type(error(400, {"error": {"message": words * 10_000}})) is InvalidRequest
    assert process_time() - before < 0.5


@pytest.mark.parametrize(
    "page", ["<html>" + "<title>" * 9000, "<html>" + "<title " * 9000, "<" + "<title>x</title" * 4000]
)
def test_pages_are_read_in_a_time_that_grows_with_their_length(page):
    before = process_time()
    assert error(502, page.encode()).status == 502
    assert process_time() - before < 0.3
