"""Google's Gemini API: https://ai.google.dev/api."""

from accord.testing.fake.conversation import Conversation
from accord.testing.fake.gemini.endpoint import (
    BatchEmbed,
    CountTokens,
    Embed,
    ListModels,
    RetrieveModel,
    StreamGenerate,
)
from accord.testing.fake.gemini.error import GoogleKeyDoor, GoogleTeller
from accord.testing.fake.gemini.wire import GeminiWire
from accord.testing.fake.vendor import Route, Vendor


def _routes(version: str) -> tuple[Route, ...]:
    model = f"/{version}/models/{{model}}"
    return (
        Route("POST", f"{model}:generateContent", Conversation(GeminiWire(stream=False))),
        Route("POST", f"{model}:streamGenerateContent", StreamGenerate()),
        Route("POST", f"{model}:countTokens", CountTokens()),
        Route("POST", f"{model}:embedContent", Embed()),
        Route("POST", f"{model}:batchEmbedContents", BatchEmbed()),
        Route("GET", f"/{version}/models", ListModels()),
        Route("GET", model, RetrieveModel()),
    )


GOOGLE = Vendor(
    name="google",
    base="",
    door=GoogleKeyDoor(),
    teller=GoogleTeller(),
    routes=(*_routes("v1beta"), *_routes("v1")),
)
