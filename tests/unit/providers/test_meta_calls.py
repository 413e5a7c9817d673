"""The Meta Model API on its three wires, its failures, and what is left of the Llama API."""

import json
from decimal import Decimal
from typing import Any

import pytest

from accord.catalog import facts
from accord.catalog.cost import cost_of
from accord.client.environment import provider_from_environment
from accord.core.error import (
    Authentication,
    ConfigError,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    Unsupported,
)
from accord.core.http import Reply
from accord.core.listing import ListRequest
from accord.core.message import Message, assistant, tool_result, user
from accord.core.part import Reasoning, Text, ToolCall
from accord.core.request import ChatRequest, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import AllowedTools, FunctionTool, HostedTool, NamedTool
from accord.dialects import openai_responses
from accord.providers import MetaLlama

PROVIDER = MetaLlama(api_key="meta-test-key")
MUSE, LLAMA = "muse-spark-1.3", "Llama-3.3-70B-Instruct"
OLD = MetaLlama(api_key="k", base_url="https://llama.example.com/v1")
TOOL = FunctionTool(name="lookup", parameters={"type": "object", "properties": {}})
WIRES = ("openai_chat", "openai_responses", "anthropic_messages")
CALLED = Message(role="assistant", parts=(ToolCall(id="call_1", name="lookup", arguments="{}"),))


def request(*messages, **fields):
    return ChatRequest(messages=messages or (user("Hello"),), **fields)


def exchange_of(asked, wire=None, *, model=MUSE, drop=False, provider=PROVIDER) -> Any:
    codec = provider.chat_codec(model, wire)
    return codec.encode(asked, on_unsupported="drop" if drop else "error")


def sent(asked, wire=None, **more) -> Any:
    return json.loads(exchange_of(asked, wire, **more).draft.body)


class TestAddress:
    @pytest.mark.parametrize(
        ("wire", "path"),
        [(None, "chat/completions"), ("openai_responses", "responses"), ("anthropic_messages", "messages")],
    )
    @pytest.mark.parametrize("given", ["", "https://api.meta.ai/v1/", "https://api.meta.ai/v1/chat/completions"])
    def test_is_that_of_the_wire(self, given, wire, path):
        provider = MetaLlama(api_key="k", base_url=given)
        draft = exchange_of(request(), wire, provider=provider).draft
        assert provider.address(draft).url == f"https://api.meta.ai/v1/{path}"
        pinned = MetaLlama(api_key="k", dialect=wire)
        assert exchange_of(request(), provider=pinned).draft.dialect == (wire or "openai_chat")

    def test_a_wire_it_does_not_speak_cannot_be_pinned(self):
        with pytest.raises(ConfigError, match="meta_llama: `dialect` is 'gemini'"):
            MetaLlama(api_key="k", dialect="gemini")

    @pytest.mark.parametrize("name", ["META_API_KEY", "MODEL_API_KEY", "META_MODEL_API_KEY"])
    def test_the_key_is_a_bearer_whatever_its_variable(self, name):
        provider: Any = provider_from_environment("meta_llama", {name: "meta-test-key", "LLAMA_API_KEY": "old"})
        credential = provider.credential()
        assert credential.headers() == (("authorization", "Bearer meta-test-key"),)

    def test_the_probe_is_the_list_of_models(self):
        draft = PROVIDER.probe_codec().encode(ListRequest()).draft
        address = PROVIDER.address(draft)
        assert (address.method, address.url) == ("GET", "https://api.meta.ai/v1/models")


