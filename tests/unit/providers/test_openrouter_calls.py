"""OpenRouter through a client: what is sent, what comes back, what it cost, and what the key is good for."""

import json
from decimal import Decimal

import pytest

import accord
from accord.client.environment import provider_from_environment
from accord.core.error import Authentication, InvalidRequest, Unsupported
from accord.core.http import Reply
from accord.core.image import ImageRequest
from accord.core.message import Message, user
from accord.core.option import Options
from accord.core.part import File, Media, Reasoning, Text
from accord.core.request import ChatRequest, ReasoningConfig
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.providers.openrouter import OpenRouter
from accord.testing import FakeProvider
from accord.testing.fake.hosts import HOSTS
from accord.testing.memory import MemoryTransport

ASKED = ChatRequest(messages=(user("ping"),))
COST = {"cost": 0.0000069, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.0000069}}
ANSWER = {
    "id": "gen-1",
    "provider": "Anthropic",
    "model": "anthropic/claude-5.5-haiku-20260929",
    "object": "chat.completion",
    "created": 1795430400,
    "system_fingerprint": None,
    "choices": [
        {
            "index": 0,
            "logprobs": None,
            "finish_reason": "stop",
            "native_finish_reason": "end_turn",
            "message": {
                "role": "assistant",
                "content": "pong",
                "refusal": None,
                "reasoning": "Simple echo.",
                "reasoning_details": [
                    {
                        "type": "reasoning.text",
                        "text": "Simple echo.",
                        "signature": "EqQB",
                        "format": "anthropic-claude-v1",
                        "index": 0,
                    }
                ],
            },
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21, **COST},
}


def reply(body, status=200):
    return Reply(status=status, headers=(("content-type", "application/json"),), body=json.dumps(body).encode())


def client(*script, **fields):
    transport = MemoryTransport(*script, piece=17)
    return accord.Client(OpenRouter(api_key="sk-or-v1-test", **fields), transport=transport), transport


@pytest.fixture(scope="module")
def house():
    with FakeProvider(vendor=HOSTS["openrouter"], strict=False) as fake:
        yield fake


@pytest.fixture
def live(house):
    house.clear()
    with accord.Client(OpenRouter(api_key=house.key, base_url=house.url)) as asking:
        yield asking


def body_of(request, model="anthropic/claude-haiku-5.5", wanted=None, **options):
    codec = OpenRouter(api_key="sk-or-v1-test").chat_codec(model, wanted)
    return json.loads(codec.encode(request, **options).draft.body)


def billed(response):
    return response.cost.amount, response.cost.source


def counted(response):
    return response.usage.output, response.usage.reasoning


def prices_of(facts):
    return facts.prices.base


def test_a_call_goes_to_openrouter_with_the_key_alone():
    asking, transport = client(reply(ANSWER))
    response = asking.chat_completion(ASKED, model="anthropic/claude-haiku-5.5")
    call = transport.calls[0]
    assert (call.method, call.url) == ("POST", "https://openrouter.ai/api/v1/chat/completions")
    assert dict(call.headers) == {"content-type": "application/json", "authorization": "Bearer sk-or-v1-test"}
    assert (response.text, response.model) == ("pong", "anthropic/claude-5.5-haiku-20260929")
    assert response.extra["openai_chat"]["provider"] == "Anthropic"


def test_attribution_is_sent_where_it_is_set():
    asking, transport = client(
        reply(ANSWER), site_url="https://example.org", app_name="Demo", app_categories=("cli-agent", "cloud-agent")
    )
    asking.chat_completion(ASKED, model="openai/gpt-6-luna")
    headers = dict(transport.calls[0].headers)
    assert headers["http-referer"] == "https://example.org"
    assert headers["x-openrouter-title"] == "Demo"
    assert headers["x-openrouter-categories"] == "cli-agent,cloud-agent"


def test_the_environment_sets_it_up():
    provider = provider_from_environment(
        "openrouter", {"OR_API_KEY": "sk-or-v1-test", "OR_SITE_URL": "https://example.org", "OR_APP_NAME": "Demo"}
    )
    assert isinstance(provider, OpenRouter)
    assert (provider.site_url, provider.app_name) == ("https://example.org", "Demo")
    assert provider.url == "https://openrouter.ai/api/v1"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("openai/gpt-6-sol", "openai/gpt-6-sol"),
        ("openrouter/openai/gpt-6-sol", "openai/gpt-6-sol"),
        ("openrouter/auto", "openrouter/auto"),
        ("openrouter/free", "openrouter/free"),
        ("openrouter/openrouter/auto", "openrouter/auto"),
        ("~openai/gpt-latest", "~openai/gpt-latest"),
        ("openrouter/~openai/gpt-latest", "~openai/gpt-latest"),
        ("@preset/mine", "@preset/mine"),
        ("openrouter/@preset/mine", "@preset/mine"),
        ("openai/gpt-oss-120b:free", "openai/gpt-oss-120b:free"),
    ],
)
def test_names_are_those_of_openrouter(asked, sent):
    asking, transport = client(reply(ANSWER))
    asking.chat_completion(ASKED, model=asked)
    assert json.loads(transport.calls[0].body)["model"] == sent


