"""Google's endpoints that are no conversation: counting tokens, embeddings, the list of models."""

import msgspec

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.desk import Rejected, Visit
from accord.testing.fake.gemini.error import GoogleTeller, reject
from accord.testing.fake.gemini.rules import check_contents
from accord.testing.fake.gemini.shape import COUNT_REQUEST, EMBED_REQUEST, EMBED_REQUESTS
from accord.testing.fake.gemini.wire import GeminiWire, model_of, read_body, streams_events
from accord.testing.fake.improvise import DEMO_MODELS
from accord.testing.fake.node import Node
from accord.testing.fake.operation import perform
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.vectors import DIMENSIONS, vector
from accord.testing.fake.vendor import refused

_TELLER = GoogleTeller()


class StreamGenerate:
    """POST models/{model}:streamGenerateContent. Without `alt=sse` everything is in an array, errors too."""

    def __init__(self) -> None:
        self._conversation = Conversation(GeminiWire(stream=True))

    def serve(self, visit: Visit) -> Answer:
        """The stream."""
        try:
            answer = self._conversation.serve(visit)
        except Rejected as rejected:
            answer = refused(rejected.failure, _TELLER, visit.request_id)
        if streams_events(visit):
            return answer
        if answer.stream:
            return msgspec.structs.replace(answer, content_type="application/json; charset=UTF-8")
        return msgspec.structs.replace(answer, pieces=(b"[" + b"".join(answer.pieces) + b"]",))


class CountTokens:
    """POST models/{model}:countTokens."""

    def serve(self, visit: Visit) -> Answer:
        """The number of tokens."""
        body = read_body(visit, COUNT_REQUEST, "countTokens")
        counted = body.node("generateContentRequest") if "generateContentRequest" in body else body
        check_contents(counted)
        tokens = prompt_tokens(counted.value("contents"), counted.value("systemInstruction"), counted.value("tools"))
        answer = {"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]}
        return perform(visit, _TELLER, "count_tokens", model_of(visit), lambda: Answer(pieces=(dumps(answer),)))


class Embed:
    """POST models/{model}:embedContent."""

    def serve(self, visit: Visit) -> Answer:
        """One vector."""
        body = read_body(visit, EMBED_REQUEST, "embedContent")
        answer = {"embedding": _embedding(body)}
        return perform(visit, _TELLER, "embeddings", model_of(visit), lambda: Answer(pieces=(dumps(answer),)))


class BatchEmbed:
    """POST models/{model}:batchEmbedContents."""

    def serve(self, visit: Visit) -> Answer:
        """A vector for each request, all of which name the model."""
        body = read_body(visit, EMBED_REQUESTS, "batchEmbedContents")
        model = model_of(visit)
        for index, request in enumerate(body.nodes("requests")):
            if visit.desk.account.strict and request.text("model") != f"models/{model}":
                raise reject(
                    f"* BatchEmbedContentsRequest.requests[{index}].model: must match the model of the batch\n"
                )
        answer = {"embeddings": [_embedding(request) for request in body.nodes("requests")]}
        return perform(visit, _TELLER, "embeddings", model, lambda: Answer(pieces=(dumps(answer),)))


class ListModels:
    """GET models."""

    def serve(self, visit: Visit) -> Answer:
        """All models in one page."""
        models = visit.desk.account.models or DEMO_MODELS
        body = {"models": [_model(model) for model in models]}
        return perform(visit, _TELLER, "models", "", lambda: Answer(pieces=(dumps(body),)))


class RetrieveModel:
    """GET models/{model}."""

    def serve(self, visit: Visit) -> Answer:
        """The model, if there is one of this name."""
        model = model_of(visit)
        if not visit.desk.knows(model):
            raise reject(f"Model is not found: models/{model} for api version v1beta", status=404)
        return perform(visit, _TELLER, "models", model, lambda: Answer(pieces=(dumps(_model(model)),)))


def _embedding(request: Node) -> dict[str, object]:
    text = "".join([part.text("text") for part in request.node("content").nodes("parts")])
    if not text:
        raise reject("* EmbedContentRequest.content: contents is not specified\n")
    return {"values": vector(text, request.count("outputDimensionality", DIMENSIONS))}


def _model(model: str) -> dict[str, object]:
    return {
        "name": f"models/{model}",
        "version": "001",
        "displayName": model,
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": True,
    }
