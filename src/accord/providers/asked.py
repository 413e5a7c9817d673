"""What a request asks, whatever the wire it was asked on: whether to think, whether a call is demanded, what is begun."""

import msgspec

from accord.core.model import ModelFacts
from accord.core.part import Text
from accord.core.request import ChatRequest, ReasoningConfig
from accord.core.tool import AllowedTools, CustomTool, FunctionTool, NamedTool, Tool, ToolChoice, ToolNamespace


def is_off(config: ReasoningConfig | None) -> bool:
    """Whether thinking was switched off, in any of the words for it."""
    if config is None:
        return False
    if config.mode is not None:
        return config.mode == "disabled"
    return config.effort == "none" or (config.effort is None and config.budget == 0)


def is_forced(choice: ToolChoice | None) -> bool:
    """Whether a call is demanded."""
    if isinstance(choice, AllowedTools):
        return choice.mode == "required"
    return choice == "required" or isinstance(choice, NamedTool)


def narrowed(request: ChatRequest) -> ChatRequest:
    """The request with only the tools that it allows: the same, for hosts that know no `allowed_tools`."""
    choice = request.tool_choice
    if not isinstance(choice, AllowedTools):
        return request
    kept = [allowed for tool in request.tools if (allowed := _allowed(tool, choice.names)) is not None]
    return msgspec.structs.replace(request, tools=tuple(kept), tool_choice=choice.mode if kept else None)


def _allowed(tool: Tool, names: tuple[str, ...]) -> Tool | None:
    if isinstance(tool, ToolNamespace):
        inner = tuple([member for member in tool.tools if member.name in names])
        return msgspec.structs.replace(tool, tools=inner) if inner else None
    return tool if isinstance(tool, FunctionTool | CustomTool) and tool.name in names else None


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


def sees(known: ModelFacts | None) -> bool | None:
    """Whether a model takes pictures; `None` where that is not known."""
    return None if known is None or known.input is None else "image" in known.input
