"""DeepInfra through a client: what is sent, what comes back, what it cost, and what the key is good for."""

import json
from decimal import Decimal

import pytest

import accord
from accord.client.environment import provider_from_environment
from accord.core.error import Authentication, InvalidRequest, Unsupported
from accord.core.http import Reply
from accord.core.image import ImageRequest
from accord.core.message import Message, system, user
from accord.core.option import Options
from accord.core.part import Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.providers.deepinfra import DeepInfra
from accord.testing import FakeProvider
from accord.testing.fake.hosts import HOSTS
from accord.testing.memory import MemoryTransport

FLASH = "deepseek-ai/DeepSeek-V4.1-Flash"
TOOL = FunctionTool(name="weather", parameters={"type": "object", "properties": {}})


def answer(usage):
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": FLASH, "choices": [choice], "usage": usage}


def reply(body):
    return Reply(status=200, headers=(("content-type", "application/json"),), body=json.dumps(body).encode())


def client(*script, **fields):
    transport = MemoryTransport(*script, piece=17)
    return accord.Client(DeepInfra(api_key="deepinfra-test-key", **fields), transport=transport), transport


def billed(response):
    return response.cost.amount, response.cost.source


@pytest.fixture(scope="module")
def house():
    with FakeProvider(vendor=HOSTS["deepinfra"], strict=False) as fake:
        yield fake


@pytest.fixture
def live(house):
    house.clear()
    with accord.Client(DeepInfra(api_key=house.key, base_url=house.url)) as asking:
        yield asking


def test_the_environment_sets_it_up():
    for name in ("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"):
        assert provider_from_environment("deepinfra", {name: "k"}).url == "https://api.deepinfra.com/v1/openai"


@pytest.mark.parametrize("model", [FLASH, "org/name:v1.2", "deploy_id:abc"])
def test_names_are_sent_as_they_are(model):
    asking, transport = client(reply(answer({"prompt_tokens": 9, "completion_tokens": 2})))
    asking.chat_completion("x", model=f"deepinfra/{model}")
    assert json.loads(transport.calls[0].body)["model"] == model


@pytest.mark.parametrize(
    ("estimate", "amount", "source"),
    [
        ({"estimated_cost": 0.0000063}, "0.0000063", "provider"),
        ({"estimated_cost": 0}, "0", "provider"),
        # Of the price list: 9 in at 0.14 and 12 out at 0.42 a million.
        ({"estimated_cost": None}, "0.0000063", "catalogue"),
        ({"estimated_cost": -0.1}, "0.0000063", "catalogue"),
        ({}, "0.0000063", "catalogue"),
    ],
)
def test_the_bill_in_the_answer_wins_over_the_price_list(estimate, amount, source):
    counts = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}
    asking, _ = client(reply(answer(counts | estimate)))
    assert billed(asking.chat_completion("x", model=FLASH)) == (Decimal(amount), source)


def test_a_model_nobody_knows_costs_what_the_answer_says_or_an_unknown_amount():
    counts = {"prompt_tokens": 9, "completion_tokens": 12}
    asking, _ = client(reply(answer(counts | {"estimated_cost": 0.5})), reply(answer(counts)))
    assert billed(asking.chat_completion("x", model="org/new")) == (Decimal("0.5"), "provider")
    assert billed(asking.chat_completion("x", model="org/new")) == (None, None)


def test_reasoning_that_is_counted_apart_is_added():
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 84,
        "total_tokens": 94,
        "completion_tokens_details": {"reasoning_tokens": 1081},
    }
    asking, _ = client(reply(answer(usage)))
    found = asking.chat_completion("x", model="google/gemma-4-31B-it").usage
    assert found is not None
    assert (found.input, found.output, found.reasoning) == (10, 1165, 1081)


def test_a_stream_is_billed_and_its_pings_are_passed_over(live):
    with live.chat_completion_stream("One two three", model=FLASH) as stream:
        list(stream)
    assert stream.response.text == "One two three"
    assert billed(stream.response) == (Decimal("0.0000063"), "provider")


