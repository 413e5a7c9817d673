"""The imitation of Vertex AI is taken for it by Google's and Anthropic's own SDKs, refuses what the service refuses, and Accord
gets along with it on every wire.
"""

import json
from typing import Any

import pytest
from anthropic.lib.vertex import AnthropicVertex
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

import accord
from accord.core.error import Authentication, InvalidRequest
from accord.core.message import system, tool_result, user
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.providers.vertex_ai import VertexAI
from accord.testing import FakeProvider
from accord.testing.fake.hosts import HOSTS

VERSION = "vertex-2023-10-16"
HELLO = [{"role": "user", "parts": [{"text": "Hello"}]}]
ROOT = "/v1/projects/acme/locations/global"
GEMINI = f"{ROOT}/publishers/google/models/gemini-3.8-flash"
CLAUDE = f"{ROOT}/publishers/anthropic/models/claude-sonnet-5-5"
MISTRAL = f"{ROOT}/publishers/mistralai/models/mistral-medium-3@001"
ASKED = {"anthropic_version": VERSION, "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
CHAT = {"model": "mistral-medium-3", "messages": [{"role": "user", "content": "Hello"}]}
MODELS = (
    "gemini-2.5-flash",
    "gemini-3.8-flash",
    "claude-sonnet-5-5",
    "mistral-medium-3@001",
    "meta/llama-4-scout-17b-16e-instruct-maas",
)


@pytest.fixture
def vertex():
    with FakeProvider(vendor=HOSTS["vertex_ai"]) as fake:
        yield fake


@pytest.fixture
def client(vertex):
    with accord.Client(VertexAI(project="acme", access_token=vertex.key, base_url=vertex.url)) as client:
        yield client


def test_googles_sdk_takes_it_for_vertex(vertex) -> None:
    options = types.HttpOptions(base_url=vertex.url, retry_options=types.HttpRetryOptions(attempts=1))
    credentials = Credentials(token=vertex.key)
    with genai.Client(
        vertexai=True, project="acme", location="global", credentials=credentials, http_options=options
    ) as sdk:
        answer = sdk.models.generate_content(model="gemini-2.5-flash", contents="Hello there")
        assert answer.text == "Hello there"
        pieces = sdk.models.generate_content_stream(model="gemini-2.5-flash", contents="One two")
        assert "".join([piece.text for piece in pieces if piece.text]) == "One two"
        assert sdk.models.count_tokens(model="gemini-2.5-flash", contents="Hello").total_tokens
        vectors = sdk.models.embed_content(model="text-embedding-005", contents=["a", "b"])
        assert len(vectors.embeddings or []) == 2


def test_a_stranger_is_turned_away_in_googles_words(vertex) -> None:
    options = types.HttpOptions(base_url=vertex.url, retry_options=types.HttpRetryOptions(attempts=1))
    credentials = Credentials(token="ya29.test-wrong")
    with (
        genai.Client(
            vertexai=True, project="acme", location="global", credentials=credentials, http_options=options
        ) as sdk,
        pytest.raises(errors.ClientError, match="UNAUTHENTICATED"),
    ):
        sdk.models.generate_content(model="gemini-2.5-flash", contents="x")


def test_anthropics_sdk_takes_it_for_vertex(vertex) -> None:
    with AnthropicVertex(
        project_id="acme", region="global", access_token=vertex.key, base_url=f"{vertex.url}/v1", max_retries=0
    ) as sdk:
        asked: dict[str, Any] = {
            "model": "claude-sonnet-5-5",
            "max_tokens": 64,
            "messages": [{"role": "user", "content": "Hello there"}],
        }
        assert (
            "".join([block.text for block in sdk.messages.create(**asked).content if block.type == "text"])
            == "Hello there"
        )
        with sdk.messages.stream(**asked) as stream:
            assert stream.get_final_text() == "Hello there"


REFUSED = [
    (f"{GEMINI}:generateContent", {"contents": HELLO, "store": True}, "store"),
    (f"{GEMINI}:generateContent", {"contents": HELLO, "tools": [{"fileSearch": {}}]}, "fileSearch"),
    (f"{GEMINI}:generateContent", {"contents": HELLO, "labels": {"team": "Not A Label"}}, "labels"),
    (f"{GEMINI}:countTokens", {"contents": HELLO, "safetySettings": []}, "safetySettings"),
    (f"{GEMINI}:batchEmbedContents", {"requests": [{"model": "m", "content": HELLO[0]}]}, "model"),
    (
        f"{ROOT}/publishers/google/models/text-embedding-005:batchEmbedContents",
        {"requests": [{"content": HELLO[0]}]},
        "",
    ),
    (f"{CLAUDE}:rawPredict", {**ASKED, "model": "claude-sonnet-5-5"}, "model"),
    (f"{CLAUDE}:rawPredict", {**ASKED, "anthropic_version": "2023-06-01"}, "anthropic_version"),
    (f"{CLAUDE}:rawPredict", {**ASKED, "stream": True}, "stream"),
    (f"{CLAUDE}:streamRawPredict", ASKED, "stream"),
    (f"{CLAUDE}:rawPredict", {**ASKED, "service_tier": "auto"}, "service_tier"),
    (f"{CLAUDE}:rawPredict", {**ASKED, "cache_control": {"type": "ephemeral"}}, "cache_control"),
    (f"{MISTRAL}:rawPredict", {**CHAT, "model": "mistral-medium-3@001"}, "model"),
    (f"{MISTRAL}:rawPredict", {**CHAT, "seed": 7}, "seed"),
    (f"{ROOT}/endpoints/openapi/chat/completions", {**CHAT, "model": "llama"}, "publisher"),
]


@pytest.mark.parametrize(("path", "body", "words"), REFUSED)
def test_it_refuses_what_the_service_refuses(vertex, call, path, body, words) -> None:
    answer = call(vertex)(path, body, {"authorization": f"Bearer {vertex.key}"})
    assert answer.status in (400, 422), answer.body
    assert words in answer.body.decode()


def test_an_unknown_beta_is_refused(vertex, call) -> None:
    headers = {"authorization": f"Bearer {vertex.key}", "anthropic-beta": "fast-mode-2026-02-01"}
    assert call(vertex)(f"{CLAUDE}:rawPredict", ASKED, headers).status == 400


@pytest.mark.parametrize("model", MODELS)
def test_accord_talks_with_every_publishers_models(client, vertex, model) -> None:
    weather = FunctionTool(
        name="weather",
        parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    )
    first = user('call weather {"city": "Oslo"}')
    request = ChatRequest(
        model=model,
        messages=(system("Be brief."), first),
        tools=(weather,),
        max_output_tokens=512,
        metadata={"team": "blue"},
        user="u-1",
        service_tier="auto",
    )
    once = Options(on_unsupported="drop", retries=0)
    response = client.chat_completion(request, options=once)
    call_ = response.tool_calls[0]
    assert json.loads(call_.arguments) == {"city": "Oslo"}
    history = (*request.messages, response.choices[0].message, tool_result(call_.id, "7 C"))
    again = ChatRequest(model=model, messages=history, tools=(weather,), max_output_tokens=512)
    assert "7 C" in client.chat_completion(again, options=once).text
    with client.chat_completion_stream("One two", model=model, options=once) as stream:
        assert "".join(stream.text()) == "One two"


def test_accord_uses_all_else_there_is(client) -> None:
    assert client.health_check().state == "healthy"
    assert client.models(live=True)
    assert len(client.embeddings(["a", "b"], model="text-embedding-005").embeddings) == 2
    assert len(client.embeddings(["a", "b"], model="gemini-embedding-2").embeddings) == 2


def test_accord_counts(vertex) -> None:
    provider = VertexAI(project="acme", access_token=vertex.key, base_url=vertex.url)
    for model in ("gemini-3.8-flash", "claude-sonnet-5-5"):
        codec = provider.count_codec(model)
        draft = codec.encode(ChatRequest(messages=(user("Hello"),))).draft
        assert provider.address(draft).url.startswith(vertex.url)


def test_a_bad_token_is_an_authentication_error(vertex) -> None:
    with (
        accord.Client(VertexAI(project="acme", access_token="ya29.test-wrong", base_url=vertex.url)) as stranger,
        pytest.raises(Authentication),
    ):
        stranger.chat_completion("x", model="gemini-2.5-flash")


def test_an_express_key_opens_express_paths(vertex) -> None:
    with accord.Client(VertexAI(api_key=vertex.key, base_url=vertex.url)) as express:
        assert express.chat_completion("Hello", model="gemini-2.5-flash").text == "Hello"


def test_a_request_that_is_wrong_is_said_to_be(client) -> None:
    with pytest.raises(InvalidRequest, match="store"):
        client.chat_completion("x", model="gemini-2.5-flash", options=Options(extra_body={"store": True}))
