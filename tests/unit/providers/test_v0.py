"""v0: what little it takes, what it says when it fails, and how its key is proved."""

import json

import msgspec
import pytest

import accord
from accord.core.error import (
    Authentication,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
    Permission,
    QuotaExceeded,
    RateLimited,
    ServerError,
    Unsupported,
)
from accord.core.http import Reply
from accord.core.message import Message, user
from accord.core.option import Options
from accord.core.part import File, Image, Media, Text
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages import parse
from accord.providers.v0 import V0
from accord.testing import FakeProvider
from accord.testing.fake.hosts import HOSTS
from accord.testing.memory import MemoryTransport

PROVIDER = V0(api_key="v0-test-key")
REQUEST = ChatRequest(messages=(user("Hello"),))
CODEC = PROVIDER.chat_codec("v0-1.5-md")
PIXEL = Image(source=Media(data="iVBORw0KGgo=", media_type="image/png"))


def told(message, **more):
    return {"error": {"message": message, **more}}


ROWS = [
    (400, told("Invalid role"), (), InvalidRequest),
    (401, told("Unauthorized"), (), Authentication),
    (402, told("Add a payment method"), (), QuotaExceeded),
    (403, told("Your plan does not include the API. Upgrade to Premium."), (), QuotaExceeded),
    (403, told("Forbidden", code="forbidden"), (), Permission),
    (404, told("Not found", code="not_found"), (), ModelNotFound),
    (413, told("Too large"), (), InvalidRequest),
    (422, told("Unprocessable"), (), InvalidRequest),
    (429, told("Daily message limit reached", type="rate_limit_error"), (), QuotaExceeded),
    (429, told("Slow down"), (("retry-after", "30"),), RateLimited),
    (429, told("Slow down"), (("retry-after", "61"),), QuotaExceeded),
    (429, told("Slow down"), (), RateLimited),
    (500, told("Internal error"), (), ServerError),
    (503, told("Busy"), (), Overloaded),
]


@pytest.mark.parametrize(("status", "body", "headers", "kind"), ROWS)
def test_a_failure_is_told_by_its_cause(status, body, headers, kind):
    reply = Reply(status=status, headers=(("x-request-id", "iad1::x"), *headers), body=json.dumps(body).encode())
    error = CODEC.encode(REQUEST).error(reply)
    assert type(error) is kind
    assert error.retryable is kind.retryable_by_default
    assert error.message == body["error"]["message"]
    assert (error.status, error.request_id, error.provider) == (status, "iad1::x", "v0")
    assert error.retry_after == (float(headers[0][1]) if headers else None)


@pytest.fixture(scope="module")
def house():
    with FakeProvider(vendor=HOSTS["v0"], strict=False) as fake:
        yield fake


@pytest.fixture
def live(house):
    house.clear()
    with accord.Client(V0(api_key=house.key, base_url=house.url)) as asking:
        yield asking


@pytest.mark.parametrize("field", ["temperature", "top_p", "max_output_tokens", "seed", "n", "presence_penalty"])
def test_a_wish_it_has_no_field_for_is_refused_before_anything_is_sent(live, house, field):
    request = msgspec.structs.replace(REQUEST, model="v0-1.5-md", **{field: 1})
    with pytest.raises(Unsupported, match=field):
        live.chat_completion(request)
    assert not house.requests
    response = live.chat_completion(request, options=Options(on_unsupported="drop"))
    assert [warning.field for warning in response.warnings] == [field]


def test_a_limit_that_the_callers_api_demands_is_no_wish():
    body = {"model": "m", "max_tokens": 32000, "messages": [{"role": "user", "content": "hi"}]}
    request = parse(json.dumps(body).encode(), ()).request
    assert (request.max_output_tokens, request.limit_demanded) == (32000, True)
    exchange = CODEC.encode(request)
    assert json.loads(exchange.draft.body).keys() == {"model", "messages"}
    assert [warning.field for warning in exchange.warnings] == ["max_output_tokens"]


def test_whoever_counts_tokens_demands_nothing():
    assert not ChatRequest(max_output_tokens=5).limit_demanded


def test_words_and_pictures_as_data_are_all_there_is(live, house):
    live.chat_completion(
        ChatRequest(model="v0-1.5-md", messages=(Message(role="user", parts=(Text(text="x"), PIXEL)),))
    )
    part = json.loads(house.last.body)["messages"][0]["content"][1]
    assert part["image_url"]["url"].startswith("data:image/png;base64,")
    document = File(source=Media(data="JVBERg==", media_type="application/pdf"))
    with pytest.raises(Unsupported, match="words and pictures"):
        live.chat_completion(ChatRequest(model="v0-1.5-md", messages=(Message(role="user", parts=(document,)),)))
    linked = Image(source=Media(url="https://example.org/a.png"))
    with pytest.raises(Unsupported, match="url"):
        CODEC.encode(ChatRequest(messages=(Message(role="user", parts=(linked,)),)))


@pytest.mark.parametrize(
    "members",
    [
        {"temperature": 1},
        {"messages": [{"role": "developer", "content": "x"}]},
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}],
                }
            ]
        },
    ],
)
def test_the_imitation_refuses_what_the_service_does_not_name(live, members):
    with pytest.raises(InvalidRequest):
        live.chat_completion("x", model="v0-1.5-md", options=Options(extra_body=members, retries=0))


def test_there_is_no_list_of_models(live):
    with pytest.raises(Unsupported, match="no list of models"):
        live.models(live=True)
    assert {model.id for model in live.models()} == {"v0-1.5-md", "v0-1.5-lg", "v0-1.0-md"}


def test_the_key_is_proved_without_using_up_a_message(live, house):
    assert live.health_check().state == "healthy"
    assert (house.last.method, house.last.path) == ("GET", "/v1/rate-limits")
    with accord.Client(V0(api_key="v0-wrong", base_url=house.url)) as stranger:
        assert stranger.health_check().state == "unhealthy"


def test_a_day_without_messages_is_not_healthy():
    limits = json.dumps({"remaining": 0, "reset": 1, "limit": 200}).encode()
    with accord.Client(PROVIDER, transport=MemoryTransport(Reply(status=200, body=limits))) as asking:
        assert asking.health_check().state == "degraded"
