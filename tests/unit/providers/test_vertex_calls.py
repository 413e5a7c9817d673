"""Vertex AI: what goes where, by publisher, location and credential, and what comes back costs."""

import json
from decimal import Decimal
from typing import Any

import pytest

import accord
from accord.core.error import ConfigError, InvalidInput, ModelNotFound, Unsupported
from accord.core.http import Draft, Reply
from accord.core.image import ImageRequest
from accord.core.listing import ListRequest
from accord.core.message import assistant, tool_result, user
from accord.core.option import Options
from accord.core.part import Image, Media, ToolCall
from accord.core.request import ChatRequest, ReasoningConfig
from accord.core.secret import Secret
from accord.core.tool import FunctionTool
from accord.providers.credential import GoogleToken
from accord.providers.vertex_ai import VertexAI
from accord.providers.vertex_model import vertex_model
from accord.testing.memory import MemoryTransport

TOKEN = "ya29.test-token"
GLOBAL = "https://aiplatform.googleapis.com/v1/projects/acme/locations/global"
GEMINI = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "4"}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 50,
        "thoughtsTokenCount": 50,
        "totalTokenCount": 1100,
        "trafficType": "ON_DEMAND",
    },
    "modelVersion": "gemini-3.8-flash",
    "responseId": "r-1",
}
CLAUDE = {
    "id": "msg_vrtx_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": [{"type": "text", "text": "4"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}
CHAT = {
    "id": "c-1",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
}
ASKED = ChatRequest(messages=(user("2 + 2?"),), max_output_tokens=64)


def vertex(**fields):
    return VertexAI(**{"project": "acme", "access_token": TOKEN, **fields})


def call_of(provider, model, answer=GEMINI, request=ASKED, **options) -> Any:
    """The response, and the call that got it."""
    transport = MemoryTransport(Reply(status=200, body=json.dumps(answer).encode()))
    response = accord.Client(provider, transport=transport).chat_completion(
        request, model=model, options=Options(retries=0, **options)
    )
    return response, transport.calls[0]


class TestNames:
    @pytest.mark.parametrize(
        ("written", "full", "wire"),
        [
            ("gemini-3.8-flash", "google/gemini-3.8-flash", "gemini"),
            ("google/gemini-3.8-flash", "google/gemini-3.8-flash", "gemini"),
            ("models/gemini-3.8-flash", "google/gemini-3.8-flash", "gemini"),
            ("publishers/google/models/gemini-3.8-flash", "google/gemini-3.8-flash", "gemini"),
            ("projects/acme/locations/global/publishers/google/models/g-1", "google/g-1", "gemini"),
            ("projects/acme/locations/global/endpoints/1234", "google/1234", "gemini"),
            ("1234", "google/1234", "gemini"),
            ("claude-opus-5", "anthropic/claude-opus-5", "claude"),
            ("claude-opus-4-5-20251101", "anthropic/claude-opus-4-5@20251101", "claude"),
            ("claude-opus-4-5@20251101", "anthropic/claude-opus-4-5@20251101", "claude"),
            ("publishers/anthropic/models/claude-opus-5", "anthropic/claude-opus-5", "claude"),
            ("mistral-medium-3@001", "mistralai/mistral-medium-3@001", "mistral"),
            ("codestral-2", "mistralai/codestral-2", "mistral"),
            ("meta/llama-4-scout-17b-16e-instruct-maas", "meta/llama-4-scout-17b-16e-instruct-maas", "open"),
            ("google/gemma-4-26b-a4b-it-maas", "google/gemma-4-26b-a4b-it-maas", "open"),
        ],
    )
    def test_every_spelling_means_a_model(self, written, full, wire):
        found = vertex_model(written)
        assert (found.full, found.wire) == (full, wire)

    @pytest.mark.parametrize(
        "written", ["", "a/../../b", "gemini?x=1", "gemini#x", "a&b", "gemini 3", "../x", "http://evil.test/x", "a\nb"]
    )
    def test_what_would_leave_the_path_is_refused(self, written):
        with pytest.raises(InvalidInput, match="is no name of a model"):
            vertex_model(written)

    @pytest.mark.parametrize("resource", ["projects/other/locations/global", "projects/acme/locations/us-east5"])
    def test_a_resource_elsewhere_is_not_asked_for_here(self, resource):
        with pytest.raises(InvalidInput, match="another project or location"):
            vertex().chat_codec(f"{resource}/publishers/google/models/gemini-3.8-flash")


class TestAddresses:
    @pytest.mark.parametrize(
        ("location", "host"),
        [
            ("global", "https://aiplatform.googleapis.com"),
            ("eu", "https://aiplatform.eu.rep.googleapis.com"),
            ("us", "https://aiplatform.us.rep.googleapis.com"),
            ("us-central1", "https://us-central1-aiplatform.googleapis.com"),
        ],
    )
    def test_a_location_has_a_host(self, location, host):
        _, call = call_of(vertex(location=location), "gemini-3.8-flash")
        path = f"/v1/projects/acme/locations/{location}/publishers/google/models/gemini-3.8-flash:generateContent"
        assert call.url == host + path

    @pytest.mark.parametrize(
        ("model", "answer", "path"),
        [
            ("gemini-3.8-flash", GEMINI, "/publishers/google/models/gemini-3.8-flash:generateContent"),
            ("1234", GEMINI, "/endpoints/1234:generateContent"),
            ("claude-opus-4-5-20251101", CLAUDE, "/publishers/anthropic/models/claude-opus-4-5@20251101:rawPredict"),
            ("mistral-medium-3@001", CHAT, "/publishers/mistralai/models/mistral-medium-3@001:rawPredict"),
            ("meta/llama-4-scout-17b-16e-instruct-maas", CHAT, "/endpoints/openapi/chat/completions"),
            ("google/gemma-4-26b-a4b-it-maas", CHAT, "/endpoints/openapi/chat/completions"),
        ],
    )
    def test_a_publisher_has_a_path(self, model, answer, path):
        response, call = call_of(vertex(), model, answer)
        assert (call.method, call.url) == ("POST", GLOBAL + path)
        assert response.text == "4"
        assert dict(call.headers)["authorization"] == f"Bearer {TOKEN}"

    @pytest.mark.parametrize(
        ("model", "path"),
        [
            ("gemini-3.8-flash", "/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse"),
            ("claude-opus-5", "/publishers/anthropic/models/claude-opus-5:streamRawPredict"),
            ("codestral-2", "/publishers/mistralai/models/codestral-2:streamRawPredict"),
            ("meta/llama-4-scout-17b-16e-instruct-maas", "/endpoints/openapi/chat/completions"),
        ],
    )
    def test_streams_have_paths_of_their_own(self, model, path):
        draft = vertex().chat_codec(model).encode(ASKED, stream=True).draft
        assert vertex().address(draft).url == GLOBAL + path

    def test_a_base_url_replaces_the_host_alone(self):
        provider = vertex(base_url="https://psc.example.test/", api_version="v1beta1", location="us-east5")
        _, call = call_of(provider, "gemini-3.8-flash")
        path = "/v1beta1/projects/acme/locations/us-east5/publishers/google/models/gemini-3.8-flash:generateContent"
        assert call.url == "https://psc.example.test" + path

    def test_a_model_may_live_elsewhere(self):
        provider = vertex(locations={"claude-opus-5": "us-east5"})
        _, call = call_of(provider, "claude-opus-5", CLAUDE)
        host = "https://us-east5-aiplatform.googleapis.com"
        path = "/v1/projects/acme/locations/us-east5/publishers/anthropic/models/claude-opus-5:rawPredict"
        assert call.url == host + path
        assert call_of(provider, "gemini-3.8-flash")[1].url.startswith(GLOBAL)

    def test_open_models_of_ones_own_are_reached_by_their_number(self):
        _, call = call_of(vertex(dialect="openai_chat"), "1234", CHAT)
        assert call.url == GLOBAL + "/endpoints/1234/chat/completions"

    def test_gemini_can_be_pinned_to_openais_wire(self):
        _, call = call_of(vertex(dialect="openai_chat"), "gemini-3.8-flash", CHAT)
        assert call.url == GLOBAL + "/endpoints/openapi/chat/completions"
        assert json.loads(call.body)["model"] == "google/gemini-3.8-flash"

    def test_a_wire_that_a_model_has_not_is_refused(self):
        with pytest.raises(Unsupported, match="not served on anthropic_messages"):
            vertex(dialect="anthropic_messages").chat_codec("gemini-3.8-flash")


class TestSettings:
    @pytest.mark.parametrize(
        "fields",
        [
            {"location": "evil.test/"},
            {"location": "US"},
            {"locations": {"m": "a.b"}},
            {"project": "a/b"},
            {"project": "a?b"},
            {"project": ""},
            {"api_version": "v2"},
        ],
    )
    def test_what_cannot_work_is_refused(self, fields):
        with pytest.raises(ConfigError):
            vertex(**fields)

    def test_a_project_is_missing_by_name(self):
        with pytest.raises(ConfigError, match="`project` is missing"):
            VertexAI()

    def test_nothing_secret_is_shown(self):
        text = '{"type": "service_account", "private_key": "PRIVATE"}'
        shown = repr(vertex(credentials=text, api_key="AIza-test-key"))
        assert "PRIVATE" not in shown
        assert "AIza-test-key" not in shown
        assert TOKEN not in shown


class TestCredentials:
    def test_without_any_they_are_the_applications_default(self):
        assert VertexAI(project="acme").credential() == GoogleToken(source=None)

    def test_a_file_or_its_text(self):
        provider = VertexAI(project="acme", credentials="/a/key.json")
        assert provider.credential() == GoogleToken(source=Secret("/a/key.json"))

    def test_an_express_key_needs_no_project(self):
        _, call = call_of(VertexAI(api_key="AIza-test-key"), "gemini-3.8-flash")
        assert call.url == (
            "https://aiplatform.googleapis.com/v1beta1/publishers/google/models/gemini-3.8-flash:generateContent"
        )
        headers = dict(call.headers)
        assert headers["x-goog-api-key"] == "AIza-test-key"
        assert "authorization" not in headers

    @pytest.mark.parametrize("model", ["claude-opus-5", "codestral-2", "meta/llama-4-scout-17b-16e-instruct-maas"])
    def test_an_express_key_reaches_no_partner(self, model):
        with pytest.raises(Unsupported, match="express-mode"):
            VertexAI(api_key="AIza-test-key").chat_codec(model)

    def test_quota_may_be_anothers(self):
        _, call = call_of(vertex(quota_project="payer"), "gemini-3.8-flash")
        assert dict(call.headers)["x-goog-user-project"] == "payer"


class TestGemini:
    @pytest.mark.parametrize(
        ("model", "asked", "sent"),
        [
            ("gemini-2.5-flash", ReasoningConfig(effort="none"), {"thinkingBudget": 0}),
            ("gemini-2.5-pro", ReasoningConfig(effort="none"), {"thinkingBudget": 128}),
            ("gemini-2.5-flash", ReasoningConfig(effort="low"), {"thinkingBudget": 1024}),
            ("gemini-2.5-flash", ReasoningConfig(effort="medium"), {"thinkingBudget": 8192}),
            ("gemini-2.5-flash", ReasoningConfig(effort="high"), {"thinkingBudget": 24576}),
            ("gemini-3.8-flash", ReasoningConfig(effort="none"), {"thinkingLevel": "LOW"}),
            ("gemini-3.8-flash", ReasoningConfig(effort="minimal"), {"thinkingLevel": "LOW"}),
            ("gemini-3-flash-preview", ReasoningConfig(effort="minimal"), {"thinkingLevel": "MINIMAL"}),
            ("gemini-3.8-flash", ReasoningConfig(effort="high"), {"thinkingLevel": "HIGH"}),
            ("gemini-3.8-flash", ReasoningConfig(budget=1500), {"thinkingLevel": "LOW"}),
            ("gemini-2.0-flash", ReasoningConfig(effort="high"), None),
        ],
    )
    def test_how_much_to_think_is_said_in_the_models_way(self, model, asked, sent):
        request = ChatRequest(messages=ASKED.messages, reasoning=asked)
        config = json.loads(vertex().chat_codec(model).encode(request).draft.body).get("generationConfig", {})
        assert config.get("thinkingConfig") == sent

    def test_a_signature_goes_back_with_the_first_call_alone(self):
        tool = FunctionTool(name="w", parameters={"type": "object", "properties": {}})
        call = {"functionCall": {"name": "w", "args": {}, "id": "a1"}, "thoughtSignature": "AY89EXAMPLE=="}
        twin = {"functionCall": {"name": "w", "args": {}, "id": "a2"}}
        answer = {
            **GEMINI,
            "candidates": [{"content": {"role": "model", "parts": [call, twin]}, "finishReason": "STOP"}],
        }
        request = ChatRequest(messages=ASKED.messages, tools=(tool,))
        response, _ = call_of(vertex(), "gemini-3.8-flash", answer, request)
        assert response.finish.unified == "tool_calls"
        said = response.choices[0].message
        history = (*ASKED.messages, said, tool_result("a1", "1"), tool_result("a2", "2"))
        again = ChatRequest(messages=history, tools=(tool,))
        parts = json.loads(vertex().chat_codec("gemini-3.8-flash").encode(again).draft.body)["contents"][1]["parts"]
        assert [part.get("thoughtSignature") for part in parts] == ["AY89EXAMPLE==", None]
        assert [part["functionCall"]["id"] for part in parts] == ["a1", "a2"]

    def test_calls_of_another_model_get_the_word_that_skips_the_check(self):
        history = (*ASKED.messages, assistant(ToolCall(id="c1", name="w", arguments="{}")), tool_result("c1", "1"))
        parts = json.loads(vertex().chat_codec("gemini-3.8-flash").encode(ChatRequest(messages=history)).draft.body)
        assert parts["contents"][1]["parts"][0]["thoughtSignature"] == "skip_thought_signature_validator"

    def test_metadata_become_labels_where_that_is_wanted(self):
        request = ChatRequest(messages=ASKED.messages, metadata={"team": "blue", "Trace ID": "x y"})
        _, call = call_of(vertex(), "gemini-3.8-flash", request=request)
        assert "labels" not in json.loads(call.body)
        response, call = call_of(vertex(metadata_labels=True), "gemini-3.8-flash", request=request)
        assert json.loads(call.body)["labels"] == {"team": "blue"}
        assert "metadata.Trace ID" in [warning.field for warning in response.warnings]

    def test_who_fetches_media_is_a_setting(self):
        request = ChatRequest(messages=(user(Image(source=Media(url="https://a.test/x.png", media_type="image/png"))),))
        assert vertex().chat_codec("gemini-3.8-flash").needs_fetch(request)
        assert not vertex(media_urls="google").chat_codec("gemini-3.8-flash").needs_fetch(request)


class TestPartners:
    def test_claude_is_asked_in_anthropics_wire_as_google_takes_it(self):
        own = {"betas": ["advanced-tool-use-2025-11-20", "fast-mode-2026-02-01"], "speed": "fast"}
        request = ChatRequest(messages=ASKED.messages, max_output_tokens=9, extra={"anthropic_messages": own})
        response, call = call_of(vertex(), "claude-sonnet-5-5", CLAUDE, request, on_unsupported="drop")
        body, headers = json.loads(call.body), dict(call.headers)
        assert body["anthropic_version"] == "vertex-2023-10-16"
        assert not {"model", "speed"} & body.keys()
        assert headers["anthropic-beta"] == "tool-search-tool-2025-10-19"
        assert not {"x-api-key", "anthropic-version"} & headers.keys()
        assert "speed" in {warning.field for warning in response.warnings}

    def test_mistrals_body_names_the_model_without_its_version(self):
        call = ToolCall(id="toolu_0123456789", name="w", arguments="{}")
        history = (*ASKED.messages, assistant(call), tool_result(call.id, "1"))
        _, sent = call_of(vertex(), "mistral-medium-3@001", CHAT, ChatRequest(messages=history, seed=7))
        body = json.loads(sent.body)
        assert (body["model"], body["random_seed"]) == ("mistral-medium-3", 7)
        assert len(body["messages"][1]["tool_calls"][0]["id"]) == 9

    def test_others_are_named_with_their_publisher(self):
        _, call = call_of(vertex(), "meta/llama-4-scout-17b-16e-instruct-maas", CHAT)
        body = json.loads(call.body)
        assert body["model"] == "meta/llama-4-scout-17b-16e-instruct-maas"
        assert body["max_tokens"] == 64


class TestCost:
    @pytest.mark.parametrize(
        ("model", "answer", "fields", "amount"),
        [
            # 1,000 in and 100 out, thoughts included, at the prices of a million.
            ("gemini-2.5-flash", GEMINI, {}, "0.00055"),
            ("publishers/google/models/gemini-2.5-flash", GEMINI, {}, "0.00055"),
            ("claude-sonnet-5-5", CLAUDE, {}, "0.003"),
            ("claude-sonnet-5-5", CLAUDE, {"location": "us-east5"}, "0.0033"),
            ("claude-sonnet-5-5", CLAUDE, {"locations": {"claude-sonnet-5-5": "eu"}}, "0.0033"),
            ("mistral-medium-3@001", CHAT, {}, "0.0006"),
            ("meta/llama-4-maverick-17b-128e-instruct-maas", CHAT, {}, "0.000465"),
        ],
    )
    def test_is_exact(self, model, answer, fields, amount):
        assert call_of(vertex(**fields), model, answer)[0].cost.amount == Decimal(amount)

    @pytest.mark.parametrize(
        ("tokens", "traffic", "amount"),
        [
            (200_000, "ON_DEMAND", "0.251"),
            (200_001, "ON_DEMAND", "0.5015025"),
            (200_001, "ON_DEMAND_FLEX", "0.25075125"),
            (200_000, "ON_DEMAND_PRIORITY", "0.4518"),
            (1000, "PROVISIONED_THROUGHPUT", None),
        ],
    )
    def test_knows_long_prompts_and_ways_of_being_served(self, tokens, traffic, amount):
        usage = {
            "promptTokenCount": tokens,
            "candidatesTokenCount": 100,
            "totalTokenCount": tokens + 100,
            "trafficType": traffic,
        }
        cost = call_of(vertex(), "gemini-2.5-pro", {**GEMINI, "usageMetadata": usage})[0].cost
        assert cost.amount == (None if amount is None else Decimal(amount))

    def test_of_an_unknown_model_is_unknown(self):
        cost = call_of(vertex(), "1234")[0].cost
        assert cost.amount is None
        assert cost.reason


class TestEmbeddings:
    def test_older_models_are_asked_for_predictions(self):
        answer = {
            "predictions": [
                {"embeddings": {"values": [0.5, 1], "statistics": {"token_count": 3.0, "truncated": False}}}
            ]
        }
        transport = MemoryTransport(Reply(status=200, body=json.dumps(answer).encode()))
        client: Any = accord.Client(vertex(), transport=transport)
        response = client.embeddings("hello", model="text-embedding-005")
        assert transport.calls[0].url == GLOBAL + "/publishers/google/models/text-embedding-005:predict"
        assert json.loads(transport.calls[0].body) == {"instances": [{"content": "hello"}]}
        assert (response.embeddings, response.usage.input) == (((0.5, 1.0),), 3)
        assert response.cost.amount == Decimal("0.0000003")

    def test_gemini_takes_a_batch(self):
        answer = {"embeddings": [{"values": [0.5]}], "usageMetadata": {"promptTokenCount": 2}}
        transport = MemoryTransport(Reply(status=200, body=json.dumps(answer).encode()))
        accord.Client(vertex(), transport=transport).embeddings("hello", model="gemini-embedding-2")
        assert transport.calls[0].url == GLOBAL + "/publishers/google/models/gemini-embedding-2:batchEmbedContents"

    @pytest.mark.parametrize("model", ["gemini-3.8-flash", "claude-opus-5", "multimodalembedding@001"])
    def test_what_has_none_is_refused_before_anything_is_sent(self, model):
        with pytest.raises(Unsupported, match=r"embeddings|form of its own"):
            vertex().embedding_codec(model)


class TestPictures:
    def test_are_made_by_gemini(self):
        part = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "A" * 1000}
        answer = {
            **GEMINI,
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
            "usageMetadata": {
                "promptTokenCount": 10,
                "candidatesTokenCount": 1290,
                "totalTokenCount": 1300,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}],
            },
        }
        transport = MemoryTransport(Reply(status=200, body=json.dumps(answer).encode()))
        client: Any = accord.Client(vertex(), transport=transport)
        response = client.image_generation(
            ImageRequest(model="gemini-2.5-flash-image", prompt="a fox", size="1024x1024")
        )
        assert transport.calls[0].url == GLOBAL + "/publishers/google/models/gemini-2.5-flash-image:generateContent"
        config = json.loads(transport.calls[0].body)["generationConfig"]
        assert config == {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "1:1"}}
        assert response.images[0].source.data == "AAAA"
        # 10 tokens at 0.30 and 1,290 of a picture at 30 dollars a million.
        assert response.cost.amount == Decimal("0.038703")

    def test_of_imagen_are_no_more(self):
        with pytest.raises(Unsupported, match=r"2026-08-17.*gemini-3\.1-flash-image"):
            vertex().image_codec("imagen-4.0-generate-001")

    @pytest.mark.parametrize("model", ["gemini-2.5-pro", "claude-opus-5"])
    def test_of_models_without_are_refused(self, model):
        with pytest.raises(Unsupported, match="image_generation"):
            vertex().image_codec(model)


