"""Tools and the choice among them, as a caller gives them, become neutral ones."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from accord.core.json import JsonObject, as_array, as_object
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
from accord.dialects.openai_responses.wire import NAME, Item, WrongShape, kept, shaped, unnamed

STRICT = "strict"
OTHER_TOOLS = "other_tools"
"""The key in a namespace's `extra` for tools in it of kinds nobody knows."""


class _Function(msgspec.Struct):
    type: str
    name: str
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class _Custom(msgspec.Struct):
    type: str
    name: str
    description: str | None = None
    format: JsonObject | None = None


class _Namespace(msgspec.Struct):
    type: str
    name: str
    tools: list[Item]
    description: str | None = None


def read_tool(raw: object, path: str) -> Tool:
    """One tool; the provider's own and kinds nobody knows are kept as they are. Raises `WrongShape`."""
    item = as_object(raw)
    if item is None:
        raise WrongShape(path, "expected an object")
    kind = item.get("type")
    if not isinstance(kind, str):
        raise WrongShape(f"{path}.type", "expected a string that says what kind of tool this is")
    if kind == "namespace":
        return _namespace(item, path)
    return _callers(item, path) or HostedTool(dialect=NAME, raw=item)


def _callers(raw: Item, path: str) -> FunctionTool | CustomTool | None:
    """A tool of the caller's; `None` where it is of another kind."""
    kind = raw.get("type")
    if kind == "function":
        return _function(raw, path)
    if kind == "custom":
        found = shaped(raw, _Custom, path)
        extra = kept(unnamed(raw, _Custom))
        return CustomTool(
            name=_named(found.name, path), description=found.description, format=found.format, extra=extra
        )
    return None


def _function(raw: Item, path: str) -> FunctionTool:
    found = shaped(raw, _Function, path)
    fields = unnamed(raw, _Function)
    if found.strict is None:
        # On this wire a missing `strict` means: as strict as the schema allows. Nothing else says that.
        fields[STRICT] = None
    return FunctionTool(
        name=_named(found.name, path),
        description=found.description,
        parameters=found.parameters,
        strict=found.strict,
        extra=kept(fields),
    )


def _named(name: str, path: str) -> str:
    if not name:
        raise WrongShape(f"{path}.name", "a tool needs a name")
    return name


def _namespace(raw: Item, path: str) -> ToolNamespace:
    found = shaped(raw, _Namespace, path)
    fields = unnamed(raw, _Namespace)
    tools: list[FunctionTool | CustomTool] = []
    others: list[Item] = []
    for index, item in enumerate(found.tools):
        tool = _callers(item, f"{path}.tools[{index}]")
        if tool is None:
            others.append(item)
        else:
            tools.append(tool)
    if others:
        fields[OTHER_TOOLS] = others
    return ToolNamespace(
        name=_named(found.name, path), description=found.description, tools=tuple(tools), extra=kept(fields)
    )


class _Named(msgspec.Struct):
    type: str
    name: str
    namespace: str | None = None


class _Allowed(msgspec.Struct):
    type: str
    mode: Literal["auto", "required"]
    tools: list[Item]


_WORDS: Mapping[str, Literal["auto", "none", "required"]] = {"auto": "auto", "none": "none", "required": "required"}


def read_tool_choice(raw: object, path: str) -> ToolChoice | None:
    """How to choose among the tools. Raises `WrongShape`."""
    if raw is None:
        return None
    if isinstance(raw, str):
        if raw not in _WORDS:
            raise WrongShape(path, "expected auto, none, required or an object")
        return _WORDS[raw]
    item = as_object(raw)
    if item is None or not isinstance(item.get("type"), str):
        raise WrongShape(path, "expected auto, none, required or an object with a type")
    kind = item["type"]
    if kind in ("function", "custom"):
        found = shaped(item, _Named, path)
        return NamedTool(name=found.name, kind="custom" if kind == "custom" else "function", namespace=found.namespace)
    if kind == "allowed_tools":
        names = _names(shaped(item, _Allowed, path).tools)
        if names is not None:
            return AllowedTools(mode="required" if item.get("mode") == "required" else "auto", names=names)
    return HostedChoice(dialect=NAME, raw=item)


def unnamed_in_choice(raw: object) -> Item:
    """What a choice among the caller's own tools holds beside its own members."""
    named = {*_Named.__struct_fields__, *_Allowed.__struct_fields__}
    return {key: value for key, value in (as_object(raw) or {}).items() if key not in named}


def _names(tools: Sequence[Item]) -> tuple[str, ...] | None:
    """The names, `None` where some of the tools are not the caller's own."""
    names: list[str] = []
    for tool in tools:
        name = tool.get("name")
        if tool.get("type") not in ("function", "custom") or not isinstance(name, str) or len(tool) != 2:
            return None
        names.append(name)
    return tuple(names)


def tools_in(raw: Mapping[str, object], path: str) -> tuple[Tool, ...]:
    """The tools of an `additional_tools` item. Raises `WrongShape`."""
    found = as_array(raw.get("tools"))
    if found is None:
        raise WrongShape(f"{path}.tools", "expected a list of tools")
    return tuple([read_tool(item, f"{path}.tools[{index}]") for index, item in enumerate(found)])
