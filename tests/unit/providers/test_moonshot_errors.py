"""Every failure Moonshot is known to answer with, what its answers hold besides, and its probe."""

import json
from decimal import Decimal
from typing import Any

import pytest

from accord.catalog import facts
from accord.catalog.cost import cost_of
from accord.core.accumulate import accumulate
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
)
from accord.core.http import Reply
from accord.core.listing import ListRequest
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers import Moonshot

REQUEST = ChatRequest(messages=(user("Hello"),))
PROVIDER = Moonshot(api_key="moonshot-test-key")
CODEC: Any = PROVIDER.chat_codec("kimi-k3")
INVALID = "invalid_request_error"
SUSPENDED = "Your account org-1 is suspended, please check your plan and billing details"
RPM = "Your account reached max RPM: 3, please try again after 7 seconds"
TPD = "Your account reached max TPD rate limit: 1500000"
BUSY = "The engine is currently overloaded, please try again later"
NO_MODEL = "Not found the model kimi-k9 or Permission denied"
NO_THOUGHTS = "thinking is enabled but reasoning_content is missing in assistant tool call message at index 1"
RISK = "The request was rejected because it was considered high risk"
TOO_LONG = "Your request exceeded model token limit : 8192 (requested: 9000)"

# Status, type, message, class, wait.
ROWS = [
    (400, "content_filter", RISK, ContentFiltered, None),
    (400, INVALID, "Input token length too long", ContextLengthExceeded, None),
    (400, INVALID, TOO_LONG, ContextLengthExceeded, None),
    (400, INVALID, "invalid temperature: only 1 is allowed for this model", InvalidRequest, None),
    (400, INVALID, "cannot specify both 'thinking' and 'reasoning_effort'", InvalidRequest, None),
    (400, INVALID, NO_THOUGHTS, InvalidRequest, None),
    (400, INVALID, "text content is empty", InvalidRequest, None),
    (402, "membership_error", "Your Kimi Code membership has ended", QuotaExceeded, None),
    (403, "permission_denied_error", "The API you are accessing is not open", Permission, None),
    (403, "permission_denied_error", "insufficient balance", QuotaExceeded, None),
    (403, "permission_denied_error", "You have reached your usage limit for this billing cycle", QuotaExceeded, None),
    (404, "resource_not_found_error", NO_MODEL, ModelNotFound, None),
    (429, "exceeded_current_quota_error", SUSPENDED, QuotaExceeded, None),
    (429, "rate_limit_reached_error", RPM, RateLimited, 7),
    (429, "rate_limit_reached_error", TPD, RateLimited, None),
    (429, "engine_overloaded_error", BUSY, Overloaded, None),
    (429, "rate_limit_error", BUSY, RateLimited, 1200),
    (500, "server_error", "Failed to extract file", ServerError, None),
    (500, "unexpected_output", "invalid state transition", ServerError, None),
]


def body_of(kind, message, **more):
    return json.dumps({"error": {"type": kind, "message": message, **more}}).encode()


@pytest.mark.parametrize(("status", "kind", "message", "cls", "wait"), ROWS)
@pytest.mark.parametrize("header", ["x-trace-id", "x-request-id"])
def test_a_failure_is_told_by_its_cause(status, kind, message, cls, wait, header):
    error = CODEC.encode(REQUEST).error(Reply(status=status, headers=((header, "t-1"),), body=body_of(kind, message)))
    assert type(error) is cls
    assert error.retryable is cls.retryable_by_default
    assert (error.message, error.type, error.status, error.retry_after) == (message, kind, status, wait)
    assert (error.request_id, error.provider, error.model) == ("t-1", "moonshot", "kimi-k3")


@pytest.mark.parametrize("kind", ["invalid_authentication_error", "incorrect_api_key_error"])
def test_a_wrong_key_may_be_that_of_the_other_platform(kind):
    error = CODEC.encode(REQUEST).error(Reply(status=401, body=body_of(kind, "Invalid Authentication")))
    assert type(error) is Authentication
    assert error.message.startswith("Invalid Authentication (keys of api.moonshot.ai and of api.moonshot.cn")
    assert json.loads(error.body)["error"]["message"] == "Invalid Authentication"


@pytest.mark.parametrize("dialect", ["openai_responses", "anthropic_messages"])
def test_failures_are_the_hosts_whichever_the_wire(dialect):
    codec = Moonshot(api_key="k", dialect=dialect).chat_codec("kimi-k3")
    error = codec.encode(REQUEST).error(
        Reply(status=403, body=body_of("permission_denied_error", "insufficient balance"))
    )
    assert (type(error), error.provider) == (QuotaExceeded, "moonshot")


