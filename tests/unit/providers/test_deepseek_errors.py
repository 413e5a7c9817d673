"""Every failure DeepSeek is known to answer with: cause, whether and when to try again, the words."""

import json
from typing import Any

import pytest

from accord.core.error import (
    Authentication,
    ContentFiltered,
    ContextLengthExceeded,
    Interrupted,
    InvalidRequest,
    Malformed,
    ModelNotFound,
    Overloaded,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
)
from accord.core.event import ReasoningDelta
from accord.core.http import Reply
from accord.core.listing import ListRequest
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers import DeepSeek

REQUEST = ChatRequest(messages=(user("Hello"),))
PROVIDER = DeepSeek(api_key="deepseek-test-key")
CODEC: Any = PROVIDER.chat_codec("deepseek-flash")
INVALID = "invalid_request_error"
NO_THOUGHTS = "The reasoning_content in the thinking mode must be passed back to the API."
TOO_LONG = "This model's maximum context length is 1000000 tokens. However, you requested 1000001 tokens"

# Status, message, type, code, class.
ROWS = [
    (400, "Thinking mode does not support this tool_choice", INVALID, INVALID, InvalidRequest),
    (400, NO_THOUGHTS, INVALID, INVALID, InvalidRequest),
    (400, "unknown variant `custom`, expected `function`", INVALID, INVALID, InvalidRequest),
    (400, "content or tool_calls must be set", INVALID, INVALID, InvalidRequest),
    (400, "This response_format type is unavailable now", INVALID, INVALID, InvalidRequest),
    (400, TOO_LONG, INVALID, INVALID, ContextLengthExceeded),
    (400, "Too long", INVALID, "context_length_exceeded", ContextLengthExceeded),
    (400, "Content Exists Risk", INVALID, INVALID, ContentFiltered),
    (401, "Authentication Fails, Your api key: ****-key is invalid", "authentication_error", INVALID, Authentication),
    (401, "Authentication Fails", INVALID, INVALID, Authentication),
    (402, "Insufficient Balance", "unknown_error", INVALID, QuotaExceeded),
    (404, "Model Not Exist", INVALID, INVALID, ModelNotFound),
    (400, "Model Not Exist", INVALID, INVALID, ModelNotFound),
    (413, "Payload too large", INVALID, INVALID, InvalidRequest),
    (422, "Invalid parameters", INVALID, INVALID, InvalidRequest),
    (429, "Too many concurrent requests for this account", "rate_limit_error", None, RateLimited),
    (500, "Internal Server Error", "server_error", None, ServerError),
    (503, "Service is too busy. We advise users to temporarily switch.", "service_unavailable_error", None, Overloaded),
]


def body_of(message: str, kind: str | None = INVALID, code: str | None = INVALID) -> bytes:
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()


@pytest.mark.parametrize(("status", "message", "kind", "code", "cls"), ROWS)
@pytest.mark.parametrize("header", ["x-request-id", "x-deepseek-request-id"])
def test_a_failure_is_told_by_its_cause(status, message, kind, code, cls, header):
    headers = (("content-type", "application/octet-stream"), (header, "r-1"))
    error = CODEC.encode(REQUEST).error(Reply(status=status, headers=headers, body=body_of(message, kind, code)))
    assert type(error) is cls
    assert error.retryable is cls.retryable_by_default
    assert (error.message, error.type, error.code, error.status) == (message, kind, code, status)
    assert (error.request_id, error.retry_after, error.provider) == ("r-1", None, "deepseek")


def test_a_wait_is_told_where_there_is_one():
    reply = Reply(status=429, headers=(("retry-after", "9"),), body=body_of("Rate limit reached", "rate_limit_error"))
    assert CODEC.encode(REQUEST).error(reply).retry_after == 9


def answer(message, finish="stop"):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]}).encode()


@pytest.mark.parametrize("message", [{"content": ""}, {"content": None}, {"content": "", "reasoning_content": "Hm."}])
def test_an_answer_that_says_nothing_is_a_failure_that_may_pass(message):
    with pytest.raises(ServerError) as caught:
        CODEC.encode(REQUEST).decode(Reply(status=200, body=answer(message)))
    assert (caught.value.code, caught.value.retryable, caught.value.provider) == ("empty_response", True, "deepseek")
    assert caught.value.partial is not None


