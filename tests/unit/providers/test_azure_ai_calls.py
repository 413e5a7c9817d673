"""Foundry through a client: the door of each model, the way in by door, and how strict partners' models are."""

import json
from decimal import Decimal

import pytest

import accord
from accord.core.error import Unsupported
from accord.core.http import Reply
from accord.core.image import ImageRequest
from accord.core.message import Message, assistant, system, tool_result, user
from accord.core.part import CacheControl, Reasoning, Refusal, Text, ToolCall
from accord.core.request import ChatRequest, JsonSchemaFormat
from accord.core.tool import FunctionTool
from accord.providers.azure_ai import AzureAI
from accord.providers.credential import EntraToken
from accord.testing.memory import MemoryTransport

HOST = "https://contoso.services.ai.azure.com"
SERVERLESS = "https://llama-ep.eastus2.models.ai.azure.com"
KEY = "azure-test-key"
ASKED = ChatRequest(messages=(user("2+2?"),))
TOOL = FunctionTool(name="weather", parameters={"type": "object", "properties": {}})
COMPLETION = {
    "id": "3f2a",
    "object": "chat.completion",
    "created": 1795430300,
    "model": "deepseek-v4-pro",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "4", "reasoning_content": "Two and two", "tool_calls": None},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21},
}
CLAUDE = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-5-5",
    "content": [{"type": "text", "text": "4"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 8, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 4},
}


def foundry(**fields):
    return AzureAI(**{"api_key": KEY, "base_url": HOST, **fields})


def call_of(provider, model, request=ASKED, answer=COMPLETION):
    transport = MemoryTransport(Reply(status=200, body=json.dumps(answer).encode()))
    response = accord.Client(provider, transport=transport).chat_completion(request, model=model)
    return response, transport.calls[0]


def sent(model, request, *, drop=False, **fields):
    codec = foundry(**fields).chat_codec(model)
    exchange = codec.encode(request, on_unsupported="drop" if drop else "error")
    return json.loads(exchange.draft.body), exchange.warnings


class TestDoors:
    @pytest.mark.parametrize(
        "given",
        [
            HOST,
            HOST + "/",
            HOST + "/openai/v1/chat/completions",
            HOST + "/api/projects/mine",
            HOST + "/api/projects/mine/openai/v1",
            HOST + "/anthropic/v1/messages",
            HOST + "/providers/cohere/v2/rerank?api-version=preview",
        ],
    )
    def test_are_found_from_whatever_was_pasted(self, given):
        _, call = call_of(foundry(base_url=given), "DeepSeek-V4-Pro")
        assert call.url == HOST + "/openai/v1/chat/completions"
        _, call = call_of(foundry(base_url=given), "claude-haiku-5-5", answer=CLAUDE)
        assert call.url == HOST + "/anthropic/v1/messages"

    def test_the_older_route_wants_a_version_and_hands_unknown_fields_on(self):
        _, call = call_of(foundry(base_url=HOST + "/models"), "chat")
        assert call.url == HOST + "/models/chat/completions?api-version=2024-05-01-preview"
        assert dict(call.headers)["extra-parameters"] == "pass-through"
        pasted = foundry(base_url=HOST + "/models/chat/completions?api-version=2025-01-01")
        assert call_of(pasted, "chat")[1].url == HOST + "/models/chat/completions?api-version=2025-01-01"

    def test_a_serverless_endpoint_has_one_model(self):
        _, call = call_of(foundry(base_url=SERVERLESS), "Llama-3.3-70B-Instruct")
        assert call.url == SERVERLESS + "/v1/chat/completions"
        assert json.loads(call.body)["model"] == "Llama-3.3-70B-Instruct"

    @pytest.mark.parametrize(
        ("route", "path"),
        [
            ("v1", "/openai/v1/chat/completions"),
            ("model_inference", "/models/chat/completions?api-version=2024-05-01-preview"),
            ("serverless", "/v1/chat/completions"),
        ],
    )
    def test_can_be_pinned(self, route, path):
        _, call = call_of(foundry(route=route), "DeepSeek-V4-Pro")
        assert call.url == HOST + path

    def test_of_a_deployment_under_another_name_is_that_of_its_model(self):
        provider = foundry(base_models={"writer": "claude-haiku-5-5"})
        response, call = call_of(provider, "writer", answer=CLAUDE)
        assert call.url == HOST + "/anthropic/v1/messages"
        assert json.loads(call.body)["model"] == "writer"
        assert response.cost.amount == Decimal("0.0000028")

    def test_openais_models_have_responses_for_tools(self):
        answer = {"id": "resp_1", "status": "completed", "model": "gpt-5.6-luna", "output": []}
        request = ChatRequest(messages=ASKED.messages, tools=(TOOL,))
        _, call = call_of(foundry(), "gpt-5.6-luna", request, answer)
        assert call.url == HOST + "/openai/v1/responses"

    def test_claudes_tokens_are_counted_at_its_own_door(self):
        provider = foundry()
        exchange = provider.count_codec("claude-haiku-5-5").encode(ASKED)
        assert provider.address(exchange.draft).url == HOST + "/anthropic/v1/messages/count_tokens"
        with pytest.raises(Unsupported, match="DeepSeek"):
            provider.count_codec("DeepSeek-V4-Pro")

    def test_the_list_of_models_is_the_probe(self):
        transport = MemoryTransport(Reply(status=200, body=b'{"data": []}'))
        assert accord.Client(foundry(), transport=transport).health_check().state == "healthy"
        assert transport.calls[0].url == HOST + "/openai/v1/models"

    def test_a_serverless_endpoint_is_probed_by_what_it_says_of_itself(self):
        answer = b'{"model_name": "Llama-3.3-70B-Instruct", "model_type": "chat-completion"}'
        transport = MemoryTransport(Reply(status=200, body=answer))
        client = accord.Client(foundry(base_url=SERVERLESS), transport=transport)
        assert client.health_check().state == "healthy"
        assert (transport.calls[0].method, transport.calls[0].url) == ("GET", SERVERLESS + "/info")
        assert [model.id for model in client.models(live=True)] == ["Llama-3.3-70B-Instruct"]

    @pytest.mark.parametrize("answer", [b"{}", b"<html>", b'{"model_name": 1}'])
    def test_a_serverless_endpoint_that_says_nothing_is_not_healthy(self, answer):
        client = accord.Client(foundry(base_url=SERVERLESS), transport=MemoryTransport(Reply(status=200, body=answer)))
        assert client.health_check().state != "healthy"

    def test_a_serverless_endpoint_has_no_model_of_openais_whatever_its_name(self):
        _, call = call_of(
            foundry(base_url=SERVERLESS), "mine", ChatRequest(messages=ASKED.messages, max_output_tokens=5)
        )
        assert json.loads(call.body)["max_tokens"] == 5


