"""Every failure OpenRouter is known to answer with, its own and those of the providers behind it: cause, whether and when to
try again, the words.
"""

import json

import pytest

from accord.core.error import (
    Authentication,
    ContentFiltered,
    ContextLengthExceeded,
    InvalidRequest,
    Malformed,
    ModelNotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
)
from accord.core.event import Completed, Warned
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers.openrouter import OpenRouter

REQUEST = ChatRequest(messages=(user("Hello"),))
ROUTER = OpenRouter(api_key="sk-or-v1-test")
CODECS = {
    "chat": ROUTER.chat_codec("openai/gpt-6-sol"),
    "responses": ROUTER.chat_codec("openai/gpt-6-sol", "openai_responses"),
}
DATE = ("date", "Mon, 23 Nov 2026 12:00:00 GMT")
NOON = 1_795_435_200


def told(code, message, **metadata):
    error = {"code": code, "message": message}
    return {"error": {**error, "metadata": metadata} if metadata else error, "user_id": "user_1"}


def behind(code, raw, **metadata):
    return told(code, "Provider returned error", provider_name="DeepInfra", raw=raw, **metadata)


POLICY = (
    "No endpoints found matching your data policy (Free model publication). Configure: openrouter.ai/settings/privacy"
)
LONG = "This endpoint's maximum context length is 131072 tokens. However, you requested about 200012 tokens."
MANDATORY = "Reasoning is mandatory for this endpoint and cannot be disabled."

