"""What an answer of Responses is made of."""

from typing import Literal, TypeAlias

from accord.compat.openai.model import Model, Open

ItemStatus: TypeAlias = Literal["in_progress", "completed", "incomplete"]


class TopLogprob(Model):
    """A token that was likely in its place."""

    token: str
    bytes: list[int] | None
    logprob: float


class Logprob(Model):
    """A token and how likely it was, as a natural logarithm."""

    token: str
    bytes: list[int] | None
    logprob: float
    top_logprobs: list[TopLogprob]


class ResponseOutputText(Model):
    """A text. `annotations` are citations and files, each with its `type`."""

    annotations: list[Open]
    text: str
    type: Literal["output_text"]
    logprobs: list[Logprob] | None


class ResponseOutputRefusal(Model):
    """The model's words for not answering."""

    refusal: str
    type: Literal["refusal"]


class ResponseOutputMessage(Model):
    """What the model said."""

    id: str
    content: list[ResponseOutputText | ResponseOutputRefusal]
    role: Literal["assistant"]
    status: ItemStatus
    type: Literal["message"]
    phase: str | None


class ResponseFunctionToolCall(Model):
    """A call of a function, with its arguments as JSON text, which may be wrong."""

    arguments: str
    call_id: str
    name: str
    type: Literal["function_call"]
    id: str | None
    async_: bool | None
    caller: Open | None
    namespace: str | None
    status: ItemStatus | None


class ResponseCustomToolCall(Model):
    """A call of a tool that takes text."""

    call_id: str
    input: str
    name: str
    type: Literal["custom_tool_call"]
    id: str | None
    async_: bool | None
    caller: Open | None
    namespace: str | None


class SummaryText(Model):
    """A part of the summary of what was thought."""

    text: str
    type: Literal["summary_text"]


class ReasoningText(Model):
    """A part of what was thought."""

    text: str
    type: Literal["reasoning_text"]


class ResponseReasoningItem(Model):
    """What the model thought; `encrypted_content` can be sent back so that it goes on from there."""

    id: str
    summary: list[SummaryText]
    type: Literal["reasoning"]
    content: list[ReasoningText] | None
    encrypted_content: str | None
    status: ItemStatus | None


class ResponseHostedItem(Open):
    """Work of a tool that the provider runs itself. Its other members are attributes too."""

    type: Literal[
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "computer_call",
        "local_shell_call",
        "shell_call",
        "shell_call_output",
        "apply_patch_call",
        "apply_patch_call_output",
        "mcp_call",
        "mcp_list_tools",
        "mcp_approval_request",
        "compaction",
    ]


ResponseOutputItem: TypeAlias = (
    ResponseOutputMessage
    | ResponseFunctionToolCall
    | ResponseReasoningItem
    | ResponseCustomToolCall
    | ResponseHostedItem
)
