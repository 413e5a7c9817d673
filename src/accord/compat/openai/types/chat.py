"""The answers of `chat.completions`, whole and streamed."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model, Open
from accord.compat.openai.types.usage import CompletionUsage

ChatCompletionMessageParam: TypeAlias = Mapping[str, object]
"""A message of a request: `{"role": "user", "content": "Hello"}`."""

ChatCompletionToolParam: TypeAlias = Mapping[str, object]
"""A tool of a request: `{"type": "function", "function": {...}}`."""

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


class TopLogprob(Model):
    """A token that was likely in its place."""

    token: str
    bytes: list[int] | None
    logprob: float


class ChatCompletionTokenLogprob(Model):
    """A token and how likely it was, as a natural logarithm."""

    token: str
    bytes: list[int] | None
    logprob: float
    top_logprobs: list[TopLogprob]


class ChoiceLogprobs(Model):
    """How likely the tokens of a choice were."""

    content: list[ChatCompletionTokenLogprob] | None
    refusal: list[ChatCompletionTokenLogprob] | None


class AnnotationURLCitation(Model):
    """A page that was quoted, and the characters that quote it."""

    end_index: int
    start_index: int
    title: str
    url: str


class Annotation(Model):
    """Something said about a message."""

    type: Literal["url_citation"]
    url_citation: AnnotationURLCitation


class ChatCompletionAudio(Model):
    """What was spoken, in base64; it can be referred to until `expires_at`, in Unix seconds."""

    id: str
    data: str
    expires_at: int
    transcript: str


class Function(Model):
    """A function to call, with its arguments as JSON text, which may be wrong."""

    arguments: str
    name: str


class ChatCompletionMessageFunctionToolCall(Model):
    """A call of a function."""

    id: str
    function: Function
    type: Literal["function"]


class Custom(Model):
    """A tool to call that takes text."""

    input: str
    name: str


class ChatCompletionMessageCustomToolCall(Model):
    """A call of a tool that takes text."""

    id: str
    custom: Custom
    type: Literal["custom"]


ChatCompletionMessageToolCall: TypeAlias = ChatCompletionMessageFunctionToolCall
ChatCompletionMessageToolCallUnion: TypeAlias = (
    ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall
)


class ChatCompletionMessage(Model):
    """What the model said. `reasoning_content` is there where the provider shows what it thought."""

    content: str | None
    refusal: str | None
    role: Literal["assistant"]
    annotations: list[Annotation] | None
    audio: ChatCompletionAudio | None
    function_call: Function | None
    tool_calls: list[ChatCompletionMessageToolCallUnion] | None


class Choice(Model):
    """One of the answers."""

    finish_reason: FinishReason
    index: int
    logprobs: ChoiceLogprobs | None
    message: ChatCompletionMessage


class ChatCompletion(Answer):
    """An answer. `created` is in Unix seconds."""

    id: str
    choices: list[Choice]
    created: int
    model: str
    object: Literal["chat.completion"]
    metadata: dict[str, str] | None
    moderation: Open | None
    service_tier: str | None
    system_fingerprint: str | None
    usage: CompletionUsage | None