@pytest.mark.parametrize(
    ("kind", "message", "cls"),
    [
        ("engine_overloaded_error", BUSY, Overloaded),
        ("server_error", "Broken", ServerError),
        ("content_filter", RISK, ContentFiltered),
    ],
)
def test_a_failure_within_an_answer_is_told_by_its_cause(kind, message, cls):
    with pytest.raises(cls):
        CODEC.encode(REQUEST).decode(Reply(status=200, body=body_of(kind, message)))
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    decoder.feed(chunk({"role": "assistant", "content": "Th"}))
    with pytest.raises(ProviderError) as caught:
        decoder.feed(b"data: " + body_of(kind, message) + b"\n\n")
    assert (type(caught.value), caught.value.message) == (cls, message)


def chunk(delta, finish=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish, **more}
    body = {"id": "chatcmpl-6a1", "object": "chat.completion.chunk", "model": "kimi-k3.1-pro", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


USAGE = {"prompt_tokens": 12, "completion_tokens": 20, "total_tokens": 32, "cached_tokens": 4}


def streamed(*pieces, split=None) -> Any:
    decoder = CODEC.encode(REQUEST, stream=True).decoder()
    data = b"".join(pieces)
    size = split or len(data)
    events = [event for start in range(0, len(data), size) for event in decoder.feed(data[start : start + size])]
    return accumulate(events + decoder.end())


@pytest.mark.parametrize("split", [None, 1, 11])
def test_usage_within_the_last_choice_counts_and_costs(split):
    response = streamed(
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "17*20-17"}),
        chunk({"content": "323"}),
        chunk({}, "stop", usage=USAGE),
        b"data: [DONE]\n\n",
        split=split,
    )
    usage = response.usage
    assert (response.text, usage.input, usage.cached, usage.output) == ("323", 12, 4, 20)
    cost = cost_of(usage, facts("moonshot", "kimi-k3.1-pro"))
    assert cost.amount == (8 * Decimal(2) + 4 * Decimal("0.2") + 20 * Decimal(10)) / 1_000_000


@pytest.mark.parametrize("split", [None, 1, 11])
def test_calls_without_an_index_are_told_apart_by_their_ids(split):
    def piece(arguments, **call):
        return chunk({"tool_calls": [{"type": "function", **call, "function": {"arguments": arguments}}]})

    def start(name, id_):
        return chunk({"tool_calls": [{"id": id_, "type": "function", "function": {"name": name, "arguments": ""}}]})

    response = streamed(
        start("a", "functions.a:0"),
        piece('{"x":'),
        piece("1}"),
        start("b", "functions.b:1"),
        piece("{}"),
        chunk({}, "tool_calls"),
        split=split,
    )
    calls = [(call.id, call.name, call.arguments) for call in response.tool_calls]
    assert calls == [("functions.a:0", "a", '{"x":1}'), ("functions.b:1", "b", "{}")]


def test_cache_writes_have_their_price():
    details = {"cached_tokens": 2, "cache_write_tokens": 6}
    usage = {**USAGE, "prompt_tokens_details": details}
    body = {"id": "1", "model": "kimi-k3", "usage": usage, "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]}  # fmt: skip
    found = CODEC.encode(REQUEST).decode(Reply(status=200, body=json.dumps(body).encode())).usage
    cost = cost_of(found, facts("moonshot", "kimi-k3"))
    assert (found.cached, found.cache_write) == (2, 6)
    assert cost.amount == (4 * Decimal(3) + 2 * Decimal("0.3") + 6 * Decimal(3) + 20 * Decimal(15)) / 1_000_000


BALANCE = {"code": 0, "data": {"available_balance": 1.5, "voucher_balance": 0, "cash_balance": 1.5}, "status": True}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps(BALANCE).encode(), None),
        (json.dumps({**BALANCE, "data": {"available_balance": -0.2}}).encode(), QuotaExceeded),
        (b'{"code":0}', Malformed),
        (b"", Malformed),
    ],
)
def test_the_probe_asks_for_the_balance(body, kind):
    exchange = PROVIDER.probe_codec().encode(ListRequest())
    address = PROVIDER.address(exchange.draft)
    assert (address.method, address.url) == ("GET", "https://api.moonshot.ai/v1/users/me/balance")
    if kind is None:
        exchange.decode(Reply(status=200, body=body))
        return
    with pytest.raises(kind):
        exchange.decode(Reply(status=200, body=body))


def test_the_probe_of_a_proxy_is_the_list_of_models():
    provider = Moonshot(api_key="k", base_url="https://proxy.example.com/v1", probe="models")
    draft = provider.probe_codec().encode(ListRequest()).draft
    assert provider.address(draft).url == "https://proxy.example.com/v1/models"


@pytest.mark.parametrize("body", [b"{}", b'{"data":{"total_tokens":true}}', b"<html>"])
def test_a_count_that_is_none_is_malformed(body):
    with pytest.raises(Malformed):
        PROVIDER.count_codec("kimi-k3").encode(REQUEST).decode(Reply(status=200, body=body))
