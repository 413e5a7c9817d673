"""OpenAI's API: https://developers.openai.com/api/reference."""

from accord.testing.fake.conversation import Conversation
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.openai.endpoint.completions import Completions
from accord.testing.fake.openai.endpoint.embeddings import Embeddings
from accord.testing.fake.openai.endpoint.image_edits import ImageEdits
from accord.testing.fake.openai.endpoint.images import Images
from accord.testing.fake.openai.endpoint.models import ListModels, RetrieveModel
from accord.testing.fake.openai.endpoint.moderations import Moderations
from accord.testing.fake.openai.endpoint.speech import Speech
from accord.testing.fake.openai.endpoint.transcriptions import Transcriptions
from accord.testing.fake.openai.error import KeyDoor, OpenAITeller
from accord.testing.fake.openai.responses import (
    CancelResponse,
    CountInput,
    DeleteResponse,
    ListInput,
    OpenAIResponsesWire,
    RetrieveResponse,
)
from accord.testing.fake.vendor import Route, Vendor

OPENAI = Vendor(
    name="openai",
    base="/v1",
    door=KeyDoor(),
    teller=OpenAITeller(),
    routes=(
        Route("POST", "/v1/chat/completions", Conversation(OpenAIChatWire())),
        Route("POST", "/v1/responses", Conversation(OpenAIResponsesWire())),
        Route("POST", "/v1/responses/input_tokens", CountInput()),
        Route("GET", "/v1/responses/{id}/input_items", ListInput()),
        Route("POST", "/v1/responses/{id}/cancel", CancelResponse()),
        Route("GET", "/v1/responses/{id}", RetrieveResponse()),
        Route("DELETE", "/v1/responses/{id}", DeleteResponse()),
        Route("POST", "/v1/completions", Completions()),
        Route("POST", "/v1/embeddings", Embeddings()),
        Route("POST", "/v1/images/generations", Images()),
        Route("POST", "/v1/images/edits", ImageEdits()),
        Route("POST", "/v1/moderations", Moderations()),
        Route("POST", "/v1/audio/speech", Speech()),
        Route("POST", "/v1/audio/transcriptions", Transcriptions()),
        Route("GET", "/v1/models", ListModels()),
        Route("GET", "/v1/models/{model}", RetrieveModel()),
    ),
)
