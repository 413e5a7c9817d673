"""The Meta Model API over real sockets, on each of its wires; and a server like the Llama API."""

from datetime import date

import pytest

from accord import Client
from accord.catalog import facts
from accord.catalog.lifecycle import lifecycle_warning
from accord.core.error import Unsupported
from accord.core.message import Message, tool_result, user
from accord.core.option import Options
from accord.core.part import ToolCall
from accord.core.request import ChatRequest, ReasoningConfig
from accord.core.tool import FunctionTool
from accord.providers import MetaLlama
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.hosts import HOSTS
from accord.testing.fake.provider import FakeProvider
from accord.testing.provider_suite import CHECKS, ProviderCase, run_check

MUSE, LLAMA = "muse-spark-1.3", "Llama-3.3-70B-Instruct"
WIRES = (None, "openai_chat", "openai_responses", "anthropic_messages")
TOOL = FunctionTool(name="lookup", parameters={"type": "object", "properties": {}})
CALLED = Message(role="assistant", parts=(ToolCall(id="call_1", name="lookup", arguments="{}"),))


@pytest.fixture
def fake():
    with FakeProvider(vendor=HOSTS["meta_llama"], strict=False) as running:
        yield running


def client_of(fake, **fields):
    return Client(MetaLlama(api_key=fake.key, base_url=fake.url, **fields))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    ("dialect", "model"), [("openai_responses", MUSE), ("anthropic_messages", MUSE), ("openai_chat", LLAMA)]
)
def test_every_wire_passes_the_suite(dialect, model, check):
    if model == LLAMA and check.__name__ == "streams":
        pytest.skip("a stream of the Llama API has usage in an event of its own wire alone")
    run_check(
        check,
        ProviderCase(
            vendor=HOSTS["meta_llama"],
            model=model,
            build=lambda url, key: MetaLlama(api_key=key, base_url=url, dialect=dialect),
        ),
    )


@pytest.mark.parametrize("dialect", WIRES)
@pytest.mark.parametrize("choice", [None, "auto", "none"])
@pytest.mark.parametrize("effort", [None, "none", "high", "max"])
def test_what_is_asked_is_taken(fake, dialect, choice, effort):
    messages = (user("Look"), CALLED, tool_result("call_1", "An invoice."))
    reasoning = None if effort is None else ReasoningConfig(effort=effort)
    request = ChatRequest(model=MUSE, messages=messages, tools=(TOOL,), tool_choice=choice, reasoning=reasoning)
    with client_of(fake, dialect=dialect) as client:
        assert client.chat_completion(request).text == "An invoice."


@pytest.mark.parametrize("dialect", WIRES)
def test_what_would_be_refused_is_refused_before_it_is_sent(fake, dialect):
    request = ChatRequest(model=MUSE, messages=(user("Hello"),), tools=(TOOL,), tool_choice="required", stop=("END",))
    with client_of(fake, dialect=dialect) as client:
        with pytest.raises(Unsupported):
            client.chat_completion(request)
        assert not fake.requests
        assert client.chat_completion(request, options=Options(on_unsupported="drop")).text == "Hello"


def test_a_llama_model_of_another_server_is_called_and_its_end_told(fake):
    with client_of(fake) as client:
        assert client.chat_completion("Hello", model=LLAMA).text == "Hello"
    warning = lifecycle_warning(facts("meta_llama", LLAMA), date(2026, 11, 25))
    assert warning is not None
    assert "2026-07-06" in warning.message
    assert "muse-spark-1.3" in warning.message


@pytest.mark.parametrize(("behaviour", "state"), [(None, "healthy"), (Failure(status=401), "unhealthy")])
def test_health_is_the_list_of_models(fake, behaviour, state):
    if behaviour is not None:
        fake.always(behaviour, operation="models")
    with client_of(fake) as client:
        assert client.health_check().state == state
    assert fake.last.path == "/v1/models"


def test_pictures_are_made(fake):
    with client_of(fake) as client:
        assert client.image_generation("A boat", model="muse-image-1.0").images