class TestModels:
    @pytest.mark.parametrize("config", [ReasoningConfig(effort="none"), ReasoningConfig(mode="disabled")])
    def test_always_reason(self, config):
        asked = request(reasoning=config)
        assert sent(asked)["reasoning_effort"] == "minimal"
        assert sent(asked, "openai_responses")["reasoning"] == {"effort": "minimal"}
        assert sent(asked, "anthropic_messages")["thinking"]["type"] == "enabled"
        for wire in WIRES:
            assert ("changed", "reasoning") in {(one.kind, one.field) for one in exchange_of(asked, wire).warnings}

    @pytest.mark.parametrize(
        ("model", "effort", "written"),
        [
            (MUSE, "max", "xhigh"),
            ("muse-wonder-1.0", "max", "max"),
            (MUSE, "medium", "medium"),
            (MUSE, "xhigh", "xhigh"),
        ],
    )
    def test_know_their_efforts(self, model, effort, written):
        assert sent(request(reasoning=ReasoningConfig(effort=effort)), model=model)["reasoning_effort"] == written

    @pytest.mark.parametrize("wire", WIRES)
    @pytest.mark.parametrize(
        "choice", ["required", NamedTool(name="lookup"), AllowedTools(mode="required", names=("lookup",))]
    )
    def test_cannot_be_made_to_call(self, wire, choice):
        asked = request(tools=(TOOL,), tool_choice=choice)
        with pytest.raises(Unsupported, match="tool_choice"):
            sent(asked, wire)
        assert sent(asked, wire, drop=True).get("tool_choice") in (None, "auto", {"type": "auto"})

    @pytest.mark.parametrize("wire", WIRES)
    def test_that_may_call_nothing_are_given_nothing_to_call(self, wire):
        asked = request(user("A"), CALLED, tool_result("call_1", "x"), tools=(TOOL,), tool_choice="none")
        body = sent(asked, wire)
        assert "tool_choice" not in body
        assert all(not tool.get("description") for tool in body.get("tools", []))

    @pytest.mark.parametrize("wire", WIRES)
    @pytest.mark.parametrize("fields", [{"stop": ("END",)}, {"top_k": 3}])
    def test_take_no_stop_sequences_and_no_top_k(self, wire, fields):
        with pytest.raises(Unsupported, match=next(iter(fields))):
            sent(request(**fields), wire)
        assert not {"stop", "stop_sequences", "top_k"} & sent(request(**fields), wire, drop=True).keys()

    def test_take_sampling_schemas_and_cache_keys(self):
        form = JsonSchemaFormat(schema={"type": "object"})
        asked = request(
            temperature=0.5, top_p=0.9, presence_penalty=0.1, cache_key="k", response_format=form, max_output_tokens=9
        )
        body = sent(asked)
        assert (body["temperature"], body["prompt_cache_key"], body["max_completion_tokens"]) == (0.5, "k", 9)
        assert body["response_format"]["type"] == "json_schema"

    def test_search_the_web_on_each_wire(self):
        raw = {"web_search_options": {"search_context_size": "low"}}
        tool = HostedTool(dialect="openai_chat", raw=raw)
        assert sent(request(tools=(tool,)))["web_search_options"] == raw["web_search_options"]
        own = HostedTool(dialect="openai_responses", raw={"type": "web_search"})
        assert sent(request(tools=(own,)), "openai_responses")["tools"] == [{"type": "web_search"}]

    def test_carry_their_reasoning_and_the_phase_of_their_words(self):
        body = {
            "model": "m",
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "input": [
                {"role": "user", "content": "A"},
                {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "abc"},
                {"type": "message", "role": "assistant", "phase": "commentary", "id": "msg_1", "status": "completed",
                 "content": [{"type": "output_text", "text": "Looking.", "annotations": []}]},
                {"role": "user", "content": "And?"},
            ],
        }  # fmt: skip
        asked = openai_responses.parse(json.dumps(body).encode(), ()).request
        written = sent(asked, "openai_responses")
        assert written["input"][1]["encrypted_content"] == "abc"
        assert written["input"][2]["phase"] == "commentary"
        assert written["include"] == ["reasoning.encrypted_content"]
        assert written["store"] is False


INVALID = "invalid_request_error"
# Status, message, class.
ROWS = [
    (400, "tool_choice: only 'auto' is supported", InvalidRequest),
    (400, "The context window of this model is 1048576 tokens", ContextLengthExceeded),
    (401, "Incorrect API key provided", Authentication),
    (402, "Payment required", QuotaExceeded),
    (403, "Not allowed in your country", Permission),
    (404, "The model `muse-spark-9` does not exist", ModelNotFound),
    (429, "Rate limit reached", RateLimited),
    (500, "Internal error", ServerError),
    (502, "Bad gateway", ServerError),
    (503, "Overloaded", Overloaded),
]


class TestFailures:
    @pytest.mark.parametrize("wire", WIRES)
    @pytest.mark.parametrize(("status", "message", "cls"), ROWS)
    def test_are_told_by_their_cause_whichever_the_wire(self, wire, status, message, cls):
        body = json.dumps({"error": {"message": message, "type": INVALID, "param": None, "code": None}}).encode()
        headers = (("x-request-id", "r-1"), ("retry-after", "4"))
        error = exchange_of(request(), wire).error(Reply(status=status, headers=headers, body=body))
        assert type(error) is cls
        assert error.retryable is cls.retryable_by_default
        assert error.message.startswith(message)
        assert (error.status, error.request_id, error.retry_after, error.provider) == (status, "r-1", 4, "meta_llama")

    def test_of_a_key_name_the_service_that_is_gone(self):
        error = exchange_of(request()).error(Reply(status=401, body=b'{"error":{"message":"No"}}'))
        assert error.message == "No (keys of the Llama API, which was shut down on 2026-07-06, are not valid here)"

    def test_in_the_words_of_the_llama_api(self):
        body = json.dumps({"title": "Rate limited", "detail": "Too many requests", "status": 429}).encode()
        error = exchange_of(request(), model=LLAMA, provider=OLD).error(Reply(status=429, body=body))
        assert (type(error), error.message) == (RateLimited, "Too many requests")

    def test_within_a_stream_are_told_by_their_cause(self):
        decoder = exchange_of(request()).decoder()
        with pytest.raises(ProviderError) as caught:
            decoder.feed(b'event: error\ndata: {"error":{"message":"Overloaded","type":"server_error"}}\n\n')
        assert type(caught.value) is Overloaded


