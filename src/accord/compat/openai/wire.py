"""OpenAI's APIs whose answers can be streamed, as the calls of this package see them."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar, cast

import msgspec

from accord.compat.openai.answer import Answer
from accord.compat.openai.error import APIError
from accord.compat.openai.failure import Fail, broken
from accord.compat.openai.model import Model, chooser
from accord.compat.openai.types.chat import ChatCompletion
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
from accord.compat.openai.types.completion import Completion
from accord.compat.openai.types.response_event import ResponseStreamEvent
from accord.compat.openai.types.responses import Response
from accord.core.error import AccordError
from accord.core.json import JsonObject, as_object, loads_object
from accord.core.sse import EventReader
from accord.dialects import openai_chat, openai_completions, openai_responses
from accord.dialects.codec import Inbound, Renderer

A = TypeVar("A", bound=Answer)
E = TypeVar("E", bound=Model)


class Wire(msgspec.Struct, Generic[A, E], frozen=True):
    """How one of them is spoken."""

    parse: Callable[[bytes], Inbound]
    """Raises `InvalidInput` naming the field at fault, or `Unsupported`."""
    fail: Fail
    answer: type[A]
    event: Callable[[JsonObject], E]
    """The object for the data of one event of a stream."""


def _now() -> int:
    """Unix seconds: answers of providers that tell no time are dated by when they were asked for."""
    return int(time.time())


CHAT: Wire[ChatCompletion, ChatCompletionChunk] = Wire(
    parse=lambda body: openai_chat.parse(body, (), received_at=_now()),
    fail=openai_chat.fail,
    answer=ChatCompletion,
    event=lambda data: ChatCompletionChunk(**data),
)

COMPLETIONS: Wire[Completion, Completion] = Wire(
    parse=lambda body: openai_completions.parse(body, (), received_at=_now()),
    fail=openai_chat.fail,
    answer=Completion,
    event=lambda data: Completion(**data),
)

RESPONSES: Wire[Response, ResponseStreamEvent] = Wire(
    parse=lambda body: openai_responses.parse(body, (), received_at=_now()),
    fail=openai_responses.fail,
    answer=Response,
    # Those that the union does not know come as open objects.
    event=cast("Callable[[JsonObject], ResponseStreamEvent]", chooser(ResponseStreamEvent)),
)


class Reading(Generic[E]):
    """What a streamed answer's renderer writes, read again as objects."""

    def __init__(self, event: Callable[[JsonObject], E], renderer: Renderer) -> None:
        self._event = event
        self._events = EventReader()
        self.renderer: Renderer = renderer

    def read(self, data: bytes) -> list[E]:
        """The objects in these bytes. Raises the `APIError` that one of them tells of."""
        found: list[E] = []
        for event in self._events.feed(data):
            if event.data.startswith(b"[DONE]"):
                continue
            members = loads_object(event.data)
            failure = as_object(members.get("error"))
            if failure is not None:
                raise APIError(str(failure.get("message") or "An error occurred during streaming"), body=failure)
            found.append(self._event(members))
        return found

    def last(self, error: AccordError) -> list[E]:
        """What a stream that failed ends with in the words of its wire. Raises the error that has none."""
        lost = broken(error)
        if lost is not None:
            raise lost
        return self.read(self.renderer.fail(error))
