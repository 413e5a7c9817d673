"""/v1/responses, from the service's side."""

from accord.testing.fake.openai.responses.store import (
    CancelResponse,
    CountInput,
    DeleteResponse,
    ListInput,
    RetrieveResponse,
)
from accord.testing.fake.openai.responses.wire import OpenAIResponsesWire

__all__ = ["CancelResponse", "CountInput", "DeleteResponse", "ListInput", "OpenAIResponsesWire", "RetrieveResponse"]
