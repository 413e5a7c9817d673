"""The wire of Google's models: `generateContent` and its neighbours, on AI Studio and Vertex AI.

Client side: `Gemini` writes conversations, `GeminiCount`, `GeminiEmbedding` and `GeminiImage` what stands beside them, and
`method_of` says which method of a model a draft calls. Server side: `parse` and `parse_count` read requests, and what they
return writes the answers.
"""

from accord.dialects.gemini.codec import Gemini
from accord.dialects.gemini.count import CountInbound, GeminiCount, parse_count
from accord.dialects.gemini.embedding import GeminiEmbedding
from accord.dialects.gemini.endpoint import method_of
from accord.dialects.gemini.failure import fail
from accord.dialects.gemini.image import GeminiImage
from accord.dialects.gemini.inbound import GeminiInbound
from accord.dialects.gemini.knobs import AI_STUDIO, VERTEX, Knobs
from accord.dialects.gemini.parse import parse

__all__ = [
    "AI_STUDIO",
    "VERTEX",
    "CountInbound",
    "Gemini",
    "GeminiCount",
    "GeminiEmbedding",
    "GeminiImage",
    "GeminiInbound",
    "Knobs",
    "fail",
    "method_of",
    "parse",
    "parse_count",
]
