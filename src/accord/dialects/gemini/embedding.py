"""Texts become vectors. https://ai.google.dev/api/embeddings, https://docs.cloud.google.com/vertex-ai/generative-ai/docs/
model-reference/text-embeddings-api.

AI Studio and Vertex AI's Gemini models take a batch of contents, with the wishes in different places; Vertex AI's older
models are asked for predictions.
"""

from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import Malformed
from accord.core.http import Draft, Reply
from accord.core.json import JsonObject, as_array, as_object, dumps
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.usage import Usage
from accord.dialects.gemini.dialect import DIALECT
from accord.dialects.gemini.endpoint import EndpointExchange, embeds_by_prediction
from accord.dialects.gemini.knobs import AI_STUDIO, Knobs
from accord.dialects.gemini.rules import bare_name


class GeminiEmbedding:
    """Asks one model for vectors."""

    def __init__(self, *, model: str, provider: str = "gemini", knobs: Knobs = AI_STUDIO) -> None:
        """`provider` is the name used in errors."""
        self._model = model
        self._provider = provider
        self._knobs = knobs

    def encode(
        self, request: EmbeddingRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[EmbeddingResponse]:
        """Raises `Unsupported` for lists of tokens, which this wire does not take."""
        losses = Losses(self._provider, self._model, on_unsupported)
        texts = tuple([item for item in request.input if isinstance(item, str)])
        if len(texts) < len(request.input):
            losses.refuse("input", "this wire embeds texts, not lists of tokens")
        if request.user is not None:
            losses.advise("user", "this wire has no such field")
        body = self._predicted(texts, request) if self._by_prediction() else self._batch(texts, request)
        draft = Draft(operation="embeddings", dialect=DIALECT, model=self._model, body=dumps(body))
        return EndpointExchange(
            draft,
            read=lambda found, reply: _response(found, reply, len(texts)),
            provider=self._provider,
            warnings=losses.warnings,
        )

    def _by_prediction(self) -> bool:
        return embeds_by_prediction(self._model, self._knobs)

    def _batch(self, texts: tuple[str, ...], request: EmbeddingRequest) -> JsonObject:
        wishes = _given({"taskType": request.task, "outputDimensionality": request.dimensions, **request.extra})
        if self._knobs.platform == "vertex":
            shared: JsonObject = {"embedContentConfig": wishes} if wishes else {}
        else:
            shared = {"model": f"models/{bare_name(self._model)}", **wishes}
        return {"requests": [{**shared, "content": {"parts": [{"text": text}]}} for text in texts]}

    def _predicted(self, texts: tuple[str, ...], request: EmbeddingRequest) -> JsonObject:
        extra = dict(request.extra)
        of_each = _given({"task_type": request.task, "title": extra.pop("title", None)})
        of_all = _given({"outputDimensionality": request.dimensions, **extra})
        instances = [{"content": text, **of_each} for text in texts]
        return {"instances": instances, **({"parameters": of_all} if of_all else {})}


def _given(fields: JsonObject) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value is not None}


def _response(found: dict[str, object], reply: Reply, asked: int) -> EmbeddingResponse:
    rows = _rows(found)
    vectors = [_vector(row, reply) for row in rows]
    if len(vectors) != asked:
        raise Malformed(f"{asked} vectors were asked for and {len(vectors)} came", body=reply.body)
    return EmbeddingResponse(embeddings=tuple(vectors), usage=_usage(found, rows), raw=reply.body)


def _rows(found: JsonObject) -> list[object]:
    """The vectors, whichever method they were asked by."""
    many, predictions = as_array(found.get("embeddings")), as_array(found.get("predictions"))
    if many is not None:
        return many
    if predictions is not None:
        return [(as_object(row) or {}).get("embeddings") for row in predictions]
    return [found["embedding"]] if "embedding" in found else []


def _vector(row: object, reply: Reply) -> tuple[float, ...]:
    values = as_array((as_object(row) or {}).get("values")) or []
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if not numbers or len(numbers) < len(values):
        raise Malformed("an embedding holds no numbers, or more than numbers", body=reply.body)
    return tuple(numbers)


def _usage(found: JsonObject, rows: list[object]) -> Usage | None:
    told = as_object(found.get("usageMetadata"))
    if told is not None:
        count = told.get("promptTokenCount")
        return Usage(input=count if isinstance(count, int) else None, output=0, raw=told)
    tokens = [_tokens(as_object((as_object(row) or {}).get("statistics"))) for row in rows]
    known = [count for count in tokens if count is not None]
    return Usage(input=sum(known), output=0) if known and len(known) == len(tokens) else None


def _tokens(statistics: dict[str, object] | None) -> int | None:
    """Predictions count in floats."""
    count = (statistics or {}).get("token_count", (statistics or {}).get("tokenCount"))
    return int(count) if isinstance(count, int | float) else None