class TestCounting:
    @pytest.mark.parametrize(
        ("model", "answer", "path"),
        [
            ("gemini-3.8-flash", {"totalTokens": 7}, "/publishers/google/models/gemini-3.8-flash:countTokens"),
            ("claude-opus-4-5@20251101", {"input_tokens": 7}, "/publishers/anthropic/models/count-tokens:rawPredict"),
        ],
    )
    def test_tokens(self, model, answer, path):
        exchange = vertex().count_codec(model).encode(ASKED)
        assert vertex().address(exchange.draft).url == GLOBAL + path
        assert exchange.decode(Reply(status=200, body=json.dumps(answer).encode())) == 7
        if model.startswith("claude"):
            assert json.loads(exchange.draft.body)["model"] == "claude-opus-4-5"

    def test_tokens_of_others_are_not_counted(self):
        with pytest.raises(Unsupported, match="Gemini and Claude"):
            vertex().count_codec("meta/llama-4-scout-17b-16e-instruct-maas")


class TestModels:
    def test_are_listed_without_a_project(self):
        answer = {"publisherModels": [{"name": "publishers/google/models/gemini-3.8-flash"}], "nextPageToken": "x"}
        exchange = vertex().models_codec().encode(ListRequest())
        address = vertex(quota_project="payer").address(exchange.draft)
        assert (address.method, address.url) == (
            "GET",
            "https://aiplatform.googleapis.com/v1beta1/publishers/google/models?pageSize=200",
        )
        assert address.headers == (("x-goog-user-project", "payer"),)
        found = exchange.decode(Reply(status=200, body=json.dumps(answer).encode()))
        assert [model.id for model in found.models] == ["gemini-3.8-flash"]
        assert [warning.field for warning in found.warnings] == ["models"]


