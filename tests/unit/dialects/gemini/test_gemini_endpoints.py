"""What stands beside conversations: counting, vectors and pictures."""

import json
from typing import Any

import pytest

from accord.core.embedding import EmbeddingRequest
from accord.core.error import ContentFiltered, Malformed, RateLimited, Unsupported
from accord.core.http import Draft, Reply
from accord.core.image import GeneratedImage, ImageRequest
from accord.core.message import system, user
from accord.core.part import Media
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.core.usage import Usage
from accord.dialects.gemini import (
    AI_STUDIO,
    VERTEX,
    GeminiCount,
    GeminiEmbedding,
    GeminiImage,
    Knobs,
    method_of,
)


def reply(body: object) -> Reply:
    return Reply(status=200, body=json.dumps(body).encode())


def sent(draft: Draft) -> Any:
    return json.loads(draft.body)


class TestCount:
    REQUEST = ChatRequest(messages=(system("s"), user("hi")), tools=(FunctionTool(name="f"),), temperature=0.5)

    def test_ai_studio_counts_turns_alone_or_a_whole_request(self) -> None:
        codec = GeminiCount(model="gemini-2.5-flash")
        turns = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
        assert sent(codec.encode(ChatRequest(messages=(user("hi"),))).draft) == turns
        whole = sent(codec.encode(self.REQUEST).draft)["generateContentRequest"]
        assert whole["model"] == "models/gemini-2.5-flash"
        assert whole["systemInstruction"] == {"parts": [{"text": "s"}]}

    def test_vertex_counts_some_members(self) -> None:
        request = ChatRequest(messages=self.REQUEST.messages, extra={"gemini": {"labels": {"a": "b"}}})
        draft = GeminiCount(model="gemini-2.5-flash", knobs=VERTEX).encode(request).draft
        assert sent(draft).keys() == {"contents", "systemInstruction"}
        assert (draft.operation, method_of(draft, VERTEX)) == ("count_tokens", "countTokens")

    def test_the_answer(self) -> None:
        exchange = GeminiCount(model="m").encode(self.REQUEST)
        assert exchange.decode(reply({"totalTokens": 12, "promptTokensDetails": []})) == 12
        for body in ({}, {"totalTokens": "12"}, [], 5):
            with pytest.raises(Malformed):
                exchange.decode(reply(body))
        with pytest.raises(RateLimited):
            exchange.decode(reply({"error": {"code": 429, "message": "slow"}}))
        assert isinstance(exchange.error(Reply(status=429, body=b"slow")), RateLimited)


class TestEmbedding:
    REQUEST = EmbeddingRequest(input=("a", "b"), dimensions=3, task="RETRIEVAL_QUERY", extra={"title": "t"})

    @pytest.mark.parametrize(
        ("model", "knobs", "method", "body"),
        [
            (
                "gemini-embedding-001",
                AI_STUDIO,
                "batchEmbedContents",
                {
                    "requests": [
                        {
                            "model": "models/gemini-embedding-001",
                            "taskType": "RETRIEVAL_QUERY",
                            "outputDimensionality": 3,
                            "title": "t",
                            "content": {"parts": [{"text": word}]},
                        }
                        for word in "ab"
                    ]
                },
            ),
            (
                "gemini-embedding-2",
                VERTEX,
                "batchEmbedContents",
                {
                    "requests": [
                        {
                            "embedContentConfig": {
                                "taskType": "RETRIEVAL_QUERY",
                                "outputDimensionality": 3,
                                "title": "t",
                            },
                            "content": {"parts": [{"text": word}]},
                        }
                        for word in "ab"
                    ]
                },
            ),
            (
                "text-embedding-005",
                VERTEX,
                "predict",
                {
                    "instances": [{"content": word, "task_type": "RETRIEVAL_QUERY", "title": "t"} for word in "ab"],
                    "parameters": {"outputDimensionality": 3},
                },
            ),
        ],
    )
    def test_the_three_ways_to_ask(self, model: str, knobs: Knobs, method: str, body: object) -> None:
        draft = GeminiEmbedding(model=model, knobs=knobs).encode(self.REQUEST).draft
        assert sent(draft) == body
        assert method_of(draft, knobs) == method

    @pytest.mark.parametrize(
        ("body", "usage"),
        [
            ({"embeddings": [{"values": [0.5, 1]}, {"values": [2, 3]}]}, None),
            (
                {"embeddings": [{"values": [0.5, 1]}, {"values": [2, 3]}], "usageMetadata": {"promptTokenCount": 4}},
                Usage(input=4, output=0, raw={"promptTokenCount": 4}),
            ),
            (
                {
                    "predictions": [
                        {"embeddings": {"values": [0.5, 1], "statistics": {"token_count": 1.0, "truncated": False}}},
                        {"embeddings": {"values": [2, 3], "statistics": {"token_count": 2}}},
                    ],
                    "metadata": {"billableCharacterCount": 2},
                },
                Usage(input=3, output=0),
            ),
        ],
    )
    def test_the_three_ways_to_answer(self, body: object, usage: Usage | None) -> None:
        response = GeminiEmbedding(model="m").encode(self.REQUEST).decode(reply(body))
        assert response.embeddings == ((0.5, 1.0), (2.0, 3.0))
        assert response.usage == usage

    def test_one_alone(self) -> None:
        exchange = GeminiEmbedding(model="m").encode(EmbeddingRequest(input=("a",)))
        assert exchange.decode(reply({"embedding": {"values": [1]}})).embeddings == ((1.0,),)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"embeddings": [{"values": [1]}]},
            {"embeddings": [{"values": [1]}, {"values": []}]},
            {"embeddings": [{"values": [1]}, {"values": ["x"]}]},
            {"predictions": [1, 2]},
            {"embeddings": 5},
        ],
    )
    def test_other_answers_are_malformed(self, body: object) -> None:
        with pytest.raises(Malformed):
            GeminiEmbedding(model="m").encode(self.REQUEST).decode(reply(body))

    def test_lists_of_tokens_are_refused(self) -> None:
        with pytest.raises(Unsupported) as caught:
            GeminiEmbedding(model="m").encode(EmbeddingRequest(input=((1, 2),)))
        assert caught.value.param == "input"


