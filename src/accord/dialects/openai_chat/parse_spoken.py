"""Messages of words and calls alone, as nearly all are: read in one step by types that refuse all other members.

What they refuse is read with the care of `parse_message.py`, to the same end: 1.6 in place of 4.1 us for one message of 1 KB.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

import msgspec

from accord.core.json import NotJson, read
from accord.core.message import Message, Role
from accord.core.part import Text, ToolCall, ToolResult


class _Text(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["text"]
    text: str


_Content: TypeAlias = str | list[_Text]


class _Said(msgspec.Struct, gc=False, forbid_unknown_fields=True, tag_field="role"):
    content: _Content
    name: str | None = None


class _User(_Said, gc=False, forbid_unknown_fields=True, tag="user"):
    pass


class _System(_Said, gc=False, forbid_unknown_fields=True, tag="system"):
    pass


class _Developer(_Said, gc=False, forbid_unknown_fields=True, tag="developer"):
    pass


class _Function(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    name: str
    arguments: str


class _Call(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    id: str
    function: _Function
    type: Literal["function"] = "function"


class _Assistant(msgspec.Struct, gc=False, forbid_unknown_fields=True, tag_field="role", tag="assistant"):
    content: str | None = None
    tool_calls: list[_Call] | None = None
    refusal: None = None
    name: str | None = None


class _Tool(msgspec.Struct, gc=False, forbid_unknown_fields=True, tag_field="role", tag="tool"):
    tool_call_id: str
    content: _Content


Turn: TypeAlias = _User | _System | _Developer | _Assistant | _Tool
"""A message of that kind."""

_CALL = _Call(id="call_1", function=_Function(name="f", arguments="{}"))
_ROLES: Mapping[type[_Said], Role] = {_User: "user", _System: "system", _Developer: "developer"}
_messages = msgspec.json.Decoder(Annotated[list[Turn], msgspec.Meta(min_length=1)])


def turns_in(raw: msgspec.Raw) -> Sequence[Turn]:
    """The messages in the member `messages`. Raises `NotJson` where there is more to them than words and calls, or they are wrong."""
    return read(_messages, raw)


def in_other_words(turn: Turn) -> Turn:
    """A message of the same kind that is as short as any."""
    if isinstance(turn, _Tool):
        return _Tool(tool_call_id=_CALL.id, content="words")
    if isinstance(turn, _Assistant):
        return _Assistant(content="words", tool_calls=None if turn.tool_calls is None else [_CALL])
    return type(turn)(content="words")


def spoken_in(raw: msgspec.Raw) -> tuple[Message, ...]:
    """The messages in the member `messages`; none where there is more to them than words and calls, or they are wrong."""
    try:
        found = turns_in(raw)
    except NotJson:
        return ()
    messages: list[Message] = []
    for message in found:
        if isinstance(message, _Said):
            messages.append(Message(role=_ROLES[type(message)], parts=_texts(message.content), name=message.name))
        elif isinstance(message, _Assistant):
            messages.append(_answer(message))
        else:
            result = ToolResult(call_id=message.tool_call_id, content=_texts(message.content))
            messages.append(Message(role="tool", parts=(result,)))
    return tuple(messages)


def _answer(message: _Assistant) -> Message:
    text = (Text(text=message.content),) if message.content else ()
    if message.tool_calls is None:
        return Message(role="assistant", parts=text, name=message.name)
    calls = [
        ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments) for call in message.tool_calls
    ]
    return Message(role="assistant", parts=(*text, *calls), name=message.name)


def _texts(content: _Content) -> tuple[Text, ...]:
    if isinstance(content, str):
        return (Text(text=content),)
    return tuple([Text(text=text.text) for text in content])
