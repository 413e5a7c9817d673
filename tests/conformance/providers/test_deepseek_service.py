"""DeepSeek over real sockets, against an imitation that refuses what the service refuses; on each of its wires."""

import pytest

from accord import Client
from accord.core.message import Message, tool_result, user
from accord.core.option import Options
from accord.core.part import ToolCall
from accord.core.request import ChatRequest, ReasoningConfig
from accord.core.tool import FunctionTool, NamedTool
from accord.providers import DeepSeek
from accord.testing.fake.behaviour import Bytes, Failure
from accord.testing.fake.hosts import HOSTS
from accord.testing.fake.provider import FakeProvider
from accord.testing.provider_suite import CHECKS, ProviderCase, run_check

MODEL = "deepseek-flash"
TOOL = FunctionTool(
    name="lookup",
    parameters={
        "type": "object",
        "properties": {"q": {"type": "string"}},
        "required": ["q"],
        "additionalProperties": False,
    },
)
CALLED = Message(role="assistant", parts=(ToolCall(id="call_00_a", name="lookup", arguments='{"q":"a"}'),))
DIALECTS = ("openai_chat", "openai_responses", "anthropic_messages")


@pytest.fixture
def fake():
    with FakeProvider(vendor=HOSTS["deepseek"], strict=False) as running:
        yield running


def client_of(fake, **fields):
    return Client(DeepSeek(api_key=fake.key, base_url=fake.url, **fields))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("dialect", DIALECTS[1:])
def test_every_wire_passes_the_suite(dialect, check):
    run_check(
        check,
        ProviderCase(
            vendor=HOSTS["deepseek"],
            model=MODEL,
            build=lambda url, key: DeepSeek(api_key=key, base_url=url, dialect=dialect),
        ),
    )


@pytest.mark.parametrize("dialect", [None, *DIALECTS])
@pytest.mark.parametrize("choice", ["required", NamedTool(name="lookup")])
def test_a_call_can_be_forced(fake, dialect, choice):
    request = ChatRequest(model=MODEL, messages=(user("Hello"),), tools=(TOOL,), tool_choice=choice)
    with client_of(fake, dialect=dialect) as client:
        response = client.chat_completion(request)
    assert response.tool_calls[0].name == "lookup"
    assert "reasoning" in {warning.field for warning in response.warnings}


@pytest.mark.parametrize("dialect", [None, *DIALECTS])
@pytest.mark.parametrize("config", [None, ReasoningConfig(effort="medium"), ReasoningConfig(effort="none")])
def test_a_conversation_whose_thoughts_are_lost_goes_on(fake, dialect, config):
    messages = (user("Look"), CALLED, tool_result("call_00_a", "An invoice."))
    request = ChatRequest(model=MODEL, messages=messages, tools=(TOOL,), reasoning=config)
    with client_of(fake, dialect=dialect) as client:
        assert "An invoice." in client.chat_completion(request).text


def test_strict_tools_and_beginnings_are_served_by_the_beta_base(fake):
    strict = FunctionTool(name="lookup", parameters=TOOL.parameters, strict=True)
    with client_of(fake) as client:
        client.chat_completion(ChatRequest(model=MODEL, messages=(user("Hello"),), tools=(strict,)))
        assert fake.last.path == "/beta/chat/completions"
        begun = (user("Hello"), Message(role="assistant", parts=user("Once").parts))
        client.chat_completion(ChatRequest(model=MODEL, messages=begun))
        assert fake.last.path == "/beta/chat/completions"
        client.chat_completion("Hello", model=MODEL)
        assert fake.last.path == "/chat/completions"


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        (None, "healthy"),
        (Bytes(body=b'{"is_available":false,"balance_infos":[]}'), "degraded"),
        (Failure(status=401), "unhealthy"),
        (Failure(status=503), "degraded"),
    ],
)
def test_health_is_the_balance(fake, behaviour, state):
    if behaviour is not None:
        fake.always(behaviour, operation="models")
    with client_of(fake) as client:
        assert client.health_check().state == state
    assert fake.last.path == "/user/balance"


def test_an_answer_that_says_nothing_is_asked_for_again(fake):
    body = b'{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}'
    fake.script(Bytes(body=body))
    with client_of(fake) as client:
        response = client.chat_completion("Hello", model=MODEL, options=Options(retries=1))
    assert response.text == "Hello"
    assert len(response.attempts) == 2
