"""The events of a streamed answer of Responses, one class for all types of the same members."""

from typing import Literal, TypeAlias

from accord.compat.openai.model import Model, Open
from accord.compat.openai.types.response_item import (
    ReasoningText,
    ResponseOutputItem,
    ResponseOutputRefusal,
    ResponseOutputText,
    SummaryText,
)
from accord.compat.openai.types.responses import Response


class ResponseStateEvent(Model):
    """The answer began, goes on, or ended."""

    response: Response
    sequence_number: int
    type: Literal[
        "response.created",
        "response.queued",
        "response.in_progress",
        "response.completed",
        "response.incomplete",
        "response.failed",
    ]


class ResponseErrorEvent(Model):
    """The stream failed."""

    code: str | None
    message: str
    param: str | None
    sequence_number: int
    type: Literal["error"]


class ResponseOutputItemEvent(Model):
    """An item began or ended."""

    item: ResponseOutputItem
    output_index: int
    sequence_number: int
    type: Literal["response.output_item.added", "response.output_item.done"]


class ResponseContentPartEvent(Model):
    """A part of an item began or ended."""

    content_index: int
    item_id: str
    output_index: int
    part: ResponseOutputText | ResponseOutputRefusal | ReasoningText
    sequence_number: int
    type: Literal["response.content_part.added", "response.content_part.done"]


class ResponseTextDeltaEvent(Model):
    """More text."""

    content_index: int
    delta: str
    item_id: str
    logprobs: list[Open]
    output_index: int
    sequence_number: int
    type: Literal["response.output_text.delta"]


class ResponseTextDoneEvent(Model):
    """A text is whole."""

    content_index: int
    item_id: str
    logprobs: list[Open]
    output_index: int
    sequence_number: int
    text: str
    type: Literal["response.output_text.done"]


class ResponseContentDeltaEvent(Model):
    """More of a refusal or of what is thought."""

    content_index: int
    delta: str
    item_id: str
    output_index: int
    sequence_number: int
    type: Literal["response.refusal.delta", "response.reasoning_text.delta"]


class ResponseReasoningTextDoneEvent(Model):
    """A part of what was thought is whole."""

    content_index: int
    item_id: str
    output_index: int
    sequence_number: int
    text: str
    type: Literal["response.reasoning_text.done"]


class ResponseRefusalDoneEvent(Model):
    """A refusal is whole."""

    content_index: int
    item_id: str
    output_index: int
    refusal: str
    sequence_number: int
    type: Literal["response.refusal.done"]


class ResponseSummaryPartEvent(Model):
    """A part of the summary of what is thought began or ended."""

    item_id: str
    output_index: int
    part: SummaryText
    sequence_number: int
    summary_index: int
    type: Literal["response.reasoning_summary_part.added", "response.reasoning_summary_part.done"]


class ResponseSummaryTextDeltaEvent(Model):
    """More of the summary of what is thought."""

    delta: str
    item_id: str
    output_index: int
    sequence_number: int
    summary_index: int
    type: Literal["response.reasoning_summary_text.delta"]


class ResponseSummaryTextDoneEvent(Model):
    """A part of the summary of what was thought is whole."""

    item_id: str
    output_index: int
    sequence_number: int
    summary_index: int
    text: str
    type: Literal["response.reasoning_summary_text.done"]


class ResponseCallDeltaEvent(Model):
    """More of what a tool is called with."""

    delta: str
    item_id: str
    output_index: int
    sequence_number: int
    type: Literal["response.function_call_arguments.delta", "response.custom_tool_call_input.delta"]


class ResponseArgumentsDoneEvent(Model):
    """The arguments of a call are whole."""

    arguments: str
    item_id: str
    output_index: int
    sequence_number: int
    type: Literal["response.function_call_arguments.done"]


class ResponseInputDoneEvent(Model):
    """The text that a tool is called with is whole."""

    input: str
    item_id: str
    output_index: int
    sequence_number: int
    type: Literal["response.custom_tool_call_input.done"]


class ResponseAnnotationEvent(Model):
    """A citation or file was added to a text."""

    annotation: Open | None
    annotation_index: int
    content_index: int
    item_id: str
    output_index: int
    sequence_number: int
    type: Literal["response.output_text.annotation.added"]


ResponseStreamEvent: TypeAlias = (
    ResponseStateEvent
    | ResponseErrorEvent
    | ResponseOutputItemEvent
    | ResponseContentPartEvent
    | ResponseTextDeltaEvent
    | ResponseTextDoneEvent
    | ResponseContentDeltaEvent
    | ResponseReasoningTextDoneEvent
    | ResponseRefusalDoneEvent
    | ResponseSummaryPartEvent
    | ResponseSummaryTextDeltaEvent
    | ResponseSummaryTextDoneEvent
    | ResponseCallDeltaEvent
    | ResponseArgumentsDoneEvent
    | ResponseInputDoneEvent
    | ResponseAnnotationEvent
)
"""Events of hosted tools, and those that are newer than this version, come as open objects with the same members."""
