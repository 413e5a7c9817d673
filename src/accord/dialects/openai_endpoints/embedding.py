"""POST /embeddings. https://developers.openai.com/api/reference/resources/embeddings."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from struct import error as WrongLength  # noqa: N812 - an exception class with a function's name
from struct import pack, unpack
from typing import Literal

import msgspec

from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import InvalidInput, Malformed
from accord.core.http import Draft, Reply
from accord.core.json import dumps
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.usage import Usage
from accord.dialects.openai_endpoints.exchange import (
    EndpointExchange,
    ErrorReader,
    decoded,
    parsed,
    unnamed,
    without_none,
)


class EmbeddingCodec:
    """Asks for embeddings. `send_base64` asks for packed floats, a quarter of the bytes, where the host has them."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader, send_base64: bool = False) -> None:
        self._model = model
        self._provider = provider
        self._error = error
        self._send_base64 = send_base64

    def encode(
        self, request: EmbeddingRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[EmbeddingResponse]:
        """Raises `Unsupported` for a task, which this wire cannot say."""
        losses = Losses(self._provider, self._model, on_unsupported)
        if request.task is not None:
            losses.refuse("task", "this wire has no word for what embeddings are for")
        fields = {
            "model": self._model,
            "input": request.input,
            "dimensions": request.dimensions,
            "encoding_format": "base64" if self._send_base64 else None,
            "user": request.user,
            **request.extra,
        }
        draft = Draft(operation="embeddings", model=self._model, body=dumps(without_none(fields)))
        return EndpointExchange(draft, decode=decode_embeddings, error=self._error, warnings=losses.warnings)


class _Vector(msgspec.Struct):
    embedding: list[float] | str
    index: int = 0


class _Used(msgspec.Struct):
    prompt_tokens: int | None = None
    total_tokens: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Vector]
    model: str = ""
    usage: _Used | None = None


_answers = msgspec.json.Decoder(_Answer)


def decode_embeddings(reply: Reply) -> EmbeddingResponse:
    """The vectors in order of their index, whatever form they came in. Raises `Malformed`."""
    answer = decoded(_answers, reply, "embeddings")
    rows = sorted(answer.data, key=lambda row: row.index)
    used = answer.usage
    return EmbeddingResponse(
        model=answer.model,
        embeddings=tuple([_floats(row.embedding, reply) for row in rows]),
        usage=None if used is None else Usage(input=used.prompt_tokens, output=0),
        raw=reply.body,
    )


def _floats(vector: list[float] | str, reply: Reply) -> tuple[float, ...]:
    if not isinstance(vector, str):
        return tuple(vector)
    try:
        packed = b64decode(vector, validate=True)
        return unpack(f"<{len(packed) // 4}f", packed)
    except (NotBase64, WrongLength):
        raise Malformed("an embedding is neither numbers nor base64 of floats", body=reply.body) from None


class _Asked(msgspec.Struct):
    model: str
    input: str | list[str | int | list[int]]
    dimensions: int | None = None
    encoding_format: Literal["float", "base64"] | None = None
    user: str | None = None


_requests = msgspec.json.Decoder(_Asked)


class InboundEmbedding:
    """A caller's request for embeddings, and the writing of its answer."""

    def __init__(self, request: EmbeddingRequest, *, base64: bool) -> None:
        self.request = request
        self._base64 = base64

    def render(self, response: EmbeddingResponse, *, model: str) -> bytes:
        """The answer in the form the caller asked for: numbers, or base64 of little-endian floats."""
        rows = [
            {"object": "embedding", "index": index, "embedding": self._written(vector)}
            for index, vector in enumerate(response.embeddings)
        ]
        used = response.usage.input if response.usage is not None and response.usage.input is not None else None
        usage: Mapping[str, int] = {} if used is None else {"prompt_tokens": used, "total_tokens": used}
        return dumps({"object": "list", "data": rows, "model": model, **({"usage": usage} if usage else {})})

    def _written(self, vector: tuple[float, ...]) -> object:
        return b64encode(pack(f"<{len(vector)}f", *vector)).decode() if self._base64 else vector


def parse_embedding(body: bytes) -> InboundEmbedding:
    """A caller's request. Raises `InvalidInput` naming the field at fault."""
    asked, found = parsed(_requests, body)
    request = EmbeddingRequest(
        model=asked.model,
        input=_inputs(asked.input),
        dimensions=asked.dimensions,
        user=asked.user,
        extra=unnamed(found, frozenset(_Asked.__struct_fields__)),
    )
    return InboundEmbedding(request, base64=asked.encoding_format == "base64")


def _inputs(given: str | list[str | int | list[int]]) -> tuple[str, ...] | tuple[tuple[int, ...], ...]:
    """The inputs, all of one kind. Raises `InvalidInput` for none at all and for a mixture."""
    if isinstance(given, str):
        return (given,)
    texts = tuple([item for item in given if isinstance(item, str)])
    numbers = tuple([item for item in given if isinstance(item, int)])
    lists = tuple([tuple(item) for item in given if isinstance(item, list)])
    kinds = [kind for kind in (texts, numbers, lists) if kind]
    if len(kinds) != 1:
        raise InvalidInput("`input` must be a text, texts, tokens, or lists of tokens, and not empty", param="input")
    return texts or ((numbers,) if numbers else lists)
