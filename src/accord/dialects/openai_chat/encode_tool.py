"""Tools and the choice among them, written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from accord.core.json import JsonObject, as_object, dumps
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    Tool,
    ToolNamespace,
)
from accord.dialects.guarantee import held_tool
from accord.dialects.openai_chat.encode_part import mark, own
from accord.dialects.openai_chat.encoding import Encoding, Json
from accord.dialects.openai_chat.tool_name import EMULATED_ARGUMENT

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

WEB_SEARCH = "web_search_options"
"""The one hosted tool of OpenAI's on this wire, which is no tool there but a field of the request."""


def written_tools(codec: "OpenAIChat", to: Encoding) -> list[Json]:
    """The tools of the request, those in namespaces among them under names that fit."""
    written: list[Json] = []
    if not to.request.tools:
        return written
    for namespace, tool, path in _all_tools(to):
        if isinstance(tool, HostedTool):
            if tool.dialect != "openai_chat":
                to.losses.advise(path, f"`{tool.name}` is run by the provider on {tool.dialect} alone")
            elif WEB_SEARCH not in tool.raw:
                written.append(dict(tool.raw))
            continue
        if _is_allowed(codec, tool, to):
            one = codec.tool(tool, namespace, path, to)
            if one is not None:
                mark(codec, one, tool.cache, path, to)
                written.append(one)
    return written


def web_search(to: Encoding) -> Json:
    """The field that asks for web search, where the caller's own request had it."""
    for tool in to.request.tools:
        if isinstance(tool, HostedTool) and tool.dialect == "openai_chat" and WEB_SEARCH in tool.raw:
            return {WEB_SEARCH: tool.raw[WEB_SEARCH]}
    return {}


def written_tool(
    codec: "OpenAIChat", tool: FunctionTool | CustomTool, namespace: str | None, path: str, to: Encoding
) -> Json | None:
    """One tool; `None` where it had to be left out."""
    name = to.names.to_wire(tool.name, namespace)
    described: Json = {"name": name}
    if tool.description is not None:
        described["description"] = tool.description
    extra = own(tool.extra)
    more = as_object(extra.pop("custom" if isinstance(tool, CustomTool) else "function", None)) or {}
    if isinstance(tool, FunctionTool):
        return {"type": "function", "function": {**_function(codec, tool, described, path, to), **more}, **extra}
    match codec.knobs.custom_tools:
        case "native":
            if tool.format is not None:
                described["format"] = _nested_format(tool.format)
            return {"type": "custom", "custom": {**described, **more}, **extra}
        case "function":
            return _emulated(codec, tool, described, path, to)
        case "refuse":
            to.losses.refuse(path, "the host has no tools that take free text")
            return None


def written_choice(codec: "OpenAIChat", to: Encoding) -> object:
    """The choice among tools; `None` leaves it to the host."""
    choice = to.request.tool_choice
    forced = isinstance(choice, NamedTool) or choice == "required"
    if forced and codec.knobs.tool_choice == "unforced":
        to.losses.refuse("tool_choice", "the host cannot be made to call a tool")
        return None
    match choice:
        case NamedTool():
            kind = "custom" if choice.kind == "custom" and codec.knobs.custom_tools == "native" else "function"
            return {"type": kind, kind: {"name": to.names.to_wire(choice.name, choice.namespace)}}
        case AllowedTools() if codec.knobs.allowed_tools == "filter":
            return choice.mode
        case AllowedTools():
            return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": _allowed(choice, to)}}
        case HostedChoice() if choice.dialect == "openai_chat":
            return dict(choice.raw)
        case HostedChoice():
            to.losses.refuse("tool_choice", f"the tool is run by the provider on {choice.dialect} alone")
            return None
        case _:
            return choice


def report_choice_without_tools(to: Encoding) -> None:
    """Tells of a choice among no tools. Raises `Unsupported` where one of them has to be called."""
    choice, none = to.request.tool_choice, "there are no tools to choose from"
    if choice in ("auto", "none"):
        to.losses.advise("tool_choice", none)
    elif choice is not None:
        to.losses.refuse("tool_choice", none)
    if to.request.parallel_tool_calls is not None:
        to.losses.advise("parallel_tool_calls", none)


def _function(codec: "OpenAIChat", tool: FunctionTool, described: Json, path: str, to: Encoding) -> Json:
    if codec.knobs.guarantee == "strict":
        tool = held_tool(tool, path, to.losses)
    parameters = codec.parameters(tool.parameters)
    if parameters is not None:
        described["parameters"] = parameters
    if tool.strict is not None:
        if codec.knobs.tool_strict == "send":
            described["strict"] = tool.strict
        elif tool.strict:
            tell = to.losses.change if tool.guaranteed else to.losses.refuse
            tell(f"{path}.strict", "the host does not hold the model to a tool's schema")
    return described


def _emulated(codec: "OpenAIChat", tool: CustomTool, described: Json, path: str, to: Encoding) -> Json:
    """A function with one string that stands for a tool which takes free text."""
    to.names.emulated.add(str(described["name"]))
    grammar = tool.format is not None and tool.format.get("type") == "grammar"
    to.losses.change(path, "sent as a function with one string" + (", its grammar as a description" if grammar else ""))
    explained: JsonObject = {"type": "string", "description": "The input, as free text."}
    if grammar:
        explained = {"type": "string", "description": f"The input. It must fit this grammar: {_plain(tool.format)}"}
    described["parameters"] = codec.parameters(
        {
            "type": "object",
            "properties": {EMULATED_ARGUMENT: explained},
            "required": [EMULATED_ARGUMENT],
            "additionalProperties": False,
        }
    )
    return {"type": "function", "function": described}


def _plain(form: JsonObject | None) -> str:
    definition = (form or {}).get("definition")
    return definition if isinstance(definition, str) else dumps(form).decode()


def _nested_format(form: JsonObject) -> JsonObject:
    """Responses gives a grammar flat, chat completions within `grammar`."""
    if form.get("type") != "grammar" or "grammar" in form:
        return form
    return {"type": "grammar", "grammar": {key: value for key, value in form.items() if key != "type"}}


def _all_tools(to: Encoding) -> Iterator[tuple[str | None, FunctionTool | CustomTool | HostedTool, str]]:
    for index, tool in enumerate(to.request.tools):
        path = f"tools[{index}]"
        if isinstance(tool, ToolNamespace):
            for inner, member in enumerate(tool.tools):
                yield tool.name, member, f"{path}.tools[{inner}]"
        else:
            yield None, tool, path


def _is_allowed(codec: "OpenAIChat", tool: Tool, to: Encoding) -> bool:
    choice = to.request.tool_choice
    if not isinstance(choice, AllowedTools) or codec.knobs.allowed_tools != "filter":
        return True
    return isinstance(tool, FunctionTool | CustomTool) and tool.name in choice.names


def _allowed(choice: AllowedTools, to: Encoding) -> list[Json]:
    custom = {tool.name for _, tool, _ in _all_tools(to) if isinstance(tool, CustomTool)}
    written: list[Json] = []
    for name in choice.names:
        kind = "custom" if name in custom and to.names.to_wire(name) not in to.names.emulated else "function"
        written.append({"type": kind, kind: {"name": to.names.to_wire(name)}})
    return written
