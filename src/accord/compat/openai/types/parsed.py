"""Answers with values of the caller's own types in them."""

from typing import Generic, TypeVar

from accord.compat.openai.types.chat import (
    ChatCompletion,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    Choice,
    Function,
)

T = TypeVar("T")


class ParsedFunction(Function):
    """A function to call, and its arguments as a value: of the tool's own type, or plain JSON."""

    parsed_arguments: object | None


class ParsedFunctionToolCall(ChatCompletionMessageFunctionToolCall):
    """A call of a function."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read


class ParsedChatCompletionMessage(ChatCompletionMessage, Generic[T]):
    """What the model said; `parsed` is the value, `None` where it refused or called a tool."""

    parsed: T | None
    tool_calls: list[ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall] | None  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read


class ParsedChoice(Choice, Generic[T]):
    """One of the answers."""

    message: ParsedChatCompletionMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read


class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """An answer. `created` is in Unix seconds."""

    choices: list[ParsedChoice[T]]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - it is only read