class TestCost:
    def test_is_that_of_the_price_list(self):
        usage = {
            "prompt_tokens": 9,
            "completion_tokens": 40,
            "total_tokens": 49,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 31},
        }
        choice = {"index": 0, "message": {"role": "assistant", "content": "Hello!"}, "finish_reason": "stop"}
        body = json.dumps({"id": "1", "model": MUSE, "choices": [choice], "usage": usage}).encode()
        found = exchange_of(request()).decode(Reply(status=200, body=body)).usage
        assert (found.input, found.cached, found.output, found.reasoning) == (9, 4, 40, 31)
        price = 5 * Decimal("1.25") + 4 * Decimal("0.15") + 40 * Decimal("4.25")
        assert cost_of(found, facts("meta_llama", MUSE)).amount == price / 1_000_000


class TestLlamaApi:
    @pytest.mark.parametrize("url", ["https://api.llama.com/v1", "https://api.llama.com/compat/v1/"])
    def test_is_gone_and_its_address_says_so(self, url):
        with pytest.raises(ConfigError, match=r"shut down on 2026-07-06.*Meta Model API.*muse-spark"):
            MetaLlama(api_key="k", base_url=url)

    @pytest.mark.parametrize("name", ["LLAMA_API_BASE", "LLAMA_API_CLIENT_BASE_URL"])
    def test_of_the_environment_says_which_variable_to_leave_out(self, name):
        with pytest.raises(ConfigError, match=name):
            provider_from_environment("meta_llama", {"LLAMA_API_KEY": "k", name: "https://api.llama.com/v1"})

    @pytest.mark.parametrize("model", [LLAMA, "Llama-4-Scout-17B-16E-Instruct-FP8", "Groq-Llama-4-Maverick"])
    def test_models_are_not_metas_any_more(self, model):
        with pytest.raises(Unsupported, match=r"shut down on 2026-07-06.*muse-spark-1.3.*DeepInfra") as caught:
            PROVIDER.chat_codec(model)
        assert caught.value.supported_by == ("deepinfra", "groq", "together")

    def test_of_another_server_takes_its_own_fields(self):
        schema = {
            "type": "object",
            "properties": {"a": {"anyOf": [{"type": "null"}, {"type": "integer"}]}, "b": {"type": "string"}},
        }
        tool = FunctionTool(name="lookup", parameters=schema)
        asked = request(max_output_tokens=9, n=1, tools=(tool,), tool_choice="required", seed=None, temperature=0.1)
        draft = exchange_of(asked, model=LLAMA, provider=OLD).draft
        body: Any = json.loads(draft.body)
        assert OLD.address(draft).url == "https://llama.example.com/v1/chat/completions"
        assert body.keys() == {"model", "messages", "tools", "tool_choice", "max_completion_tokens", "temperature"}
        properties = body["tools"][0]["function"]["parameters"]["properties"]
        assert properties["a"]["type"] == "integer"
        assert properties["b"] == {"type": "string"}

    @pytest.mark.parametrize(
        "fields",
        [
            {"n": 2},
            {"stop": ("x",)},
            {"seed": 1},
            {"logprobs": True},
            {"presence_penalty": 0.5},
            {"logit_bias": {"1": 1.0}},
            {"response_format": JsonObjectFormat()},
        ],
    )
    def test_of_another_server_lacks_much(self, fields):
        with pytest.raises(Unsupported, match=next(iter(fields))):
            sent(request(**fields), model=LLAMA, provider=OLD)
        sent(request(**fields), model=LLAMA, provider=OLD, drop=True)

    def test_of_another_server_has_one_wire(self):
        pinned = MetaLlama(api_key="k", base_url="https://llama.example.com/v1", dialect="openai_responses")
        with pytest.raises(Unsupported, match="openai_chat alone"):
            pinned.chat_codec(LLAMA)

    def test_of_another_server_takes_no_thoughts_back(self):
        spoken = Message(role="assistant", parts=(Reasoning(text="Hm.", owner="openai_chat"), Text(text="B")))
        messages = sent(request(user("A"), spoken, user("C"), assistant("D")), model=LLAMA, provider=OLD)["messages"]
        assert messages[1] == {"role": "assistant", "content": "B"}