class TestWaysIn:
    @pytest.mark.parametrize(
        ("base_url", "model", "answer", "headers"),
        [
            (HOST, "DeepSeek-V4-Pro", COMPLETION, {"api-key": KEY}),
            (HOST + "/models", "chat", COMPLETION, {"api-key": KEY}),
            (SERVERLESS, "Llama-3.3-70B-Instruct", COMPLETION, {"authorization": f"Bearer {KEY}"}),
            (HOST, "claude-haiku-5-5", CLAUDE, {"x-api-key": KEY, "api-key": KEY}),
        ],
    )
    def test_the_key_has_the_headers_of_the_door(self, base_url, model, answer, headers):
        _, call = call_of(foundry(base_url=base_url), model, answer=answer)
        keys = {name: value for name, value in call.headers if KEY in value}
        assert keys == headers

    @pytest.mark.parametrize(("model", "answer"), [("DeepSeek-V4-Pro", COMPLETION), ("claude-haiku-5-5", CLAUDE)])
    def test_a_token_is_sent_alone(self, model, answer):
        _, call = call_of(foundry(api_key="", ad_token="entra-test-token"), model, answer=answer)
        headers = dict(call.headers)
        assert headers["authorization"] == "Bearer entra-test-token"
        assert not {"api-key", "x-api-key"} & headers.keys()

    def test_serverless_endpoints_want_tokens_of_another_scope(self):
        usual = AzureAI(base_url=HOST, entra=True).credential_for("claude-haiku-5-5")
        assert usual == EntraToken(scope="https://cognitiveservices.azure.com/.default")
        other = AzureAI(base_url=SERVERLESS, entra=True).credential_for("x")
        assert other == EntraToken(scope="https://ml.azure.com/.default")
        given = AzureAI(base_url=SERVERLESS, entra=True, scope="https://example.com/.default").credential_for("x")
        assert given == EntraToken(scope="https://example.com/.default")

    def test_claude_is_told_the_version_of_its_api(self):
        _, call = call_of(foundry(), "claude-haiku-5-5", answer=CLAUDE)
        assert dict(call.headers)["anthropic-version"] == "2023-06-01"


