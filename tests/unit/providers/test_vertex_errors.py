"""Every failure Vertex AI is known to answer with, in Google's shape and in those of its partners: cause, whether and when to
try again, the words.
"""

import json
from typing import Any

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
from accord.providers.vertex_ai import VertexAI

REQUEST = ChatRequest(messages=(user("Hello"),), max_output_tokens=64)
VERTEX = VertexAI(project="acme", access_token="ya29.test-token")
CODECS = {
    "gemini": VERTEX.chat_codec("gemini-3.8-flash"),
    "claude": VERTEX.chat_codec("claude-sonnet-5-5"),
    "mistral": VERTEX.chat_codec("mistral-medium-3@001"),
    "open": VERTEX.chat_codec("meta/llama-4-maverick-17b-128e-instruct-maas"),
}
TYPE = "type.googleapis.com/google.rpc."


def google(code, word, message, *details):
    error = {"code": code, "message": message, "status": word}
    return {"error": {**error, "details": list(details)} if details else error}


def reason(word):
    return {"@type": TYPE + "ErrorInfo", "reason": word, "domain": "googleapis.com"}


def wait(delay):
    return {"@type": TYPE + "RetryInfo", "retryDelay": delay}


def quota(name):
    return {"@type": TYPE + "QuotaFailure", "violations": [{"quotaId": name, "quotaValue": "10"}]}


LONG = "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576)."
TOKEN = "Request had invalid authentication credentials. Expected OAuth 2 access token."
DISABLED = "Vertex AI API has not been used in project acme before or it is disabled."
MISSING = (
    "Publisher Model `projects/acme/locations/us-central1/publishers/google/models/gemini-9` was not found or your project "
    "does not have access to it."
)
MINUTE = (
    "Quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with base "
    "model: gemini-3.8-flash."
)
SHARED = "Resource exhausted. Please try again later. Please refer to the documentation on dynamic shared quota."
FETCH = "Cannot fetch content from the provided URL. Please ensure the URL is valid and accessible by Vertex AI."
SIGNATURE = (
    "Unable to submit request because function call `x` in the 2. content block is missing a `thought_signature`."
)
UNKNOWN = 'Invalid JSON payload received. Unknown name "store": Cannot find field.'
LEAVES = "User location is not supported for the API use."
CACHE = "CachedContent not found (or permission denied)"

