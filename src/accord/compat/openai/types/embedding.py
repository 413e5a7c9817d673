"""The answer of `embeddings.create`."""

from typing import Literal

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model


class Embedding(Model):
    """One vector. With `encoding_format="base64"` it is a text, as at OpenAI's SDK."""

    embedding: list[float]
    index: int
    object: Literal["embedding"]


class Usage(Model):
    """Tokens of the texts."""

    prompt_tokens: int
    total_tokens: int


class CreateEmbeddingResponse(Answer):
    """One vector for each text, in their order. `usage` is `None` where the provider told none."""

    data: list[Embedding]
    model: str
    object: Literal["list"]
    usage: Usage