STRICT = [
    "DeepSeek-V4-Pro",
    "Llama-3.3-70B-Instruct",
    "grok-4.7",
    "Kimi-K2.6",
    "gpt-oss-120b",
    "MAI-Thinking-1",
    "FW-GLM-5.3",
]
HISTORY = ChatRequest(
    messages=(
        Message(role="developer", parts=(Text(text="Be brief."),)),
        Message(role="user", parts=(Text(text="Weather?", cache=CacheControl()),), name="ann"),
        Message(
            role="assistant",
            parts=(
                Reasoning(
                    text="I should look.", owner="openai_chat", extra={"openai_chat": {"field": "reasoning_content"}}
                ),
                ToolCall(id="call_1", name="weather", arguments="{}", extra={"openai_chat": {"index": 0}}),
            ),
            extra={"openai_chat": {"provider_specific_fields": {"a": 1}, "annotations": []}},
        ),
        tool_result("call_1", "7 C"),
        Message(role="assistant", parts=(Refusal(text="I would rather not."),)),
        user("Why?"),
    ),
    tools=(TOOL,),
    max_output_tokens=50,
    user="u-1",
    metadata={"team": "blue"},
)


class TestPartners:
    @pytest.mark.parametrize("model", STRICT)
    def test_get_messages_of_plain_members_alone(self, model):
        body, _ = sent(model, HISTORY)
        assert body["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "7 C"},
            {"role": "assistant", "content": "I would rather not."},
            {"role": "user", "content": "Why?"},
        ]

    @pytest.mark.parametrize("model", STRICT)
    def test_get_no_fields_of_openais_own(self, model):
        body, warnings = sent(model, HISTORY)
        assert body.keys() == {"model", "messages", "tools", "max_tokens"}
        told = {warning.field for warning in warnings}
        assert {"user", "metadata", "messages[1].name", "messages[2].reasoning"} <= told
        assert "messages[2].provider_specific_fields" in told

    @pytest.mark.parametrize("field", [{"logit_bias": {"1": 1.0}}])
    def test_refuse_what_would_change_the_answer(self, field):
        with pytest.raises(Unsupported, match="logit_bias"):
            sent("DeepSeek-V4-Pro", ChatRequest(messages=ASKED.messages, **field))

    @pytest.mark.parametrize(
        ("model", "name"),
        [("DeepSeek-V4-Pro", "max_tokens"), ("Phi-4", "max_tokens"), ("gpt-6-luna", "max_completion_tokens")],
    )
    def test_call_the_limit_by_its_old_name(self, model, name):
        body, _ = sent(model, ChatRequest(messages=ASKED.messages, max_output_tokens=5))
        assert body[name] == 5

    @pytest.mark.parametrize("model", ["Llama-3.3-70B-Instruct", "Meta-Llama-3.1-8B-Instruct", "Phi-4"])
    def test_of_small_models_take_texts_as_one_and_no_schemas(self, model):
        schema = JsonSchemaFormat(schema={"type": "object"})
        request = ChatRequest(
            messages=(system("Be brief."), user([Text(text="One."), Text(text="Two.")])), response_format=schema
        )
        body, warnings = sent(model, request)
        assert body["messages"][-1]["content"] == "One.\n\nTwo."
        assert body["response_format"] == {"type": "json_object"}
        assert {warning.field for warning in warnings} == {"response_format"}

    def test_that_reason_at_xai_take_no_stop_sequences_and_no_references(self):
        city = {"$defs": {"City": {"type": "string"}}, "type": "object", "properties": {"c": {"$ref": "#/$defs/City"}}}
        request = ChatRequest(messages=ASKED.messages, tools=(FunctionTool(name="w", parameters=city),))
        for model in ("grok-4.7", "grok-4.3"):
            body, _ = sent(model, request)
            parameters = body["tools"][0]["function"]["parameters"]
            assert parameters == {"type": "object", "properties": {"c": {"type": "string"}}}
        stopping = ChatRequest(messages=ASKED.messages, stop=("END",))
        for model in ("grok-4.7", "grok-4-1-fast-reasoning"):
            with pytest.raises(Unsupported, match="stop"):
                sent(model, stopping)
        for model in ("grok-4-1-fast-non-reasoning", "grok-4.3"):
            assert sent(model, stopping)[0]["stop"] == ["END"]

    def test_at_cohere_give_one_answer(self):
        with pytest.raises(Unsupported, match="`n`"):
            sent("Cohere-command-a", ChatRequest(messages=ASKED.messages, n=2))

    def test_at_mistral_speak_mistrals_wire(self):
        request = ChatRequest(
            messages=(
                user("Weather?"),
                Message(role="assistant", parts=(ToolCall(id="call_1", name="weather", arguments="{}"),)),
                tool_result("call_1", "7 C"),
                user("And tomorrow?"),
            ),
            tools=(TOOL,),
            tool_choice="required",
            max_output_tokens=5,
            seed=3,
        )
        body, warnings = sent("mistral-large-3", request)
        assert (body["tool_choice"], body["random_seed"], body["max_tokens"]) == ("any", 3, 5)
        assert [message["role"] for message in body["messages"]] == ["user", "assistant", "tool", "assistant", "user"]
        assert len(body["messages"][1]["tool_calls"][0]["id"]) == 9
        assert {warning.kind for warning in warnings} == {"changed"}

    def test_under_names_that_tell_nothing_are_taken_for_openais(self):
        body, warnings = sent("chat", ChatRequest(messages=ASKED.messages, max_output_tokens=5, user="u-1"))
        assert (body["max_completion_tokens"], body["user"], warnings) == (5, "u-1", ())

    def test_think_aloud(self):
        response, _ = call_of(foundry(), "DeepSeek-V4-Pro")
        thought = next(part for part in response.choices[0].message.parts if isinstance(part, Reasoning))
        assert (thought.text, response.text) == ("Two and two", "4")
        assert response.cost.amount == Decimal("0.00005742")