# Status, body, class, seconds to wait.
ROWS = [
    (400, google(400, "INVALID_ARGUMENT", LONG), ContextLengthExceeded, None),
    (400, [google(400, "INVALID_ARGUMENT", LONG)], ContextLengthExceeded, None),
    (413, google(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit."), ContextLengthExceeded, None),
    (
        400,
        google(400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID")),
        Authentication,
        None,
    ),
    (400, google(400, "FAILED_PRECONDITION", "Billing is not enabled for project 1."), QuotaExceeded, None),
    (400, google(400, "FAILED_PRECONDITION", LEAVES), Permission, None),
    (400, google(400, "FAILED_PRECONDITION", "Precondition check failed."), InvalidRequest, None),
    (400, google(400, "INVALID_ARGUMENT", FETCH), InvalidRequest, None),
    (400, google(400, "INVALID_ARGUMENT", SIGNATURE), InvalidRequest, None),
    (400, google(400, "INVALID_ARGUMENT", UNKNOWN), InvalidRequest, None),
    (400, google(400, "OUT_OF_RANGE", "The value is out of range."), InvalidRequest, None),
    (401, google(401, "UNAUTHENTICATED", TOKEN, reason("ACCESS_TOKEN_EXPIRED")), Authentication, None),
    (403, google(403, "PERMISSION_DENIED", DISABLED, reason("SERVICE_DISABLED")), Permission, None),
    (
        403,
        google(403, "PERMISSION_DENIED", "This API method requires billing.", reason("BILLING_DISABLED")),
        Permission,
        None,
    ),
    (403, google(403, "PERMISSION_DENIED", CACHE), NotFound, None),
    (404, google(404, "NOT_FOUND", MISSING), ModelNotFound, None),
    (404, "<html>404. That's an error.</html>", NotFound, None),
    (408, google(408, "DEADLINE_EXCEEDED", "Too slow."), TimedOut, None),
    (409, google(409, "ABORTED", "The operation was aborted."), Conflict, None),
    (429, google(429, "RESOURCE_EXHAUSTED", MINUTE, wait("14s")), RateLimited, 14.0),
    (429, google(429, "RESOURCE_EXHAUSTED", MINUTE, wait("0.5s")), RateLimited, 0.5),
    (429, google(429, "RESOURCE_EXHAUSTED", SHARED), RateLimited, None),
    (429, google(429, "RESOURCE_EXHAUSTED", "Spent.", quota("RequestsPerDayPerProject")), QuotaExceeded, None),
    (429, google(429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: x"), QuotaExceeded, None),
    (499, google(499, "CANCELLED", "The operation was cancelled."), TimedOut, None),
    (500, google(500, "INTERNAL", "Internal error encountered."), ServerError, None),
    (502, "<html>Bad Gateway</html>", (ServerError, Overloaded), None),
    (503, google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."), Overloaded, None),
    (504, google(504, "DEADLINE_EXCEEDED", "Deadline expired."), TimedOut, None),
]
AGAIN = (408, 409, 429, 500, 502, 503, 504)


@pytest.mark.parametrize("wire", CODECS)
@pytest.mark.parametrize(("status", "body", "kind", "seconds"), ROWS)
def test_googles_failures_mean_the_same_on_every_wire(wire, status, body, kind, seconds):
    text = body if isinstance(body, str) else json.dumps(body)
    error = CODECS[wire].encode(REQUEST).error(Reply(status=status, body=text.encode()))
    kinds = kind if isinstance(kind, tuple) else (kind,)
    assert type(error) in kinds
    assert error.status == status
    assert error.retryable is (status in AGAIN and QuotaExceeded not in kinds)
    assert error.retry_after == seconds
    assert error.body == text.encode()
    if isinstance(body, str):
        return
    told = (body[0] if isinstance(body, list) else body)["error"]
    assert error.message == told["message"]
    assert error.type == told["status"]
    reasons = [one["reason"] for one in told.get("details", ()) if "reason" in one]
    assert error.code == (reasons or [told["status"]])[0]


def test_a_retry_after_header_wins_over_the_details():
    body = json.dumps(google(429, "RESOURCE_EXHAUSTED", MINUTE, wait("14s"))).encode()
    error = CODECS["gemini"].encode(REQUEST).error(Reply(status=429, headers=(("retry-after", "3"),), body=body))
    assert error.retry_after == 3.0


FILTERED = "Output blocked by content filtering policy"

# Wire, status, body, class, message.
PARTNERS = [
    (
        "claude",
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": FILTERED}},
        ContentFiltered,
    ),
    ("claude", 400, google(400, "INVALID_ARGUMENT", FILTERED), ContentFiltered),
    (
        "claude",
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 2 tokens > 1"}},
        ContextLengthExceeded,
    ),
    ("claude", 429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}}, RateLimited),
    ("claude", 503, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, Overloaded),
    ("claude", 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, Overloaded),
    (
        "mistral",
        400,
        {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
        ModelNotFound,
    ),
    (
        "mistral",
        422,
        {"detail": [{"loc": ["body", "user"], "msg": "Extra inputs", "type": "extra_forbidden"}]},
        InvalidRequest,
    ),
    ("mistral", 429, {"object": "error", "message": "Rate limit", "type": "rate_limited", "code": "1300"}, RateLimited),
    (
        "open",
        400,
        {"error": {"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded"}},
        ContextLengthExceeded,
    ),
    (
        "open",
        429,
        {"error": {"message": "slow down", "type": "rate_limit", "code": "rate_limit_exceeded"}},
        RateLimited,
    ),
    ("open", 500, {"error": {"message": "boom", "type": "server_error", "code": None}}, ServerError),
]


@pytest.mark.parametrize(("wire", "status", "body", "kind"), PARTNERS)
def test_partners_fail_in_their_own_words(wire, status, body, kind):
    error = CODECS[wire].encode(REQUEST).error(Reply(status=status, body=json.dumps(body).encode()))
    assert type(error) is kind
    assert (error.provider or "vertex_ai") == "vertex_ai"


STREAMED = b"data: " + json.dumps(google(429, "RESOURCE_EXHAUSTED", MINUTE, wait("14s"))).encode() + b"\n\n"
BEGINNINGS = {
    "gemini": b'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Half"}]}}],"responseId":"r-1"}\n\n',
    "claude": (
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_vrtx_1","type":"message","role":'
        b'"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n'
    ),
    "mistral": b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Half"}}]}\n\n',
    "open": b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Half"}}]}\n\n',
}


def read_all(decoder, data) -> list[Any]:
    return [*decoder.feed(data), *decoder.end()]


@pytest.mark.parametrize("wire", CODECS)
@pytest.mark.parametrize("begun", [False, True])
def test_an_error_within_a_stream_is_that_error(wire, begun):
    decoder = CODECS[wire].encode(REQUEST, stream=True).decoder()
    with pytest.raises(ProviderError) as caught:
        read_all(decoder, (BEGINNINGS[wire] if begun else b"") + STREAMED)
    error = caught.value
    assert type(error) is RateLimited, "the same as the answer of that status"
    assert (error.message, error.retry_after, error.status) == (MINUTE, 14.0, 200)


BLOCKED = {
    "promptFeedback": {"blockReason": "MODEL_ARMOR", "blockReasonMessage": "The prompt was blocked."},
    "usageMetadata": {"trafficType": "ON_DEMAND"},
    "responseId": "r-3",
    "modelVersion": "gemini-3.8-flash",
}


def test_a_blocked_prompt_is_a_filtered_answer_whole_and_streamed():
    exchange = CODECS["gemini"].encode(REQUEST)
    whole: Any = exchange.decode(Reply(status=200, body=json.dumps(BLOCKED).encode()))
    assert (whole.finish.unified, whole.finish.raw, whole.text) == ("content_filter", "MODEL_ARMOR", "")
    assert whole.id == "r-3"
    decoder = CODECS["gemini"].encode(REQUEST, stream=True).decoder()
    events = read_all(decoder, b"data: " + json.dumps(BLOCKED).encode() + b"\n\n")
    finishes = [event.finish for event in events if hasattr(event, "finish")]
    assert [(finish.unified, finish.raw) for finish in finishes] == [("content_filter", "MODEL_ARMOR")]
