"""Answers of Responses with values of the caller's own types in them."""

from typing import Generic, TypeAlias, TypeVar, cast

from accord.compat.openai.types.response_event import (
    ResponseCallDeltaEvent,
    ResponseStateEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from accord.compat.openai.types.response_item import (
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
)
from accord.compat.openai.types.responses import Response

T = TypeVar("T")


class ParsedResponseOutputText(ResponseOutputText, Generic[T]):
    """A text, and the value it says."""

    parsed: T | None


class ParsedResponseOutputMessage(ResponseOutputMessage, Generic[T]):
    """What the model said."""

    content: list[ParsedResponseOutputText[T] | ResponseOutputRefusal]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read


class ParsedResponseFunctionToolCall(ResponseFunctionToolCall):
    """A call of a function, and its arguments as a value: of the tool's own type, or plain JSON."""

    parsed_arguments: object | None


class ParsedResponse(Response, Generic[T]):
    """An answer. Times are in Unix seconds."""

    output: list[ParsedResponseOutputMessage[T] | ParsedResponseFunctionToolCall | ResponseOutputItem]  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read

    @property
    def output_parsed(self) -> T | None:
        """The first value in the answer; `None` where there is none, as when the model refused."""
        return next((text.parsed for text, _ in self.texts() if text.parsed is not None), None)

    def texts(self) -> list[tuple[ParsedResponseOutputText[T], str | None]]:
        """The texts of the answer, each with the phase of its message."""
        return [
            (part, message.phase)
            for item in self.output or ()
            if isinstance(item, ParsedResponseOutputMessage)
            for message in (cast("ParsedResponseOutputMessage[T]", item),)
            for part in message.content or ()
            if isinstance(part, ParsedResponseOutputText)
        ]


class SnapshotTextDeltaEvent(ResponseTextDeltaEvent):
    """More text, and all of it so far."""

    snapshot: str


class ParsedTextDoneEvent(ResponseTextDoneEvent, Generic[T]):
    """A text is whole; `parsed` is the value it says."""

    parsed: T | None


class SnapshotCallDeltaEvent(ResponseCallDeltaEvent):
    """More of a call's arguments, and all of them so far."""

    snapshot: str


class ParsedCompletedEvent(ResponseStateEvent, Generic[T]):
    """The answer is whole."""

    response: ParsedResponse[T]  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read


ParsedResponseStreamEvent: TypeAlias = (
    SnapshotTextDeltaEvent
    | ParsedTextDoneEvent[T]
    | SnapshotCallDeltaEvent
    | ParsedCompletedEvent[T]
    | ResponseStreamEvent
)