@pytest.mark.parametrize(
    ("model", "region", "amount"),
    [
        ("gpt-6-luna", "eu", "0.00000828"),
        ("claude-haiku-5-5", "global", "0.0000028"),
        # What a data zone adds to partners' prices is not known.
        ("claude-haiku-5-5", "us", None),
        ("DeepSeek-V4-Pro", "us", None),
    ],
)
def test_a_data_zone_has_a_price_of_its_own_or_an_unknown_one(model, region, amount):
    answer = CLAUDE if model.startswith("claude") else COMPLETION
    response, _ = call_of(foundry(pricing_region=region), model, answer=answer)
    assert response.cost.amount == (None if amount is None else Decimal(amount))
    assert amount is not None or "region 'us'" in response.cost.reason


def test_claude_gets_no_fields_of_anthropics_account():
    request = ChatRequest(
        messages=(*ASKED.messages, assistant("4"), user("Sure?")), service_tier="auto", max_output_tokens=9
    )
    body, warnings = sent("claude-haiku-5-5", request)
    assert "service_tier" not in body
    assert {warning.field for warning in warnings} >= {"service_tier"}


class TestPictures:
    @pytest.mark.parametrize(
        ("model", "path", "body"),
        [
            (
                "FLUX.2-pro",
                "/providers/blackforestlabs/v1/flux-2-pro?api-version=preview",
                {
                    "model": "FLUX.2-pro",
                    "prompt": "a fox",
                    "width": 1024,
                    "height": 768,
                    "num_images": 1,
                    "output_format": "png",
                },
            ),
            (
                "MAI-Image-2.6",
                "/mai/v1/images/generations?api-version=preview",
                {"model": "MAI-Image-2.6", "prompt": "a fox", "width": 1024, "height": 768},
            ),
        ],
    )
    def test_are_asked_for_in_the_vendors_words(self, model, path, body):
        answer = {"data": [{"b64_json": "AAAA"}], "usage": {"num_input_text_tokens": 12, "num_output_tokens": 1000}}
        transport = MemoryTransport(Reply(status=200, body=json.dumps(answer).encode()))
        client = accord.Client(foundry(), transport=transport)
        request = ImageRequest(model=model, prompt="a fox", size="1024x768", n=1, quality="high", output_format="png")
        response = client.image_generation(request)
        assert transport.calls[0].url == HOST + path
        assert json.loads(transport.calls[0].body) == body
        assert response.images[0].source.data == "AAAA"
        price = Decimal("0.04") if model == "FLUX.2-pro" else Decimal("0.03806")
        assert response.cost.amount == price
        assert "quality" in {warning.field for warning in response.warnings}

    def test_of_openais_models_are_asked_for_in_its_own(self):
        transport = MemoryTransport(Reply(status=200, body=b'{"created": 1, "data": [{"b64_json": "AAAA"}]}'))
        client = accord.Client(foundry(), transport=transport)
        client.image_generation(ImageRequest(model="gpt-image-2", prompt="a fox", size="1024x1024"))
        assert transport.calls[0].url == HOST + "/openai/v1/images/generations"
        assert json.loads(transport.calls[0].body)["size"] == "1024x1024"

    def test_come_one_at_a_time_from_microsoft(self):
        client = accord.Client(foundry(), transport=MemoryTransport(Reply(status=200)))
        with pytest.raises(Unsupported, match="`n`"):
            client.image_generation(ImageRequest(model="MAI-Image-2.6", prompt="a fox", n=2))
        with pytest.raises(accord.InvalidInput, match="size"):
            client.image_generation(ImageRequest(model="MAI-Image-2.6", prompt="a fox", size="large"))