# Body, whose code is the status; class, and whether it is worth another try where the class does not say.
ROWS = [
    (told(400, "x/y is not a valid model ID"), ModelNotFound, None),
    (told(400, MANDATORY), InvalidRequest, None),
    (told(400, LONG), ContextLengthExceeded, None),
    (behind(400, '{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}'), ContextLengthExceeded, None),
    (behind(400, {"error": {"message": "Input is too long for requested model."}}), ContextLengthExceeded, None),
    (behind(400, "tools.0: bad schema"), InvalidRequest, None),
    (told(400, "x", error_type="context_length_exceeded"), ContextLengthExceeded, None),
    (told(400, "x", error_type="string_too_long"), ContextLengthExceeded, None),
    (told(400, "x", error_type="token_limit_exceeded"), ContextLengthExceeded, None),
    (told(400, "x", error_type="max_tokens_exceeded"), InvalidRequest, None),
    (told(400, "x", error_type="invalid_request"), InvalidRequest, None),
    (told(400, "x", error_type="invalid_prompt"), InvalidRequest, None),
    (told(400, "x", error_type="invalid_image"), InvalidRequest, None),
    (told(400, "x", error_type="image_too_large"), InvalidRequest, None),
    (told(400, "x", error_type="unsupported_image_format"), InvalidRequest, None),
    (told(400, "x", error_type="content_policy_violation"), ContentFiltered, None),
    (told(400, "x", error_type="refusal"), ContentFiltered, None),
    (told(400, "x", error_type="unmapped"), InvalidRequest, None),
    (told(401, "No cookie auth credentials found"), Authentication, None),
    (told(401, "User not found."), Authentication, None),
    (told(401, "x", error_type="authentication"), Authentication, None),
    (told(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits"), QuotaExceeded, False),
    (
        told(402, "This request requires more credits, or fewer max_tokens. You can only afford 12."),
        QuotaExceeded,
        False,
    ),
    (told(402, "x", error_type="payment_required"), QuotaExceeded, False),
    (told(402, "x", limit_source="openrouter_in_flight_budget"), QuotaExceeded, True),
    (
        told(
            403,
            "Input was flagged",
            reasons=["violence", "self-harm"],
            flagged_input="secret words",
            provider_name="OpenAI",
            model_slug="openai/gpt-6-sol",
        ),
        ContentFiltered,
        None,
    ),
    (told(403, "Key limit exceeded (daily limit)."), QuotaExceeded, False),
    (told(403, "This model is not available in your region."), Permission, None),
    (told(403, "x", error_type="permission_denied"), Permission, None),
    (told(404, "No endpoints found for vendor/gone."), ModelNotFound, None),
    (told(404, "x", error_type="not_found"), ModelNotFound, None),
    (told(404, POLICY), InvalidRequest, None),
    (told(404, POLICY, error_type="not_found"), InvalidRequest, None),
    (told(404, "No endpoints found that support tool use."), InvalidRequest, None),
    (told(404, "No endpoints found that support image input"), InvalidRequest, None),
    (told(404, "No endpoints found that can handle the requested parameters."), InvalidRequest, None),
    (told(408, "Request timed out"), TimedOut, None),
    (told(409, "Conflict"), InvalidRequest, None),
    (told(410, "Gone"), InvalidRequest, None),
    (told(412, "x", error_type="precondition_failed"), InvalidRequest, None),
    (told(413, "x", error_type="payload_too_large"), InvalidRequest, None),
    (told(413, "x", error_type="context_length_exceeded"), ContextLengthExceeded, None),
    (told(422, "x", error_type="unprocessable"), InvalidRequest, None),
    (behind(429, "model is temporarily rate-limited upstream", error_type="rate_limit_exceeded"), RateLimited, None),
    (told(429, "Rate limit exceeded: free-models-per-min."), RateLimited, None),
    (told(499, "Client closed request"), ServerError, False),
    (told(500, "Internal Server Error"), ServerError, None),
    (told(500, "x", error_type="server"), ServerError, None),
    (behind(502, "Upstream connection lost", error_type="provider_unavailable"), Overloaded, None),
    (told(502, "Upstream returned an invalid reply"), ServerError, None),
    (told(503, "There is no available model provider that meets your routing requirements"), Overloaded, None),
    (told(504, "Gateway timeout"), TimedOut, None),
    (told(504, "x", error_type="timeout"), TimedOut, None),
    (told(524, "Edge timeout"), TimedOut, None),
    (told(529, "x", error_type="provider_overloaded"), Overloaded, None),
    (told(299, "nobody has heard of it"), ServerError, None),
]


def reply_of(body, status=0, headers=()):
    text = body if isinstance(body, str) else json.dumps(body)
    return Reply(
        status=status or json.loads(text)["error"]["code"],
        headers=(("x-request-id", "req-1"), *headers),
        body=text.encode(),
    )


@pytest.mark.parametrize("wire", CODECS)
@pytest.mark.parametrize(("body", "kind", "retryable"), ROWS)
def test_a_failure_is_told_by_its_cause(wire, body, kind, retryable):
    error = CODECS[wire].encode(REQUEST).error(reply_of(body))
    assert type(error) is kind
    assert error.retryable is (kind.retryable_by_default if retryable is None else retryable)
    assert (error.status, error.code) == (body["error"]["code"], str(body["error"]["code"]))
    assert (error.request_id, error.provider) == ("req-1", "openrouter")
    assert error.message.startswith(body["error"]["message"])
    assert error.type == body["error"].get("metadata", {}).get("error_type")


@pytest.mark.parametrize(("body", "kind", "retryable"), [row for row in ROWS if row[0]["error"]["code"] >= 400])
def test_a_failure_within_a_200_means_the_same(body, kind, retryable):
    with pytest.raises(ProviderError) as caught:
        CODECS["chat"].encode(REQUEST).decode(reply_of(body, 200))
    assert type(caught.value) is kind
    assert caught.value.retryable is (kind.retryable_by_default if retryable is None else retryable)
    assert caught.value.status == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (behind(400, "bad"), "Provider returned error (DeepInfra): bad"),
        (behind(400, '{"error":{"message":"bad"}}'), "Provider returned error (DeepInfra): bad"),
        (
            behind(400, {"detail": [{"loc": ["body", "n"], "msg": "bad"}]}),
            "Provider returned error (DeepInfra): body.n: bad",
        ),
        (behind(400, ""), "Provider returned error (DeepInfra)"),
        (behind(400, None), "Provider returned error (DeepInfra)"),
        (behind(400, "x" * 9000), f"Provider returned error (DeepInfra): {'x' * 500}"),
        (told(400, "Bad"), "Bad"),
        (told(403, "Input was flagged", reasons=["violence"], flagged_input="words"), "Input was flagged: violence"),
        ({"error": {"code": 400, "message": "Bad", "metadata": None}}, "Bad"),
        ({"error": {"code": 400, "message": None}}, "the provider answered with status 400"),
    ],
)
def test_the_message_says_who_failed_and_why_and_never_what_was_asked(body, message):
    error = CODECS["chat"].encode(REQUEST).error(reply_of(body))
    assert error.message == message
    assert error.body == json.dumps(body).encode()


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        (told(429, "x"), (("retry-after", "7"),), 7),
        (told(429, "x", headers={"X-RateLimit-Reset": str((NOON + 30) * 1000)}), (DATE,), 30),
        (told(429, "x", headers={"X-RateLimit-Reset": (NOON + 30) * 1000}), (DATE,), 30),
        (told(429, "x", headers={"X-RateLimit-Reset": str((NOON - 30) * 1000)}), (DATE,), 0),
        (told(429, "x", headers={"X-RateLimit-Reset": str((NOON + 30) * 1000)}), (), None),
        (told(429, "x", headers={"X-RateLimit-Reset": "soon"}), (DATE,), None),
        (told(503, "x"), (("retry-after", "3"),), 3),
        (told(429, "x"), (), None),
    ],
)
def test_how_long_to_wait(body, headers, seconds):
    assert CODECS["chat"].encode(REQUEST).error(reply_of(body, headers=headers)).retry_after == seconds


