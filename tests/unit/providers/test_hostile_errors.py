"""Whatever a body says, reading the failure in it never fails itself, and a wait is a number of seconds that will pass."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.error import ProviderError
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers import V0, Anthropic, DeepInfra, OpenRouter

REQUEST = ChatRequest(messages=(user("Hello"),))
KEY = "test-key"
CODECS = {
    "openrouter": OpenRouter(api_key=KEY).chat_codec("vendor/model"),
    "openrouter responses": OpenRouter(api_key=KEY).chat_codec("vendor/model", "openai_responses"),
    "deepinfra": DeepInfra(api_key=KEY).chat_codec("org/model"),
    "v0": V0(api_key=KEY).chat_codec("v0-1.5-md"),
    "anthropic": Anthropic(api_key=KEY).chat_codec("claude-opus-5-5"),
}
DATE = "Mon, 23 Nov 2026 12:00:00 GMT"

NAMES = st.sampled_from(
    (
        "error",
        "message",
        "code",
        "type",
        "metadata",
        "raw",
        "reasons",
        "flagged_input",
        "provider_name",
        "headers",
        "X-RateLimit-Reset",
        "error_type",
        "limit_source",
        "detail",
        "loc",
        "msg",
        "status",
        "param",
        "request_id",
    )
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(("inf", "1e999"))
)
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "retry-after",
                "retry-after-ms",
                "date",
                "x-request-id",
                "x-should-retry",
                "anthropic-ratelimit-tokens-remaining",
                "anthropic-ratelimit-tokens-reset",
            )
        ),
        st.sampled_from(
            ("0", "-1", "nan", "inf", "1e400", "soon", DATE, "2026-11-23T12:00:30Z", "9999-12-31T23:59:59Z")
        ),
    ),
    max_size=5,
)


@pytest.mark.parametrize("name", CODECS)
@settings(max_examples=40, deadline=None)
@given(status=st.integers(200, 599), body=BODIES, headers=HEADERS)
def test_a_failure_can_always_be_told(name, status, body, headers):
    exchange = CODECS[name].encode(REQUEST)
    reply = Reply(status=status, headers=tuple(headers), body=json.dumps(body).encode())
    error = exchange.error(reply)
    assert isinstance(error, ProviderError)
    assert isinstance(error.message, str)
    assert error.message
    assert error.retry_after is None or (0 <= error.retry_after < math.inf)
    assert str(error)


@pytest.mark.parametrize(
    "reset", ["inf", "1e999", "nan", "-5", True, [], {}, None, 10**400], ids=lambda value: str(value)[:9]
)
def test_a_moment_that_never_comes_is_no_wait(reset):
    body = {"error": {"code": 429, "message": "x", "metadata": {"headers": {"X-RateLimit-Reset": reset}}}}
    reply = Reply(status=429, headers=(("date", DATE),), body=json.dumps(body).encode())
    wait = CODECS["openrouter"].encode(REQUEST).error(reply).retry_after
    assert wait is None or wait == 0
