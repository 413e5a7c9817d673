"""The objects of answers, under the names that OpenAI's SDK has for them."""

from accord.compat.openai.types.embedding import CreateEmbeddingResponse, Embedding
from accord.compat.openai.types.image import Image, ImagesResponse
from accord.compat.openai.types.listing import ModelInfo
from accord.compat.openai.types.usage import CompletionUsage

Model = ModelInfo

__all__ = [
    "CompletionUsage",
    "CreateEmbeddingResponse",
    "Embedding",
    "Image",
    "ImagesResponse",
    "Model",
]