@pytest.mark.parametrize(
    ("usage", "amount", "source"),
    [
        (COST, "0.0000069", "provider"),
        ({"cost": 0}, "0", "provider"),
        (
            {"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}},
            "0.0021",
            "provider",
        ),
        ({"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, "0.0001", "provider"),
        # Without a bill: 9 in at 0.10 and 12 out at 0.50 a million.
        ({"cost": None}, "0.0000069", "catalogue"),
        ({}, "0.0000069", "catalogue"),
        ({"cost": -1}, "0.0000069", "catalogue"),
        ({"cost": "much"}, "0.0000069", "catalogue"),
    ],
)
def test_the_bill_in_the_answer_wins_over_the_price_list(usage, amount, source):
    counts = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}
    asking, _ = client(reply(ANSWER | {"usage": counts | usage}))
    response = asking.chat_completion(ASKED, model="anthropic/claude-haiku-5.5")
    assert billed(response) == (Decimal(amount), source)


def test_reasoning_counted_higher_than_the_whole_is_the_whole():
    usage = {"prompt_tokens": 3, "completion_tokens": 10, "completion_tokens_details": {"reasoning_tokens": 11}}
    asking, _ = client(reply(ANSWER | {"usage": usage}))
    assert counted(asking.chat_completion(ASKED, model="openai/gpt-6-luna")) == (10, 10)


def test_a_stream_is_billed_and_finished_once(live):
    with live.chat_completion_stream("One two three", model="vendor/model") as stream:
        events = list(stream)
    assert [event.__struct_config__.tag for event in events].count("finished") == 1
    assert stream.response.text == "One two three"
    assert billed(stream.response) == (Decimal("0.0000069"), "provider")


@pytest.mark.parametrize(
    ("config", "sent"),
    [
        (ReasoningConfig(effort="max"), {"effort": "max"}),
        (ReasoningConfig(effort="xhigh"), {"effort": "xhigh"}),
        (ReasoningConfig(effort="minimal"), {"effort": "minimal"}),
        (ReasoningConfig(effort="none"), {"effort": "none"}),
        (ReasoningConfig(budget=2000), {"max_tokens": 2000}),
        (ReasoningConfig(effort="low", budget=2000), {"effort": "low"}),
        (ReasoningConfig(mode="disabled"), {"enabled": False}),
        (ReasoningConfig(mode="disabled", effort="high"), {"enabled": False}),
        (ReasoningConfig(mode="adaptive", effort="high"), {"effort": "high", "enabled": True}),
        (ReasoningConfig(effort="low", summary="concise"), {"effort": "low", "summary": "concise"}),
        (ReasoningConfig(effort="low", visible=False), {"effort": "low", "exclude": True}),
        (ReasoningConfig(effort="low", encrypted=True), {"effort": "low"}),
    ],
)
def test_how_much_to_think_has_one_word(live, house, config, sent):
    request = ChatRequest(model="vendor/model", messages=(user("ping"),), reasoning=config)
    response = live.chat_completion(request)
    assert json.loads(house.last.body)["reasoning"] == sent
    both = config.effort is not None and config.budget is not None
    assert [warning.field for warning in response.warnings] == (["reasoning.budget"] if both else [])


def test_reasoning_goes_back_as_it_came_to_the_vendor_that_can_read_it():
    asking, _ = client(reply(ANSWER))
    turn = asking.chat_completion(ASKED, model="anthropic/claude-haiku-5.5").choices[0].message
    again = ChatRequest(messages=(user("ping"), turn, user("again")))
    details = ANSWER["choices"][0]["message"]["reasoning_details"]
    for model in ("anthropic/claude-opus-5.5", "~anthropic/claude-sonnet-latest", "openrouter/auto", "@preset/x"):
        assert body_of(again, model)["messages"][1]["reasoning_details"] == details
    other = OpenRouter(api_key="sk-or-v1-test").chat_codec("openai/gpt-6-sol").encode(again)
    assert json.loads(other.draft.body)["messages"][1] == {"role": "assistant", "content": "pong"}
    assert [warning.field for warning in other.warnings] == ["messages[1].reasoning"]


def test_the_service_refuses_reasoning_of_another_vendor(live):
    message = Message(
        role="assistant",
        parts=(Reasoning(text="x", signature="s", owner="anthropic_messages"), Text(text="pong")),
    )
    taken = ChatRequest(model="openai/gpt-6-sol", messages=(user("ping"), message, user("again")))
    assert live.chat_completion(taken).text == "again"
    raw = {"reasoning_details": [{"type": "reasoning.text", "format": "anthropic-claude-v1", "signature": "s"}]}
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", **raw}]
    forced = Options(extra_body={"messages": [*messages, {"role": "user", "content": "c"}]}, retries=0)
    with pytest.raises(InvalidRequest, match="signature"):
        live.chat_completion("x", model="openai/gpt-6-sol", options=forced)


def test_one_choice_a_call():
    assert "n" not in body_of(ChatRequest(messages=(user("x"),), n=1))
    with pytest.raises(Unsupported, match="`n`"):
        body_of(ChatRequest(messages=(user("x"),), n=2))


def test_the_routers_own_fields_are_sent_as_they_are():
    own = {"models": ["openai/gpt-6-luna"], "provider": {"sort": "price", "zdr": True}, "session_id": "conv-17"}
    sent = body_of(ChatRequest(messages=(user("x"),), extra={"openai_chat": own}))
    assert {key: sent[key] for key in own} == own


def test_documents_may_be_named_by_their_address():
    linked = File(source=Media(url="https://example.org/a.pdf", media_type="application/pdf"))
    content = body_of(ChatRequest(messages=(Message(role="user", parts=(Text(text="read"), linked)),)))["messages"][0][
        "content"
    ]
    assert content[1] == {
        "type": "file",
        "file": {"filename": "file.pdf", "file_data": "https://example.org/a.pdf"},
    }
    film = File(source=Media(url="https://example.org/a.mp4", media_type="video/mp4"))
    content = body_of(ChatRequest(messages=(Message(role="user", parts=(Text(text="see"), film)),)))["messages"][0][
        "content"
    ]
    assert content[1] == {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}}


def test_responses_are_spoken_to_those_who_speak_it(house):
    provider = OpenRouter(api_key=house.key, base_url=house.url)
    assert provider.chat_codec("openai/gpt-6-sol").dialect == "openai_chat"
    assert provider.chat_codec("openai/gpt-6-sol", "openai_responses").dialect == "openai_responses"
    with accord.Client(OpenRouter(api_key=house.key, base_url=house.url, dialect="openai_responses")) as asking:
        request = ChatRequest(model="openai/gpt-6-sol", messages=(user("ping"),), store=True)
        response = asking.chat_completion(request)
        assert response.text == "ping"
        assert house.last.path == "/api/v1/responses"
        assert "store" not in json.loads(house.last.body)
        assert [warning.field for warning in response.warnings] == ["store"]
        with pytest.raises(Unsupported, match="previous_response_id"):
            asking.chat_completion(
                ChatRequest(model="openai/gpt-6-sol", messages=(user("x"),), previous_response_id="resp_1")
            )
        forced = Options(extra_body={"store": True}, retries=0)
        with pytest.raises(InvalidRequest, match="store"):
            asking.chat_completion("x", model="openai/gpt-6-sol", options=forced)


def test_responses_are_billed_as_they_say():
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7, "is_byok": True, "cost": 0.1}
    body = {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "model": "m",
        "output": [],
        "usage": usage | {"cost_details": {"upstream_inference_cost": 0.4}},
    }
    asking, _ = client(reply(body), dialect="openai_responses")
    assert billed(asking.chat_completion(ASKED, model="openai/gpt-6-sol")) == (Decimal("0.5"), "provider")


