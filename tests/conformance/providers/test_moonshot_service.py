"""Moonshot over real sockets, against an imitation that refuses what the service refuses; every generation of its models."""

import pytest

from accord import Client
from accord.core.error import Unsupported
from accord.core.message import Message, assistant, tool_result, user
from accord.core.option import Options
from accord.core.part import Image, Media, Text, ToolCall
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool
from accord.providers import Moonshot
from accord.testing.fake.behaviour import Bytes, Failure
from accord.testing.fake.hosts import HOSTS
from accord.testing.fake.provider import FakeProvider
from accord.testing.provider_suite import CHECKS, ProviderCase, run_check

MODELS = ("kimi-k3.1-pro", "kimi-k2.7-code", "kimi-k2.6", "kimi-k2.5", "moonshot-v1-8k", "kimi-k9-not-known")
SCHEMA = {"$schema": "x", "properties": {"kind": {"enum": ["a", "b"]}, "pair": {"items": [{"type": "string"}]}}}
TOOL = FunctionTool(name="lookup", parameters=SCHEMA, strict=True)
CALLED = Message(
    role="assistant",
    parts=(Text(text=""), ToolCall(id="functions.lookup:0", name="lookup", arguments='{"kind":"a"}')),
)
RESULT = tool_result("functions.lookup:0", "An invoice.")


@pytest.fixture
def fake():
    with FakeProvider(vendor=HOSTS["moonshot"], strict=False) as running:
        yield running


def client_of(fake, **fields):
    return Client(Moonshot(api_key=fake.key, base_url=fake.url, **fields))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    ("dialect", "model"),
    [*[(None, model) for model in MODELS], ("openai_responses", "kimi-k3"), ("anthropic_messages", "kimi-k3")],
)
def test_every_model_and_wire_passes_the_suite(dialect, model, check):
    run_check(
        check,
        ProviderCase(
            vendor=HOSTS["moonshot"],
            model=model,
            build=lambda url, key: Moonshot(api_key=key, base_url=url, dialect=dialect),
        ),
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("effort", [None, "none", "minimal", "medium", "max"])
def test_every_effort_is_taken_in_a_conversation_whose_thoughts_are_lost(fake, model, effort):
    reasoning = None if effort is None else ReasoningConfig(effort=effort)
    messages = (user("Look"), CALLED, RESULT, assistant("So?"), user("And?"))
    request = ChatRequest(
        model=model, messages=messages, tools=(TOOL,), reasoning=reasoning, temperature=0.7, top_p=0.5
    )
    with client_of(fake) as client:
        assert client.chat_completion(request).text == "And?"


def test_a_call_is_forced_by_nobody(fake):
    request = ChatRequest(model="kimi-k2.6", messages=(user("Hello"),), tools=(TOOL,), tool_choice="required")
    with client_of(fake) as client:
        with pytest.raises(Unsupported, match="tool_choice"):
            client.chat_completion(request)
        assert not fake.requests
        assert client.chat_completion(request, options=Options(on_unsupported="drop")).text == "Hello"


def test_schemas_pictures_and_beginnings_are_taken(fake):
    picture = Image(source=Media(file_id="file-1"))
    with client_of(fake) as client:
        request = ChatRequest(
            model="kimi-k3",
            messages=(user((Text(text=""), picture, Text(text="What?"))),),
            response_format=JsonSchemaFormat(schema=SCHEMA),
        )
        client.chat_completion(request)
        client.chat_completion(ChatRequest(model="kimi-k3", messages=(user("Hello"), assistant("Once"))))
    assert fake.last.json["messages"][-1]["partial"] is True


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        (None, "healthy"),
        (Bytes(body=b'{"code":0,"data":{"available_balance":0}}'), "degraded"),
        (Failure(status=401), "unhealthy"),
    ],
)
def test_health_is_the_balance(fake, behaviour, state):
    if behaviour is not None:
        fake.always(behaviour, operation="models")
    with client_of(fake) as client:
        assert client.health_check().state == state
    assert fake.last.path == "/v1/users/me/balance"
