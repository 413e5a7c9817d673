"""Neutral tools, and the choice among them, as the provider takes them.

Tools are flat on this wire. `strict` is always said: left out, the provider makes schemas strict where it can, which a
caller of a wire without that habit did not ask for.
"""

from collections.abc import Sequence

from accord.core.json import as_array, as_object
from accord.core.loss import Losses
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    Tool,
    ToolChoice,
    ToolNamespace,
)
from accord.dialects.guarantee import held_tool
from accord.dialects.openai_responses.read_tool import OTHER_TOOLS, STRICT
from accord.dialects.openai_responses.web_search import web_search
from accord.dialects.openai_responses.wire import NAME, Item, own, present
from accord.dialects.openai_responses.wire_names import WireNames

ADDITIONAL = "additional_tools"
"""The key in a tool's `extra` for the item of input it was declared in: its fields, and its place as `at`."""


def write_tool(tool: Tool, names: WireNames, losses: Losses, path: str) -> Item | None:
    """One tool; `None` where the provider has none like it, which `losses` then knows."""
    match tool:
        case FunctionTool():
            return _function(held_tool(tool, path, losses), names)
        case CustomTool():
            return _custom(tool, names)
        case ToolNamespace():
            return _namespace(tool, names)
        case HostedTool(dialect="openai_responses"):
            return dict(tool.raw)
        case HostedTool():
            return web_search(tool, losses, path)


def _fields(tool: Tool) -> Item:
    fields = own(tool.extra)
    fields.pop(ADDITIONAL, None)
    return fields


def _function(tool: FunctionTool, names: WireNames) -> Item:
    fields = _fields(tool)
    strict = {} if fields.get(STRICT, True) is None else {STRICT: bool(tool.strict)}
    fields.pop(STRICT, None)
    return {
        "type": "function",
        "name": names.sent(tool.name),
        **present({"description": tool.description}),
        "parameters": tool.parameters if tool.parameters is not None else _NO_ARGUMENTS,
        **strict,
        **fields,
    }


_NO_ARGUMENTS: Item = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _namespace(tool: ToolNamespace, names: WireNames) -> Item:
    fields = _fields(tool)
    others = as_array(fields.pop(OTHER_TOOLS, None)) or []
    inner = [_function(each, names) if isinstance(each, FunctionTool) else _custom(each, names) for each in tool.tools]
    return {
        "type": "namespace",
        "name": names.sent(tool.name),
        # The wire demands a description.
        "description": tool.description if tool.description is not None else tool.name,
        "tools": [*inner, *others],
        **fields,
    }


def _custom(tool: CustomTool, names: WireNames) -> Item:
    return {
        "type": "custom",
        "name": names.sent(tool.name),
        **present({"description": tool.description, "format": tool.format}),
        **_fields(tool),
    }


def write_tool_choice(choice: ToolChoice, tools: Sequence[Tool], names: WireNames, losses: Losses) -> str | Item | None:
    """The choice; `None` where this wire has no such."""
    match choice:
        case str():
            return choice
        case NamedTool():
            return {"type": choice.kind, "name": names.sent(choice.name), **present({"namespace": choice.namespace})}
        case AllowedTools():
            custom = {tool.name for tool in tools if isinstance(tool, CustomTool)}
            allowed = [
                {"type": "custom" if name in custom else "function", "name": names.sent(name)} for name in choice.names
            ]
            return {"type": "allowed_tools", "mode": choice.mode, "tools": allowed}
        case HostedChoice():
            if choice.dialect == NAME:
                return dict(choice.raw)
            losses.refuse("tool_choice", f"a tool of {choice.dialect} cannot be demanded on the Responses wire")
            return None


def additional_items(tools: Sequence[tuple[Tool, Item]]) -> list[tuple[int, Item]]:
    """The `additional_tools` items that declared some of the tools, each with its place in the input."""
    found: dict[int, Item] = {}
    for tool, written in tools:
        declared = as_object(own(tool.extra).get(ADDITIONAL))
        if declared is None:
            continue
        at = declared.get("at")
        place = at if isinstance(at, int) else 0
        item = found.get(place)
        if item is None:
            fields = {key: value for key, value in declared.items() if key != "at"}
            item = found[place] = {"type": ADDITIONAL, "role": "developer", **fields, "tools": []}
        listed = as_array(item["tools"])
        assert listed is not None
        listed.append(written)
    return sorted(found.items())


def is_additional(tool: Tool) -> bool:
    """Whether the tool was declared within the input."""
    return ADDITIONAL in own(tool.extra)
