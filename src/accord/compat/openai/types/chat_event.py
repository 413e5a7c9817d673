"""What `chat.completions.stream` tells while an answer comes in."""

from collections.abc import Callable
from typing import Generic, Literal, Self, TypeAlias, TypeVar

from accord.compat.openai.model import Model
from accord.compat.openai.types.chat import ChatCompletionTokenLogprob
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
from accord.compat.openai.types.parsed import ParsedChatCompletion

T = TypeVar("T")


class ChunkEvent(Model, Generic[T]):
    """A chunk came, as it is."""

    __slots__ = ("_snapshot",)
    _snapshot: Callable[[], ParsedChatCompletion[T]]
    type: Literal["chunk"]
    chunk: ChatCompletionChunk

    @classmethod
    def of(cls, chunk: ChatCompletionChunk, snapshot: Callable[[], ParsedChatCompletion[T]]) -> Self:
        """`snapshot` gives the answer as far as it is there when it is asked for: for most chunks nobody does."""
        event = cls(type="chunk", chunk=chunk)
        object.__setattr__(event, "_snapshot", snapshot)
        return event

    @property
    def snapshot(self) -> ParsedChatCompletion[T]:
        """The answer as far as it is there now."""
        return self._snapshot()


class ContentDeltaEvent(Model):
    """More text. `parsed` is what all of it says so far, as plain JSON, where it is read into a type."""

    type: Literal["content.delta"]
    delta: str
    snapshot: str
    parsed: object | None


class ContentDoneEvent(Model, Generic[T]):
    """The text is whole; `parsed` is the value it says."""

    type: Literal["content.done"]
    content: str
    parsed: T | None


class RefusalDeltaEvent(Model):
    """More of a refusal."""

    type: Literal["refusal.delta"]
    delta: str
    snapshot: str


class RefusalDoneEvent(Model):
    """The refusal is whole."""

    type: Literal["refusal.done"]
    refusal: str


class FunctionToolCallArgumentsDeltaEvent(Model):
    """More of a call's arguments: `arguments` is all of their JSON so far, `parsed_arguments` what it says."""

    type: Literal["tool_calls.function.arguments.delta"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object | None
    arguments_delta: str


class FunctionToolCallArgumentsDoneEvent(Model):
    """A call's arguments are whole; `parsed_arguments` is the value they say."""

    type: Literal["tool_calls.function.arguments.done"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object | None


class LogprobsContentDeltaEvent(Model):
    """How likely the tokens were that just came."""

    type: Literal["logprobs.content.delta"]
    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsContentDoneEvent(Model):
    """How likely the tokens of the text were."""

    type: Literal["logprobs.content.done"]
    content: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDeltaEvent(Model):
    """How likely the tokens of a refusal were that just came."""

    type: Literal["logprobs.refusal.delta"]
    refusal: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDoneEvent(Model):
    """How likely the tokens of the refusal were."""

    type: Literal["logprobs.refusal.done"]
    refusal: list[ChatCompletionTokenLogprob]


ChatCompletionStreamEvent: TypeAlias = (
    ChunkEvent[T]
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
