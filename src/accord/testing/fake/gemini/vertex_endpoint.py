"""Vertex AI's endpoints that are no conversation, as Google's own models have them there."""

from collections.abc import Mapping

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.gemini.error import GoogleTeller, reject
from accord.testing.fake.gemini.rules import check_contents
from accord.testing.fake.gemini.shape import PREDICT_REQUEST, VERTEX_COUNT_REQUEST, VERTEX_EMBED_REQUESTS
from accord.testing.fake.gemini.wire import model_of, read_body
from accord.testing.fake.improvise import DEMO_MODELS
from accord.testing.fake.operation import perform
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.vectors import DIMENSIONS, vector

_TELLER = GoogleTeller()


class CountTokens:
    """POST ...:countTokens, which takes some members of a request and no others."""

    def serve(self, visit: Visit) -> Answer:
        """The number of tokens."""
        body = read_body(visit, VERTEX_COUNT_REQUEST, "countTokens")
        check_contents(body)
        tokens = prompt_tokens(body.value("contents"), body.value("systemInstruction"), body.value("tools"))
        answer = {
            "totalTokens": tokens,
            "totalBillableCharacters": tokens * 4,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}],
        }
        return perform(visit, _TELLER, "count_tokens", model_of(visit), lambda: Answer(pieces=(dumps(answer),)))


class Predict:
    """POST ...:predict, by which the older models make vectors."""

    def serve(self, visit: Visit) -> Answer:
        """A vector for each instance, with its tokens in a float."""
        body, model = read_body(visit, PREDICT_REQUEST, "predict"), model_of(visit)
        size = body.node("parameters").count("outputDimensionality", DIMENSIONS)
        rows = [_prediction(instance.text("content"), size) for instance in body.nodes("instances")]
        answer = {"predictions": rows, "metadata": {"billableCharacterCount": 5}}
        return perform(visit, _TELLER, "embeddings", model, lambda: Answer(pieces=(dumps(answer),)))


class BatchEmbed:
    """POST ...:batchEmbedContents, for Gemini's embedding models."""

    def serve(self, visit: Visit) -> Answer:
        """A vector for each request."""
        body, model = read_body(visit, VERTEX_EMBED_REQUESTS, "batchEmbedContents"), model_of(visit)
        if "gemini" not in model:
            raise reject(f"{model} is not supported for batchEmbedContents.")
        rows = [
            {
                "values": vector(
                    "".join([part.text("text") for part in request.node("content").nodes("parts")]),
                    request.node("embedContentConfig").count("outputDimensionality", DIMENSIONS),
                )
            }
            for request in body.nodes("requests")
        ]
        answer = {"embeddings": rows, "usageMetadata": {"promptTokenCount": 2 * len(rows)}}
        return perform(visit, _TELLER, "embeddings", model, lambda: Answer(pieces=(dumps(answer),)))


class PublisherModels:
    """GET /v1beta1/publishers/google/models."""

    def serve(self, visit: Visit) -> Answer:
        """All models in one page."""
        models = visit.desk.account.models or DEMO_MODELS
        rows = [{"name": f"publishers/google/models/{model}", "versionId": "default"} for model in models]
        body = {"publisherModels": rows}
        return perform(visit, _TELLER, "models", "", lambda: Answer(pieces=(dumps(body),)))


def _prediction(text: str, size: int) -> Mapping[str, object]:
    statistics = {"token_count": 2.0, "truncated": False}
    return {"embeddings": {"values": vector(text, size), "statistics": statistics}}
