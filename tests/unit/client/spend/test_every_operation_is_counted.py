"""No operation of a client gets past a limit: one that is spent lets nothing through."""

import inspect
from collections.abc import Callable

import pytest

import accord
from accord import Client, OpenAI, SpendLimitReached
from accord.core.completion import CompletionRequest
from accord.core.image import ImageEditRequest, ImageFile
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.testing import MemoryTransport

M = "gpt-5.4-mini"
OPERATIONS: dict[str, Callable[[Client[OpenAI]], object]] = {
    "chat_completion": lambda client: client.chat_completion("x", model=M),
    "chat_completion_stream": lambda client: client.chat_completion_stream("x", model=M).__enter__(),
    "completion": lambda client: client.completion(CompletionRequest(model=M, prompt=("x",))),
    "embeddings": lambda client: client.embeddings("x", model=M),
    "image_generation": lambda client: client.image_generation("x", model=M),
    "image_edit": lambda client: client.image_edit(
        ImageEditRequest(model=M, prompt="x", images=(ImageFile(data=b"x"),))
    ),
    "moderation": lambda client: client.moderation("x", model=M),
    "speech": lambda client: client.speech(SpeechRequest(model=M, input="x", voice="alloy")),
    "speech_stream": lambda client: client.speech_stream(SpeechRequest(model=M, input="x", voice="alloy")).__enter__(),
    "transcription_stream": lambda client: client.transcription_stream(
        TranscriptionRequest(model=M, audio=b"x")
    ).__enter__(),
    "transcription": lambda client: client.transcription(TranscriptionRequest(model=M, audio=b"x")),
    "parse": lambda client: client.parse("x", into=int, model=M),
    "parse_with_response": lambda client: client.parse_with_response("x", into=int, model=M),
    "parse_stream": lambda client: client.parse_stream("x", into=int, model=M).__enter__(),
    "run_tools": lambda client: client.run_tools("x", tools=[], model=M).result(),
}
FREE = {"calculate_cost", "estimate", "models", "health_check", "close"}
"""What asks no model."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_spent_limit_lets_nothing_through(name: str) -> None:
    transport = MemoryTransport()
    with (
        Client(OpenAI(api_key="sk-test"), transport=transport) as client,
        accord.spend_limit("0", unknown="allow"),
        pytest.raises(SpendLimitReached),
    ):
        OPERATIONS[name](client)
    assert not transport.calls


def test_every_operation_is_in_the_table() -> None:
    public = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")}
    assert public - FREE == set(OPERATIONS)
