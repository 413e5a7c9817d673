"""Messages, and short ways to write them."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias, cast

import msgspec

from accord.core.error import InvalidInput
from accord.core.part import Extra, Part, Refusal, Text, ToolCall, ToolContent, ToolResult

Role: TypeAlias = Literal["system", "developer", "user", "assistant", "tool"]


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn of a conversation: who speaks, and ordered parts."""

    role: Role
    parts: tuple[Part, ...] = ()
    name: str | None = None
    """Who speaks, among several of the same role."""
    extra: Extra = {}

    @property
    def text(self) -> str:
        """All text parts joined; refusals, reasoning and tool calls are not text."""
        return "".join([part.text for part in self.parts if isinstance(part, Text)])

    @property
    def refusal(self) -> str | None:
        """The model's refusal, `None` when there is none."""
        found = [part.text for part in self.parts if isinstance(part, Refusal)]
        return "".join(found) if found else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls in order."""
        return tuple([part for part in self.parts if isinstance(part, ToolCall)])


def plain_text(message: Message) -> str | None:
    """The words of a message that is one text with nothing beside it, as nearly all are; `None` for any other.

    Encoders write such messages in one step and look for losses in the others alone: a chat request of two takes 63 in
    place of 110 thousand processor instructions.
    """
    parts = message.parts
    if len(parts) != 1 or message.extra or message.name is not None:
        return None
    part = parts[0]
    if type(part) is not Text or part.extra or part.citations or part.cache is not None:
        return None
    return part.text


def words_of(messages: Sequence[Message]) -> list[str | None]:
    """The `plain_text` of each message."""
    return [plain_text(message) for message in messages]


def beyond_words(messages: Sequence[Message], words: Sequence[str | None]) -> Sequence[tuple[int, Message]]:
    """The messages that are more than one text, each with its place. `words`: what `words_of` them gave."""
    if None not in words:
        return ()
    return [(place, message) for place, message in enumerate(messages) if words[place] is None]


Content: TypeAlias = str | Part | Sequence[str | Part]
"""What the helpers accept: a string, one part, or several of both."""


def parts_of(content: Content) -> tuple[Part, ...]:
    """`content` as parts; a string becomes one `Text`."""
    if isinstance(content, str):
        return (Text(text=content),)
    if isinstance(content, Part):
        return (content,)
    return tuple([_part(item) for item in _several(content)])


def _several(content: object) -> Iterable[object]:
    if isinstance(content, Iterable) and not isinstance(content, bytes):
        return cast("Iterable[object]", content)
    raise _wrong(content)


def _part(item: object) -> Part:
    if isinstance(item, str):
        return Text(text=item)
    if isinstance(item, Part):
        return item
    raise _wrong(item)


def _wrong(item: object) -> InvalidInput:
    return InvalidInput(
        f"a message is made of strings and parts (Text, Image, ...), not of {type(item).__name__}", param="content"
    )


def system(content: Content) -> Message:
    """Instructions that stand above the conversation. Raises `InvalidInput` for what is no content, as those below do."""
    return Message(role="system", parts=parts_of(content))


def user(content: Content) -> Message:
    """What the person says. Raises `InvalidInput` for what is no content."""
    return Message(role="user", parts=parts_of(content))


def assistant(content: Content) -> Message:
    """What the model said. Raises `InvalidInput` for what is no content."""
    return Message(role="assistant", parts=parts_of(content))


def tool_result(call_id: str, content: str | Iterable[ToolContent], *, is_error: bool | None = None) -> Message:
    """The answer to the tool call `call_id`. Raises `InvalidInput` for what is no content."""
    inner = (
        (Text(text=content),) if isinstance(content, str) else cast("tuple[ToolContent, ...]", tuple(_several(content)))
    )
    return Message(role="tool", parts=(ToolResult(call_id=call_id, content=inner, is_error=is_error),))
