"""What a call accepts as a conversation, made into a `ChatRequest`."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from accord.client.fitted import fitted, named
from accord.core.conversation import Conversation
from accord.core.error import InvalidInput
from accord.core.json import dumps
from accord.core.message import Message, user
from accord.core.request import ChatRequest
from accord.dialects import openai_chat

ChatInput: TypeAlias = (
    str
    | Message
    | Sequence[Message]
    | Conversation
    | ChatRequest
    | Mapping[str, object]
    | Sequence[Mapping[str, object]]
)
"""A question; a message; messages; a `Conversation`; a `ChatRequest`; or the plain dicts of OpenAI's chat API: a whole request, or its
`messages`."""


def chat_request(given: ChatInput, model: str | None) -> ChatRequest:
    """The request that was meant. Raises `InvalidInput` naming what is wrong."""
    request = named(_request(given), model)
    if not request.messages and request.previous_response_id is None:
        raise InvalidInput("the conversation is empty: it needs a message to answer", param="messages")
    return request


def _request(given: ChatInput) -> ChatRequest:
    match given:
        case ChatRequest():
            return fitted(given)
        case str():
            return ChatRequest(messages=(user(given),))
        case Message():
            return fitted(ChatRequest(messages=(given,)))
        case Conversation():
            return fitted(ChatRequest(messages=given.messages))
        case Mapping():
            return _from_plain(given)
        case Sequence() if not isinstance(given, bytes | bytearray | memoryview):
            return _from_sequence(given)
        case _:
            raise InvalidInput(_wrong_type(given))


def _from_sequence(given: Sequence[object]) -> ChatRequest:
    messages = tuple([item for item in given if isinstance(item, Message)])
    if len(messages) == len(given):
        return fitted(ChatRequest(messages=messages))
    if all(isinstance(item, Mapping) for item in given):
        return _from_plain({"messages": list(given)})
    usual = Message if messages else dict
    position = next(index for index, item in enumerate(given) if not isinstance(item, usual))
    raise InvalidInput(
        f"messages must be Message values, or all of them dicts; `messages[{position}]` is {type(given[position]).__name__}",
        param=f"messages[{position}]",
    )


def _from_plain(given: Mapping[str, object]) -> ChatRequest:
    """A request in OpenAI's own JSON, as a dict; `model` may be left out."""
    return openai_chat.parse(dumps({"model": "", **given}), ()).request


def _wrong_type(given: object) -> str:
    return (
        "a conversation is a string, a Message, a list of them, a Conversation, a ChatRequest, or a dict in OpenAI's form; "
        f"got {type(given).__name__}"
    )
