"""The pieces of a streamed chat completion."""

from typing import Literal

from accord.compat.openai.model import Model, Open
from accord.compat.openai.types.chat import ChoiceLogprobs, FinishReason
from accord.compat.openai.types.usage import CompletionUsage


class ChoiceDeltaAudio(Model):
    """More of what is spoken."""

    id: str | None
    data: str | None
    expires_at: int | None
    transcript: str | None


class ChoiceDeltaFunctionCall(Model):
    """More of a call of a function."""

    arguments: str | None
    name: str | None


class ChoiceDeltaToolCall(Model):
    """More of the tool call at `index`; the first piece has its id and name."""

    index: int
    id: str | None
    function: ChoiceDeltaFunctionCall | None
    type: Literal["function"] | None


class ChoiceDelta(Model):
    """What is new. `reasoning_content` is there where the provider shows what it thinks."""

    audio: ChoiceDeltaAudio | None
    content: str | None
    function_call: ChoiceDeltaFunctionCall | None
    refusal: str | None
    role: Literal["developer", "system", "user", "assistant", "tool"] | None
    tool_calls: list[ChoiceDeltaToolCall] | None


class ChunkChoice(Model):
    """What is new of one of the answers."""

    delta: ChoiceDelta
    index: int
    finish_reason: FinishReason | None
    logprobs: ChoiceLogprobs | None


class ChatCompletionChunk(Model):
    """A piece of an answer. The last one has the usage, where that was asked for."""

    id: str
    choices: list[ChunkChoice]
    created: int
    model: str
    object: Literal["chat.completion.chunk"]
    moderation: Open | None
    obfuscation: str | None
    service_tier: str | None
    system_fingerprint: str | None
    usage: CompletionUsage | None