def test_an_answer_that_the_limit_cut_off_may_be_empty():
    body = answer({"content": "", "reasoning_content": "Hm"}, finish="length")
    assert CODEC.encode(REQUEST).decode(Reply(status=200, body=body)).text == ""


def test_a_lack_of_resources_is_told_in_a_200():
    with pytest.raises(Overloaded) as caught:
        CODEC.encode(REQUEST).decode(Reply(status=200, body=answer({"content": "Th"}, "insufficient_system_resource")))
    assert caught.value.retryable
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Th"


def test_an_error_in_a_200_is_one():
    with pytest.raises(QuotaExceeded):
        CODEC.encode(REQUEST).decode(Reply(status=200, body=body_of("Insufficient Balance")))


def test_blank_lines_before_an_answer_mean_that_it_is_coming():
    response = CODEC.encode(REQUEST).decode(Reply(status=200, body=b"\n\n\n" + answer({"content": "Hi"})))
    assert response.text == "Hi"


def chunk(delta, finish=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "1", "model": "m", "choices": [choice], **more}).encode() + b"\n\n"


def drained(decoder: Any, data: bytes, split: int | None = None) -> Any:
    size = split or len(data)
    events = [event for start in range(0, len(data), size) for event in decoder.feed(data[start : start + size])]
    return events + decoder.end()


USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "prompt_cache_hit_tokens": 2, "prompt_cache_miss_tokens": 3}


@pytest.mark.parametrize("split", [None, 1, 7])
def test_a_stream_that_says_nothing_is_a_failure(split):
    pieces = (
        chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
        chunk({"reasoning_content": "Hm"}),
    )
    last = chunk({"content": "", "reasoning_content": None}, "stop", usage=USAGE)
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    with pytest.raises(ServerError, match="said anything"):
        drained(decoder, b"".join([*pieces, last, b"data: [DONE]\n\n"]), split)


@pytest.mark.parametrize("split", [None, 1, 7])
def test_a_stream_keeps_its_thoughts_and_its_usage(split):
    pieces = (
        b": keep-alive\n\n",
        chunk({"role": "assistant", "content": None, "reasoning_content": ""}, usage=None),
        chunk({"content": None, "reasoning_content": "Hm"}, usage=None),
        chunk({"content": "Hi", "reasoning_content": None}, usage=None),
        chunk({"content": "", "reasoning_content": None}, "stop", usage=USAGE),
        b": keep-alive\n\ndata: [DONE]\n\n",
    )
    events = drained(CODEC.encode(REQUEST, stream=True).decoder(), b"".join(pieces), split)
    assert [event.text for event in events if isinstance(event, ReasoningDelta)] == ["Hm"]
    (usage,) = [event.usage for event in events if hasattr(event, "usage")]
    assert (usage.input, usage.cached, usage.output) == (5, 2, 3)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Insufficient Balance", QuotaExceeded),
        ("Service is too busy", Overloaded),
        ("Internal Server Error", ServerError),
    ],
)
def test_a_failure_within_a_stream_is_told_by_its_cause(message, kind):
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    decoder.feed(chunk({"content": "Th"}))
    with pytest.raises(ProviderError) as caught:
        decoder.feed(b"data: " + body_of(message, "server_error", None) + b"\n\n")
    assert (type(caught.value), caught.value.message) == (kind, message)


def test_a_stream_that_ends_before_its_finish_is_interrupted():
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    with pytest.raises(Interrupted):
        drained(decoder, chunk({"content": "Th"}))


BALANCE = {"is_available": True, "balance_infos": [{"currency": "USD", "total_balance": "1.00"}]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({**BALANCE, "is_available": False}).encode(), QuotaExceeded),
        (b"{}", Malformed),
        (b"<html>", Malformed),
        (json.dumps(BALANCE).encode(), None),
    ],
)
def test_the_probe_asks_for_the_balance(body, kind):
    exchange = PROVIDER.probe_codec().encode(ListRequest())
    address = PROVIDER.address(exchange.draft)
    assert (address.method, address.url) == ("GET", "https://api.deepseek.com/user/balance")
    if kind is None:
        exchange.decode(Reply(status=200, body=body))
        return
    with pytest.raises(kind):
        exchange.decode(Reply(status=200, body=body))


def test_the_probe_of_a_proxy_is_the_list_of_models():
    provider = DeepSeek(api_key="k", base_url="https://proxy.example.com", probe="models")
    draft = provider.probe_codec().encode(ListRequest()).draft
    assert provider.address(draft).url == "https://proxy.example.com/models"
