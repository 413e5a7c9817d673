"""The wire of Google's models: `generateContent` and its neighbours, on AI Studio and Vertex AI.

Client side: `Gemini` writes conversations. Server side: `parse` reads them, and what it returns writes the answers.
"""

from accord.dialects.gemini.codec import Gemini
from accord.dialects.gemini.failure import fail
from accord.dialects.gemini.inbound import GeminiInbound
from accord.dialects.gemini.knobs import AI_STUDIO, VERTEX, Knobs
from accord.dialects.gemini.parse import parse

__all__ = ["AI_STUDIO", "VERTEX", "Gemini", "GeminiInbound", "Knobs", "fail", "parse"]