def test_what_the_service_takes_is_what_is_sent(live, house):
    history = (
        system("Be brief."),
        user("weather?"),
        Message(role="assistant", parts=(ToolCall(id="c1", name="weather", arguments="{}"),)),
        Message(role="tool", parts=(ToolResult(call_id="c1", content=(Text(text="7 C"), Text(text="rain"))),)),
    )
    request = ChatRequest(model=FLASH, messages=history, tools=(TOOL,), max_output_tokens=50, tool_choice="required")
    assert "7 C" in live.chat_completion(request).text
    sent = json.loads(house.last.body)
    assert (sent["max_tokens"], sent["tool_choice"]) == (50, "required")
    assert sent["messages"][-1]["content"] == "7 C\n\nrain"


@pytest.mark.parametrize(
    ("tier", "sent", "warned"),
    [
        ("priority", "priority", []),
        ("auto", None, []),
        ("default", None, []),
        ("flex", None, ["service_tier"]),
    ],
)
def test_tiers(live, house, tier, sent, warned):
    response = live.chat_completion(ChatRequest(model=FLASH, messages=(user("x"),), service_tier=tier))
    assert json.loads(house.last.body).get("service_tier") == sent
    assert [warning.field for warning in response.warnings] == warned


def test_one_model_does_not_take_temperature_zero(live, house):
    name = "mistralai/Mistral-7B-Instruct-v0.1"
    response = live.chat_completion(ChatRequest(model=name, messages=(user("x"),), temperature=0))
    assert 0 < json.loads(house.last.body)["temperature"] < 0.01
    assert [warning.field for warning in response.warnings] == ["temperature"]
    live.chat_completion(ChatRequest(model=FLASH, messages=(user("x"),), temperature=0))
    assert json.loads(house.last.body)["temperature"] == 0


@pytest.mark.parametrize(
    "members",
    [
        {"max_completion_tokens": 5},
        {"service_tier": "flex"},
        {"messages": [{"role": "developer", "content": "x"}, {"role": "user", "content": "x"}]},
    ],
)
def test_the_imitation_refuses_what_the_service_refuses(live, members):
    with pytest.raises(InvalidRequest, match="body"):
        live.chat_completion("x", model=FLASH, options=Options(extra_body=members, retries=0))


def test_the_key_is_proved_by_the_accounts_page_and_not_by_the_public_list(live, house):
    assert live.health_check().state == "healthy"
    assert (house.last.method, house.last.path) == ("GET", "/v1/me/rate_limit")
    with accord.Client(DeepInfra(api_key="deepinfra-wrong", base_url=house.url)) as stranger:
        assert stranger.models(live=True)
        assert stranger.health_check().state == "unhealthy"
        with pytest.raises(Authentication, match="not authenticated"):
            stranger.chat_completion("x", model=FLASH)


def test_an_account_page_that_is_not_there_is_not_a_missing_model():
    asking, transport = client(Reply(status=404, body=b'{"detail":"Not Found"}'))
    health = asking.health_check()
    assert transport.calls[0].url == "https://api.deepinfra.com/v1/me/rate_limit"
    assert health.state == "unhealthy"
    assert "model" not in health.reason


def test_the_list_says_what_models_cost():
    row = {
        "id": "Qwen/Qwen3-Max",
        "object": "model",
        "owned_by": "deepinfra",
        "metadata": {
            "context_length": 131072,
            "max_tokens": 16384,
            "pricing": {"input_tokens": 0.14, "output_tokens": 0.42, "cache_read_tokens": 0.0042},
        },
    }
    free = {"id": "org/by-the-second", "metadata": None}
    asking, _ = client(reply({"data": [row, free]}))
    found, other = asking.models(live=True)
    assert (found.context, found.max_output) == (131072, 16384)
    assert found.prices is not None
    assert found.prices.base == {"input": Decimal("0.14"), "output": Decimal("0.42"), "cached": Decimal("0.0042")}
    assert (other.id, other.prices) == ("org/by-the-second", None)


def test_the_small_endpoints_are_there(live, house):
    assert live.embeddings("hello", model="BAAI/bge-m3").embeddings
    assert live.image_generation(ImageRequest(prompt="a fox"), model="google/nano-banana-2-lite").images
    assert house.last.path == "/v1/openai/images/generations"
    with pytest.raises(Unsupported, match="response_format"):
        live.image_generation(ImageRequest(prompt="x", response_format="url"), model="org/image")
