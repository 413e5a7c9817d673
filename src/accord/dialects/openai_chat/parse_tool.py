"""A caller's tools and its choice among them, read."""

from collections.abc import Sequence
from typing import Literal

from accord.core.json import JsonObject, as_object
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    Tool,
    ToolChoice,
)
from accord.dialects.openai_chat import fault
from accord.dialects.openai_chat.decode import own_extra
from accord.dialects.openai_chat.fault import Fault
from accord.dialects.openai_chat.parse_part import Block, cache_mark

_TOOL = frozenset({"type", "function", "custom"})
_FUNCTION = frozenset({"name", "description", "parameters", "strict"})
_CUSTOM = frozenset({"name", "description", "format"})


def tools_in(items: Sequence[object]) -> tuple[Tool, ...]:
    """All tools. Raises `Fault`."""
    tools: list[Tool] = []
    for index, item in enumerate(items):
        try:
            tools.append(_tool(fault.an_object(item)))
        except Fault as error:
            raise error.within(f"[{index}]") from None
    return tuple(tools)


def functions_in(items: Sequence[object]) -> tuple[Tool, ...]:
    """The tools in the deprecated `functions`. Raises `Fault`."""
    tools: list[Tool] = []
    for index, item in enumerate(items):
        try:
            tools.append(_function(fault.an_object(item), {}))
        except Fault as error:
            raise error.within(f"[{index}]") from None
    return tuple(tools)


def choice_in(value: object) -> ToolChoice | None:
    """The choice in `tool_choice`. Raises `Fault`."""
    match value:
        case None:
            return None
        case "auto":
            return "auto"
        case "none":
            return "none"
        case "required" | "any":
            return "required"
        case str():
            raise Fault(f"must be none, auto, required or an object, got {value!r}")
        case _:
            return _object_choice(fault.an_object(value))


def function_choice_in(value: object) -> ToolChoice | None:
    """The choice in the deprecated `function_call`. Raises `Fault`."""
    match value:
        case None:
            return None
        case "auto":
            return "auto"
        case "none":
            return "none"
        case _:
            pass
    return NamedTool(name=fault.text(fault.an_object(value), "name"))


def _tool(block: Block) -> Tool:
    kind = "function" if "type" not in block and "function" in block else fault.text(block, "type")
    if kind not in ("function", "custom"):
        return HostedTool(dialect="openai_chat", raw=block)
    described = fault.inner(block, kind)
    try:
        if kind == "function":
            return _function(described, fault.other(block, _TOOL))
        return _custom(described, fault.other(block, _TOOL))
    except Fault as error:
        raise error.within(kind) from None


def _function(described: Block, outer: Block) -> FunctionTool:
    return FunctionTool(
        name=fault.text(described, "name"),
        description=fault.optional_text(described, "description"),
        parameters=fault.optional_object(described, "parameters"),
        strict=fault.optional_flag(described, "strict"),
        cache=cache_mark(outer),
        extra=own_extra(_with_inner(outer, "function", fault.other(described, _FUNCTION))),
    )


def _custom(described: Block, outer: Block) -> CustomTool:
    form = fault.optional_object(described, "format")
    grammar = as_object(form.get("grammar")) if form is not None else None
    return CustomTool(
        name=fault.text(described, "name"),
        description=fault.optional_text(described, "description"),
        format={"type": "grammar", **grammar} if grammar is not None else form,
        cache=cache_mark(outer),
        extra=own_extra(_with_inner(outer, "custom", fault.other(described, _CUSTOM))),
    )


def _with_inner(outer: Block, key: str, members: Block) -> Block:
    return {**outer, key: members} if members else outer


def _object_choice(block: Block) -> ToolChoice:
    kind = fault.text(block, "type")
    match kind:
        case "function" | "custom":
            return NamedTool(name=_name(block, kind), kind=kind)
        case "allowed_tools":
            return _allowed(fault.inner(block, "allowed_tools"))
        case _:
            return HostedChoice(dialect="openai_chat", raw=block)


def _name(block: JsonObject, kind: str) -> str:
    try:
        return fault.text(fault.inner(block, kind), "name")
    except Fault as error:
        raise error if error.place == kind else error.within(kind) from None


def _allowed(block: Block) -> AllowedTools:
    names: list[str] = []
    try:
        mode = fault.text(block, "mode")
        for index, item in enumerate(fault.optional_array(block, "tools") or ()):
            try:
                tool = fault.an_object(item)
                names.append(_name(tool, fault.text(tool, "type")))
            except Fault as error:
                raise error.within(f"tools[{index}]") from None
        return AllowedTools(mode=_mode(mode), names=tuple(names))
    except Fault as error:
        raise error.within("allowed_tools") from None


def _mode(word: str) -> Literal["auto", "required"]:
    if word == "auto":
        return "auto"
    if word == "required":
        return "required"
    raise Fault(f"must be auto or required, got {word!r}", "mode")