class TestImage:
    def encode(self, model: str = "gemini-3-pro-image", knobs: Knobs = VERTEX, **fields: Any) -> Any:
        exchange = GeminiImage(model=model, knobs=knobs).encode(ImageRequest(prompt="a cat", **fields))
        return sent(exchange.draft)["generationConfig"], exchange

    @pytest.mark.parametrize(
        ("size", "picture", "told"),
        [
            ("1024x1024", {"aspectRatio": "1:1"}, False),
            ("1536x1024", {"aspectRatio": "3:2"}, False),
            ("1792x1024", {"aspectRatio": "16:9"}, True),
            ("2048x2048", {"aspectRatio": "1:1", "imageSize": "2K"}, False),
            ("4096x4096", {"aspectRatio": "1:1", "imageSize": "4K"}, False),
            ("1000x700", {"aspectRatio": "3:2"}, True),
            ("16:9", {"aspectRatio": "16:9"}, False),
            ("4K", {"imageSize": "4K"}, False),
            ("auto", None, False),
        ],
    )
    def test_sizes(self, size: str, picture: dict[str, str] | None, told: bool) -> None:
        config, exchange = self.encode(size=size)
        assert config.get("imageConfig") == picture
        assert bool(exchange.warnings) is told

    def test_forms(self) -> None:
        config, exchange = self.encode(output_format="jpeg", output_compression=80, quality="high")
        assert config == {
            "responseModalities": ["IMAGE"],
            "imageConfig": {
                "imageSize": "2K",
                "imageOutputOptions": {"mimeType": "image/jpeg", "compressionQuality": 80},
            },
        }
        assert method_of(exchange.draft, VERTEX) == "generateContent"

    def test_older_models_speak_too_and_know_one_size(self) -> None:
        config, exchange = self.encode(model="gemini-2.5-flash-image", size="2K")
        assert config == {"responseModalities": ["TEXT", "IMAGE"]}
        assert [one.field for one in exchange.warnings] == ["size"]

    @pytest.mark.parametrize(
        ("fields", "param", "knobs"),
        [
            ({"n": 2}, "n", VERTEX),
            ({"response_format": "url"}, "response_format", VERTEX),
            ({"background": "transparent"}, "background", VERTEX),
            ({"size": "big"}, "size", VERTEX),
            ({"output_format": "png"}, "output_format", AI_STUDIO),
        ],
    )
    def test_what_cannot_be_had(self, fields: dict[str, Any], param: str, knobs: Knobs) -> None:
        with pytest.raises(Unsupported) as caught:
            self.encode(knobs=knobs, **fields)
        assert caught.value.param == param

    def test_the_answer_without_the_models_drafts(self) -> None:
        blob = {"mimeType": "image/png", "data": "AA=="}
        body = {
            "candidates": [
                {
                    "content": {
                        "parts": [
                            {"inlineData": {"mimeType": "image/png", "data": "draft"}, "thought": True},
                            {"text": "Here."},
                            {"inlineData": blob, "thoughtSignature": "x" * 100},
                        ]
                    },
                    "finishReason": "STOP",
                    "futureField": 1,
                }
            ],
            "usageMetadata": {
                "promptTokenCount": 3,
                "candidatesTokenCount": 1290,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}],
            },
        }
        response = self.encode()[1].decode(reply(body))
        assert response.images == (GeneratedImage(source=Media(data="AA==", media_type="image/png")),)
        assert (response.usage.output, response.usage.image_output, response.usage.images) == (1290, 1290, 1)

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            ({"candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": "not that"}]}, "not that"),
            ({"candidates": [{"finishReason": "NO_IMAGE"}]}, "NO_IMAGE"),
            (
                {"candidates": [{"content": {"parts": [{"text": "I will not."}]}, "finishReason": "STOP"}]},
                "I will not.",
            ),
            ({"promptFeedback": {"blockReason": "SAFETY"}}, "SAFETY"),
        ],
    )
    def test_no_picture_is_a_refusal(self, body: object, why: str) -> None:
        with pytest.raises(ContentFiltered, match=why):
            self.encode()[1].decode(reply(body))
