"""The library's clients over transports in memory: what is sent, what comes back, what is recorded."""

import inspect
import json
from decimal import Decimal

import pytest

import accord
from accord import AsyncClient, Client, Compatible, ConfigError, InvalidInput, OpenAI, Options, RequestContext, Timeouts
from accord.core.error import Authentication, InvalidRequest, Overloaded, RateLimited, Unsupported, unreachable
from accord.core.http import Reply
from accord.testing.memory import AsyncMemoryTransport, MemoryTransport

KEY = "sk-test-not-a-real-key"
SERVER = OpenAI(api_key=KEY, base_url="http://127.0.0.1:9/v1")


def answer(text: str = "Hi", **more: object) -> Reply:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 5,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        **more,
    }
    return Reply(status=200, headers=(("x-request-id", "req_1"),), body=json.dumps(body).encode())


def failure(status: int, *, headers: tuple[tuple[str, str], ...] = (), **error: object) -> Reply:
    return Reply(status=status, headers=headers, body=json.dumps({"error": {"message": "no", **error}}).encode())


def stream(*deltas: str, end: bool = True) -> Reply:
    def chunk(delta: object, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return b"data: " + json.dumps({"id": "c", "model": "m", "created": 5, "choices": [choice]}).encode() + b"\n\n"

    pieces = [chunk({"role": "assistant", "content": ""}), *[chunk({"content": text}) for text in deltas]]
    if end:
        usage = {"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
        pieces += [chunk({}, "stop"), b"data: " + json.dumps(usage).encode() + b"\n\n", b"data: [DONE]\n\n"]
    return Reply(status=200, headers=(("content-type", "text/event-stream"),), body=b"".join(pieces))


class TestACall:
    def test_what_is_sent(self) -> None:
        transport = MemoryTransport(answer())
        client = Client(SERVER, transport=transport)
        client.chat_completion("Hello", model="gpt-5.4-mini", options=Options(headers={"X-Team": "blue"}))
        call = transport.calls[0]
        assert (call.method, call.url) == ("POST", "http://127.0.0.1:9/v1/chat/completions")
        assert dict(call.headers)["authorization"] == f"Bearer {KEY}"
        assert dict(call.headers)["x-team"] == "blue"
        assert json.loads(call.body)["messages"] == [{"role": "user", "content": "Hello"}]

    def test_what_comes_back(self) -> None:
        client = Client(SERVER, transport=MemoryTransport(answer()))
        response = client.chat_completion("Hello", model="gpt-5.4-mini")
        assert response.text == "Hi"
        assert response.provider == "openai"
        assert [attempt.status for attempt in response.attempts] == [200]
        assert response.cost is not None
        assert response.cost.amount == Decimal("0.0012"), "1,000 tokens at 0.75 and 100 at 4.50 dollars a million"

    @pytest.mark.parametrize(
        "conversation",
        [
            "Hello",
            accord.user("Hello"),
            [accord.user("Hello")],
            accord.ChatRequest(messages=(accord.user("Hello"),)),
            {"messages": [{"role": "user", "content": "Hello"}]},
            [{"role": "user", "content": "Hello"}],
        ],
    )
    def test_every_way_to_say_hello(self, conversation: object) -> None:
        transport = MemoryTransport(answer())
        Client(SERVER, transport=transport).chat_completion(conversation, model="m")  # type: ignore[arg-type]
        assert json.loads(transport.calls[0].body)["messages"] == [{"role": "user", "content": "Hello"}]

    @pytest.mark.parametrize(
        "conversation", [5, None, [5], [{"role": "user", "content": "x"}, 5], {"messages": 5}, b"x"]
    )
    def test_what_is_no_conversation_is_refused_in_words(self, conversation: object) -> None:
        transport = MemoryTransport(answer())
        with pytest.raises(InvalidInput):
            Client(SERVER, transport=transport).chat_completion(conversation, model="m")  # type: ignore[arg-type]
        assert not transport.calls

    def test_an_unknown_price_is_unknown(self) -> None:
        response = Client(SERVER, transport=MemoryTransport(answer())).chat_completion("x", model="never-heard-of")
        assert response.cost is not None
        assert response.cost.amount is None
        assert response.cost.reason

    def test_fields_newer_than_this_version_can_be_put_in(self) -> None:
        transport = MemoryTransport(answer())
        Client(SERVER, transport=transport).chat_completion(
            "x", model="m", options=Options(extra_body={"new": {"a": 1}})
        )
        assert json.loads(transport.calls[0].body)["new"] == {"a": 1}


class TestRetries:
    def test_none_is_one_request(self) -> None:
        transport = MemoryTransport(failure(503))
        with pytest.raises(Overloaded) as caught:
            Client(SERVER, transport=transport).chat_completion("x", model="m", options=Options(retries=0))
        assert len(transport.calls) == len(caught.value.attempts) == 1

    def test_a_passing_failure_is_repeated_and_shown(self) -> None:
        transport = MemoryTransport(
            failure(429, headers=(("retry-after-ms", "1"),), code="rate_limit_exceeded"), answer()
        )
        response = Client(SERVER, transport=transport).chat_completion("x", model="m")
        assert [attempt.error for attempt in response.attempts] == ["rate_limited", None]
        assert response.attempts[0].billed is False

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
    def test_a_refusal_is_not(self, status: int) -> None:
        transport = MemoryTransport(failure(status))
        with pytest.raises(accord.ProviderError):
            Client(SERVER, transport=transport).chat_completion("x", model="m", options=Options(retries=5))
        assert len(transport.calls) == 1

    def test_what_may_have_been_received_is_not(self) -> None:
        transport = MemoryTransport(unreachable("reset", sent="maybe", phase="head"))
        with pytest.raises(accord.Unreachable) as caught:
            Client(SERVER, transport=transport).chat_completion("x", model="m", options=Options(retries=5))
        assert len(transport.calls) == 1
        assert caught.value.attempts[0].billed is None

    def test_a_deadline_that_is_over_sends_nothing(self) -> None:
        transport = MemoryTransport(answer())
        with pytest.raises(accord.TimedOut) as caught:
            Client(SERVER, transport=transport).chat_completion("x", model="m", context=RequestContext(deadline=0))
        assert not transport.calls
        assert caught.value.attempts[0].billed is False

    def test_the_deadline_bounds_the_transport(self) -> None:
        transport = MemoryTransport(answer())
        options = Options(timeouts=Timeouts(total=30))
        Client(SERVER, transport=transport).chat_completion(
            "x", model="m", options=options, context=RequestContext(deadline=9)
        )
        total = transport.calls[0].timeouts.total
        assert total is not None
        assert 8 < total <= 9


class TestStreams:
    def test_events_text_and_response(self) -> None:
        transport = MemoryTransport(stream("Hel", "lo"), piece=7)
        with Client(SERVER, transport=transport).chat_completion_stream("x", model="m") as events:
            assert list(events.text()) == ["Hel", "lo"]
        response = events.response
        assert (response.text, response.finish and response.finish.unified) == ("Hello", "stop")
        assert response.usage is not None
        assert (response.usage.input, response.usage.output) == (3, 2)

    def test_a_stream_that_stops_short_says_so(self) -> None:
        transport = MemoryTransport(stream("Hel", end=False))
        broken = pytest.raises(accord.Interrupted)
        with Client(SERVER, transport=transport).chat_completion_stream("x", model="m") as events, broken as caught:
            list(events)
        assert caught.value.partial is not None
        assert caught.value.partial.text == "Hel"
        assert caught.value.partial.finish is None, "no invented stop"
        assert len(transport.calls) == 1, "what had begun is never repeated"

    def test_an_error_inside_a_200_before_the_first_event_is_repeated(self) -> None:
        early = Reply(status=200, body=b'data: {"error":{"message":"full","type":"server_error","code":null}}\n\n')
        transport = MemoryTransport(early, stream("Hi"))
        with Client(SERVER, transport=transport).chat_completion_stream("x", model="m") as events:
            assert list(events.text()) == ["Hi"]
        assert len(events.attempts) == 2

    def test_leaving_early_closes_the_answer(self) -> None:
        transport = MemoryTransport(stream("a", "b", "c"), piece=5)
        with Client(SERVER, transport=transport).chat_completion_stream("x", model="m") as events:
            for _ in events:
                break
        assert transport.answers[0].closed

    def test_a_stream_that_was_not_entered_says_how(self) -> None:
        with pytest.raises(InvalidInput, match="with"):
            list(Client(SERVER, transport=MemoryTransport(stream("a"))).chat_completion_stream("x", model="m"))

    async def test_the_same_from_asyncio(self) -> None:
        client = AsyncClient(SERVER, transport=AsyncMemoryTransport(stream("Hel", "lo"), piece=3))
        async with client.chat_completion_stream("x", model="m") as events:
            assert [text async for text in events.text()] == ["Hel", "lo"]
        assert events.response.text == "Hello"
        client = AsyncClient(SERVER, transport=AsyncMemoryTransport(failure(429)), options=Options(retries=0))
        with pytest.raises(RateLimited):
            await client.chat_completion_stream("x", model="m").__aenter__()


class TestSettingUp:
    def test_a_missing_key_names_the_variable(self) -> None:
        with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
            Client("openai/gpt-5.4-mini", environ={}).chat_completion("x")

    def test_a_misspelled_provider_names_the_nearest(self) -> None:
        with pytest.raises(InvalidInput, match="openai"):
            Client(environ={"OPENAI_API_KEY": KEY}).chat_completion("x", model="opnai/gpt-5.4-mini")

    def test_no_model_says_where_to_name_one(self) -> None:
        with pytest.raises(InvalidInput, match="model="):
            Client(environ={"OPENAI_API_KEY": KEY}).chat_completion("x")

    def test_a_bare_name_finds_its_family(self) -> None:
        transport = MemoryTransport(answer())
        client = Client(
            environ={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, transport=transport
        )
        client.chat_completion("x", model="gpt-5.4-mini")
        client.chat_completion("x", model="openai/org/odd")
        assert [json.loads(call.body)["model"] for call in transport.calls] == ["gpt-5.4-mini", "org/odd"]

    def test_empty_variables_count_as_unset(self) -> None:
        with pytest.raises(ConfigError):
            Client("openai/m", environ={"OPENAI_API_KEY": "  "}).chat_completion("x")

    def test_a_wrong_field_is_refused_when_the_provider_is_built(self) -> None:
        with pytest.raises(ConfigError, match="retries"):
            OpenAI(api_key=KEY, retries="2")  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match="base_url"):
            OpenAI(api_key=KEY, base_url="api.openai.com")
        with pytest.raises(ConfigError, match="base_url"):
            Compatible()


class TestSecrets:
    def test_no_repr_or_error_shows_the_key(self) -> None:
        client = Client(SERVER, transport=MemoryTransport(failure(401, message=f"Incorrect API key provided: {KEY}")))
        with pytest.raises(Authentication) as caught:
            client.chat_completion("x", model="m")
        proxied = OpenAI(api_key=KEY, headers={"x-team-key": KEY}, proxy=f"http://u:{KEY}@127.0.0.1:1")
        assert proxied.network.proxy == f"http://u:{KEY}@127.0.0.1:1"
        shown = [
            repr(SERVER),
            str(SERVER),
            repr(proxied),
            repr(proxied.network),
            repr(client),
            repr(client._book.target("m")),
            repr(vars(client)),
        ]
        assert not [text for text in shown if KEY in text]
        assert KEY not in str(caught.value)
        assert KEY not in repr(caught.value)
        assert KEY.encode() not in caught.value.body


class TestOneLogicTwoClients:
    def test_both_have_the_same_methods_parameters_and_docstrings(self) -> None:
        def described(cls: type) -> dict[str, tuple[list[str], str]]:
            return {
                name: (
                    list(inspect.signature(method).parameters),
                    (inspect.getdoc(method) or "").replace("async with", "with"),
                )
                for name, method in inspect.getmembers(cls, inspect.isfunction)
                if not name.startswith("_")
            }

        assert described(Client) == described(AsyncClient)


class TestHealthAndModels:
    models = Reply(
        status=200, body=b'{"object":"list","data":[{"id":"m1","object":"model","created":5,"owned_by":"x"}]}'
    )

    def test_healthy_needs_proof(self) -> None:
        assert Client(SERVER, transport=MemoryTransport(self.models)).health_check().state == "healthy"
        assert Client(SERVER, transport=MemoryTransport(failure(401))).health_check().state == "unhealthy"
        assert Client(SERVER, transport=MemoryTransport(failure(429))).health_check().state == "degraded"
        refused = unreachable("refused", sent="no", phase="connect")
        assert Client(SERVER, transport=MemoryTransport(refused)).health_check().state == "unhealthy"

    @pytest.mark.parametrize("preset", ["nvidia", "huggingface"])
    def test_a_public_list_of_models_proves_no_key(self, preset: str) -> None:
        host = Compatible(preset=preset, api_key="sk-test-wrong")
        health = Client(host, transport=MemoryTransport(self.models)).health_check()
        assert (health.state, health.reason) == (
            "unknown",
            "the provider answered, but its probe is public and proves no key",
        )

    def test_a_server_that_asks_for_no_key_accepted_none(self) -> None:
        host = Compatible(preset="ollama")
        health = Client(host, transport=MemoryTransport(self.models)).health_check()
        assert (health.state, health.reason) == ("healthy", "the provider answered; no key is set")

    def test_a_probe_is_one_request(self) -> None:
        transport = MemoryTransport(failure(503))
        Client(SERVER, transport=transport).health_check()
        assert len(transport.calls) == 1

    def test_models_of_the_catalogue_and_live(self) -> None:
        client = Client(SERVER, transport=MemoryTransport(self.models))
        assert "gpt-5.4-mini" in [model.id for model in client.models()]
        assert [model.id for model in client.models(live=True)] == ["m1"]


class TestCapabilities:
    def test_what_a_provider_lacks_is_named(self) -> None:
        client = Client(Compatible(base_url="http://127.0.0.1:9/v1"), transport=MemoryTransport(answer()))
        assert "image_generation" not in client.capabilities
        with pytest.raises(Unsupported, match="openai"):
            client.image_generation("x", model="m")  # type: ignore[misc]
        assert {"chat", "embeddings", "image_generation"} <= Client(
            SERVER, transport=MemoryTransport(answer())
        ).capabilities


def test_a_refused_request_keeps_the_providers_words() -> None:
    reply = failure(
        400, code="unsupported_value", type="invalid_request_error", param="temperature", message="bad value"
    )
    with pytest.raises(InvalidRequest) as caught:
        Client(SERVER, transport=MemoryTransport(reply)).chat_completion("x", model="m")
    error = caught.value
    assert (error.code, error.param, error.status, error.message) == (
        "unsupported_value",
        "temperature",
        400,
        "bad value",
    )
    assert error.body == reply.body
