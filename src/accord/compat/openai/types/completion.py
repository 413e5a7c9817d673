"""The answers of `completions.create`, whole and streamed."""

from typing import Literal

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model
from accord.compat.openai.types.usage import CompletionUsage


class Logprobs(Model):
    """How likely the tokens were, as natural logarithms."""

    text_offset: list[int] | None
    token_logprobs: list[float] | None
    tokens: list[str] | None
    top_logprobs: list[dict[str, float]] | None


class CompletionChoice(Model):
    """One continuation, or more of it."""

    finish_reason: Literal["stop", "length", "content_filter"]
    index: int
    logprobs: Logprobs | None
    text: str


class Completion(Answer):
    """A text, continued. `created` is in Unix seconds."""

    id: str
    choices: list[CompletionChoice]
    created: int
    model: str
    object: Literal["text_completion"]
    system_fingerprint: str | None
    usage: CompletionUsage | None