def test_the_key_is_proved_by_its_own_page(live, house):
    assert live.health_check().state == "healthy"
    assert (house.last.method, house.last.path) == ("GET", "/api/v1/key")
    with accord.Client(OpenRouter(api_key="sk-or-v1-wrong", base_url=house.url)) as stranger:
        assert stranger.health_check().state == "unhealthy"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"limit": 20, "limit_remaining": 13.2}, "healthy"),
        ({"limit": None, "limit_remaining": None}, "healthy"),
        ({"limit": 20, "limit_remaining": 0}, "degraded"),
        ({"limit": 20, "limit_remaining": -0.3}, "degraded"),
    ],
)
def test_a_key_without_credit_is_not_healthy(data, state):
    asking, _ = client(reply({"data": data}))
    health = asking.health_check()
    assert health.state == state
    assert state == "healthy" or "no balance left" in health.reason


def test_an_answer_that_is_no_key_page_is_not_healthy():
    asking, _ = client(Reply(status=200, body=b"<html>hello</html>"))
    assert asking.health_check().state == "unhealthy"


ROW = {
    "id": "anthropic/claude-haiku-5.5",
    "name": "Anthropic: Claude Haiku 5.5",
    "created": 1795000000,
    "context_length": 1000000,
    "architecture": {"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]},
    "pricing": {"prompt": "0.0000001", "completion": "0.0000005", "input_cache_read": "0.00000001", "request": "0"},
    "top_provider": {"context_length": 1000000, "max_completion_tokens": 128000, "is_moderated": True},
    "supported_parameters": ["tools", "reasoning", "structured_outputs"],
    "reasoning": {"supported_efforts": ["low", "high"]},
    "expiration_date": None,
}


def test_the_list_says_what_models_do_and_cost():
    asking, transport = client(reply({"data": [ROW]}))
    found = asking.models(live=True)[0]
    assert transport.calls[0].url == "https://openrouter.ai/api/v1/models/user"
    assert (found.id, found.name) == ("anthropic/claude-haiku-5.5", "Anthropic: Claude Haiku 5.5")
    assert (found.context, found.max_output) == (1000000, 128000)
    assert (found.input, found.output) == (("text", "image", "file"), ("text",))
    assert (found.tools, found.reasoning, found.structured_output) == (True, True, True)
    assert found.efforts == ("low", "high")
    assert prices_of(found) == {"input": Decimal("0.1"), "output": Decimal("0.5"), "cached": Decimal("0.01")}


@pytest.mark.parametrize(
    "pricing",
    [
        {"prompt": "-1", "completion": "-1"},
        {"prompt": "0.1", "completion": "0.1", "overrides": [{"min_prompt_tokens": 1}]},
        {"prompt": "free", "completion": "free"},
        {"prompt": "1e999999", "completion": "1e999999"},
        {"prompt": "NaN", "completion": "Infinity"},
        {},
    ],
)
def test_a_price_that_depends_is_unknown(pricing):
    asking, _ = client(reply({"data": [ROW | {"pricing": pricing}]}))
    assert asking.models(live=True)[0].prices is None


def test_a_free_model_costs_nothing_and_a_discount_counts():
    free, cheap = {"prompt": "0", "completion": "0"}, {"prompt": "0.000002", "completion": "0.00001", "discount": 0.5}
    asking, _ = client(reply({"data": [ROW | {"pricing": free}]}), reply({"data": [ROW | {"pricing": cheap}]}))
    assert prices_of(asking.models(live=True)[0]) == {"input": Decimal(0), "output": Decimal(0)}
    assert prices_of(asking.models(live=True)[0]) == {"input": Decimal(1), "output": Decimal(5)}


def test_embeddings_are_billed_and_say_what_they_are_for():
    body = {"data": [{"index": 0, "embedding": [0.5, 1]}], "usage": {"prompt_tokens": 3, "cost": 0.00001}}
    asking, transport = client(reply(body))
    asked = accord.EmbeddingRequest(model="openai/text-embedding-3-small", input=("a",), task="search_query")
    response = asking.embeddings(asked)
    assert json.loads(transport.calls[0].body)["input_type"] == "search_query"
    assert response.embeddings == ((0.5, 1.0),)
    assert billed(response) == (Decimal("0.00001"), "provider")


def test_pictures_come_from_their_own_place_and_are_billed(live, house):
    response = live.image_generation(ImageRequest(prompt="a fox", n=2, size="1024x1024"), model="google/nano")
    assert house.last.path == "/api/v1/images"
    assert [picture.source.media_type for picture in response.images] == ["image/png", "image/png"]
    assert billed(response) == (Decimal("0.04"), "provider")
    with pytest.raises(Unsupported, match="response_format"):
        live.image_generation(ImageRequest(prompt="x", response_format="url"), model="google/nano")


def test_recordings_go_within_the_json(live, house):
    response = live.transcription(TranscriptionRequest(model="openai/whisper", audio=b"RIFF", filename="a.flac"))
    sent = json.loads(house.last.body)
    assert sent["input_audio"] == {"data": "UklGRg==", "format": "flac"}
    assert (response.text, response.usage.seconds) == ("hello", 1.5)
    assert billed(response) == (Decimal("0.0002"), "provider")
    with pytest.raises(Unsupported, match="response_format"):
        live.transcription(TranscriptionRequest(model="m/x", audio=b"RIFF", response_format="srt"))


def test_speech_is_mp3_or_pcm(live):
    spoken = live.speech(SpeechRequest(model="openai/tts", input="hello", voice="alloy", response_format="mp3"))
    assert spoken.audio
    with pytest.raises(Unsupported, match="response_format"):
        live.speech(SpeechRequest(model="openai/tts", input="hello", voice="alloy", response_format="opus"))


def test_a_wrong_key_is_told_in_the_routers_words(house):
    with (
        accord.Client(OpenRouter(api_key="sk-or-v1-wrong", base_url=house.url)) as stranger,
        pytest.raises(Authentication, match="User not found"),
    ):
        stranger.chat_completion("x", model="vendor/model")