class TestHealth:
    def health(self, status, answer, **fields):
        transport = MemoryTransport(Reply(status=status, body=json.dumps(answer).encode()))
        health = accord.Client(vertex(**fields), transport=transport).health_check()
        return health, transport.calls[0]

    def test_a_count_proves_credential_project_and_location(self):
        health, call = self.health(200, {"totalTokens": 1}, location="us-central1")
        assert health.state == "healthy"
        assert call.url == (
            "https://us-central1-aiplatform.googleapis.com/v1/projects/acme/locations/us-central1"
            "/publishers/google/models/gemini-3.8-flash:countTokens"
        )

    def test_something_else_that_answers_proves_nothing(self):
        assert self.health(200, {"hello": 1})[0].state == "unhealthy"

    def test_no_quota_is_degraded_and_no_permission_unhealthy(self):
        exhausted = {"error": {"code": 429, "message": "busy", "status": "RESOURCE_EXHAUSTED"}}
        denied = {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}
        assert self.health(429, exhausted)[0].state == "degraded"
        assert self.health(403, denied)[0].state == "unhealthy"

    def test_a_model_that_is_not_served_there_says_what_to_do(self):
        missing = {"error": {"code": 404, "message": "Publisher Model `m` was not found", "status": "NOT_FOUND"}}
        health, _ = self.health(404, missing, location="us-central1")
        assert "`probe_model`" in health.reason
        codec = vertex().probe_codec()
        error = codec.encode(ListRequest()).error(Reply(status=404, body=json.dumps(missing).encode()))
        assert type(error) is ModelNotFound


def test_a_draft_of_an_unknown_kind_goes_nowhere_else():
    draft = Draft(operation="chat", dialect="openai_chat", model="acme/../../x", body=b"{}")
    with pytest.raises(InvalidInput):
        vertex().address(draft)
