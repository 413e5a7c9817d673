"""The whole answer of `responses.create`."""

from typing import Literal, TypeAlias

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model, Open
from accord.compat.openai.types.response_item import (
    ResponseCustomToolCall,
    ResponseFunctionToolCall,
    ResponseHostedItem,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningItem,
)

__all__ = [
    "IncompleteDetails",
    "Reasoning",
    "Response",
    "ResponseCustomToolCall",
    "ResponseError",
    "ResponseFunctionToolCall",
    "ResponseHostedItem",
    "ResponseOutputItem",
    "ResponseOutputMessage",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "ResponseReasoningItem",
    "ResponseTextConfig",
    "ResponseUsage",
]

ResponseStatus: TypeAlias = Literal["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]


class IncompleteDetails(Model):
    """Why an answer ended early."""

    reason: str | None


class ResponseError(Model):
    """Why there is no answer."""

    code: str
    message: str
    misalignment: Open | None
    param: str | None
    type: str | None


class InputTokensDetails(Model):
    """Input tokens by kind, all of them part of `input_tokens`."""

    cache_write_tokens: int
    cached_tokens: int
    cache_write_tokens_details: Open | None


class OutputTokensDetails(Model):
    """Output tokens by kind, all of them part of `output_tokens`."""

    reasoning_tokens: int


class ResponseUsage(Model):
    """Tokens used. Input includes what was cached, output what was thought."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class Reasoning(Model):
    """How the model was to think."""

    context: str | None
    effort: str | None
    generate_summary: str | None
    mode: str | None
    summary: str | None


class ResponseTextConfig(Model):
    """What form the text was to have."""

    format: Open | None
    verbosity: str | None


class Response(Answer):
    """An answer. Times are in Unix seconds."""

    id: str
    access_programs: Open | None
    created_at: float
    error: ResponseError | None
    incomplete_details: IncompleteDetails | None
    instructions: str | list[Open] | None
    metadata: dict[str, str] | None
    model: str
    object: Literal["response"]
    output: list[ResponseOutputItem]
    parallel_tool_calls: bool
    temperature: float | None
    tool_choice: str | Open
    tools: list[Open]
    top_p: float | None
    background: bool | None
    completed_at: float | None
    conversation: Open | None
    image: Open | None
    input_transformations: list[Open] | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    moderation: Open | None
    previous_response_id: str | None
    prompt: Open | None
    prompt_cache_diagnostics: Open | None
    prompt_cache_key: str | None
    prompt_cache_options: Open | None
    prompt_cache_retention: str | None
    reasoning: Reasoning | None
    safety_identifier: str | None
    service_tier: str | None
    status: ResponseStatus | None
    text: ResponseTextConfig | None
    tool_usage: Open | None
    top_logprobs: int | None
    truncation: str | None
    usage: ResponseUsage | None
    user: str | None

    @property
    def output_text(self) -> str:
        """All texts of the answer, joined."""
        return "".join(
            [
                part.text
                for item in self.output
                if isinstance(item, ResponseOutputMessage)
                for part in item.content
                if isinstance(part, ResponseOutputText)
            ]
        )
