"""What a request asks, whatever the wire it was asked on: whether to think, and whether a call is demanded."""

import msgspec

from accord.core.part import Text
from accord.core.request import ChatRequest, ReasoningConfig
from accord.core.tool import AllowedTools, FunctionTool, NamedTool, ToolChoice, ToolNamespace


def is_off(config: ReasoningConfig | None) -> bool:
    """Whether thinking was switched off, in any of the words for it."""
    if config is None:
        return False
    if config.mode is not None:
        return config.mode == "disabled"
    return config.effort == "none" or (config.effort is None and config.budget == 0)


def is_forced(choice: ToolChoice | None) -> bool:
    """Whether a call is demanded."""
    return choice == "required" or isinstance(choice, NamedTool) or _is_forced_among(choice)


def unforced(choice: ToolChoice | None) -> ToolChoice:
    """The choice, left to the model."""
    return msgspec.structs.replace(choice, mode="auto") if isinstance(choice, AllowedTools) else "auto"


def _is_forced_among(choice: ToolChoice | None) -> bool:
    return isinstance(choice, AllowedTools) and choice.mode == "required"


def is_begun(request: ChatRequest) -> bool:
    """Whether the last message is the beginning of the answer."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "assistant" or last.tool_calls:
        return False
    return any(isinstance(part, Text) and part.text for part in last.parts)


def functions_of(request: ChatRequest) -> list[FunctionTool]:
    """The functions among the tools, those in namespaces among them."""
    found: list[FunctionTool] = []
    for tool in request.tools:
        members = tool.tools if isinstance(tool, ToolNamespace) else (tool,)
        found += [member for member in members if isinstance(member, FunctionTool)]
    return found