def test_the_allowance_of_free_models_is_used_up_until_the_next_day():
    limit = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str((NOON + 43_200) * 1000)}
    body = told(
        429, "Rate limit exceeded: free-models-per-day", limit_source="openrouter_free_tier_daily", headers=limit
    )
    error = CODECS["chat"].encode(REQUEST).error(reply_of(body, headers=(DATE,)))
    assert (type(error), error.retryable, error.retry_after) == (QuotaExceeded, False, 43_200)


def test_credit_that_comes_back_by_itself_is_worth_waiting_for():
    error = CODECS["chat"].encode(REQUEST).error(reply_of(told(402, "x"), headers=(("retry-after", "5"),)))
    assert (type(error), error.retryable, error.retry_after) == (QuotaExceeded, True, 5)


@pytest.mark.parametrize(
    ("status", "text", "kind", "message"),
    [
        (502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError, "502 Bad Gateway"),
        (520, "<html><title>Web server is returning an unknown error</title></html>", ServerError, None),
        (503, "", Overloaded, "the provider answered with status 503"),
        (429, "[]", RateLimited, None),
    ],
)
def test_what_the_edge_answers_is_told_by_its_status(status, text, kind, message):
    error = CODECS["chat"].encode(REQUEST).error(reply_of(text, status))
    assert type(error) is kind
    assert message is None or error.message == message


def chunk(**members):
    return {"id": "gen-3", "provider": "Groq", "model": "m", "object": "chat.completion.chunk", "created": 1, **members}


def piece(finish=None, content=""):
    return {
        "index": 0,
        "delta": {"role": "assistant", "content": content},
        "finish_reason": finish,
        "native_finish_reason": None,
        "logprobs": None,
    }


def streamed(*chunks):
    decoder = CODECS["chat"].encode(REQUEST, stream=True).decoder()
    data = b": OPENROUTER PROCESSING\n\n" + b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in chunks)
    return decoder.feed(data + b"data: [DONE]\n\n") + decoder.end()


LOST = {"code": 502, "message": "Upstream connection lost", "metadata": {"error_type": "provider_unavailable"}}


@pytest.mark.parametrize(
    "broken",
    [
        chunk(error=LOST, choices=[piece("error")]),
        chunk(error=LOST, choices=[piece()]),
        chunk(error=LOST, choices=[]),
        {"error": LOST, "user_id": "user_1"},
    ],
)
def test_a_failure_within_a_stream_is_raised_whatever_is_around_it(broken):
    with pytest.raises(ProviderError) as caught:
        streamed(chunk(choices=[piece(content="Os")]), broken)
    error = caught.value
    assert (type(error), error.code, error.type, error.retryable) == (Overloaded, "502", "provider_unavailable", True)
    assert error.message == "Upstream connection lost"


def test_a_failure_after_the_answer_was_whole_and_counted_is_a_warning():
    usage = {"prompt_tokens": 3, "completion_tokens": 8, "total_tokens": 11, "cost": 0.001}
    late = chunk(error={"code": 400, "message": "Token limit reached"}, choices=[piece()], usage=usage)
    events = streamed(chunk(choices=[piece(content="Os")]), chunk(choices=[piece("length")]), late)
    assert isinstance(events[-1], Completed)
    assert [event.warning.message for event in events if isinstance(event, Warned)] == [
        "the provider reported an error after the end of its answer: Token limit reached"
    ]


def test_a_choice_that_failed_fails_the_answer_and_keeps_what_arrived():
    choice = {
        "index": 0,
        "finish_reason": "error",
        "message": {"role": "assistant", "content": "Os"},
        "error": {"code": 429, "message": "Provider returned error", "metadata": {"provider_name": "Groq"}},
    }
    body = {"id": "gen-1", "model": "m", "choices": [choice]}
    with pytest.raises(RateLimited) as caught:
        CODECS["chat"].encode(REQUEST).decode(reply_of(json.dumps(body), 200))
    assert caught.value.message == "Provider returned error (Groq)"
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Os"


def test_an_answer_without_choices_or_words_is_malformed():
    with pytest.raises(Malformed):
        CODECS["chat"].encode(REQUEST).decode(reply_of('{"id":"gen-1","choices":[]}', 200))
