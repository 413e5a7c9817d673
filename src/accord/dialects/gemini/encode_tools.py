"""Tools and the choice among them. https://ai.google.dev/gemini-api/docs/function-calling."""

from collections.abc import Iterator

from accord.core.json import JsonObject, as_object
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
from accord.dialects.gemini.arguments import FREE_TEXT
from accord.dialects.gemini.dialect import DIALECT, overlaid, own
from accord.dialects.gemini.platform import elsewhere_tool
from accord.dialects.gemini.schema_write import SchemaWriter
from accord.dialects.gemini.writing import Writing

# Tools of other wires that Google has too, by how their `type` begins.
_TRANSLATED = (
    ("web_search", "googleSearch"),
    ("web_fetch", "urlContext"),
    ("code_interpreter", "codeExecution"),
    ("code_execution", "codeExecution"),
)


def wire_tools(writing: Writing) -> list[object]:
    """`tools`: all functions in one entry, each hosted tool in its own."""
    declarations: list[object] = []
    hosted: list[object] = []
    for index, tool in enumerate(writing.request.tools):
        path = f"tools[{index}]"
        if tool.cache is not None:
            writing.advise_once("cache", f"{path}.cache", "Gemini caches prefixes by itself, without marks")
        if isinstance(tool, HostedTool):
            raw = _hosted(tool, writing, path)
            if raw is not None and raw not in hosted:
                hosted.append(raw)
        else:
            declarations.extend(_declarations(tool, writing, path))
    return [*([{"functionDeclarations": declarations}] if declarations else []), *hosted]


def _declarations(
    tool: FunctionTool | CustomTool | ToolNamespace, writing: Writing, path: str
) -> Iterator[dict[str, object]]:
    match tool:
        case FunctionTool():
            yield _function(tool, writing, path, None)
        case CustomTool():
            yield _custom(tool, writing, path, None)
        case ToolNamespace():
            for index, inner in enumerate(tool.tools):
                place = f"{path}.tools[{index}]"
                if isinstance(inner, FunctionTool):
                    yield _function(inner, writing, place, tool.name)
                else:
                    yield _custom(inner, writing, place, tool.name)


def _function(tool: FunctionTool, writing: Writing, path: str, namespace: str | None) -> dict[str, object]:
    declared: dict[str, object] = {"name": writing.names.wire(tool.name, namespace)}
    if tool.description is not None:
        declared["description"] = tool.description
    fields = own(tool.extra)
    if tool.parameters is not None and "parameters" not in fields and "parametersJsonSchema" not in fields:
        declared.update(_parameters(tool.parameters, writing, f"{path}.parameters"))
    return overlaid(declared, fields)


def _parameters(schema: JsonObject, writing: Writing, path: str) -> dict[str, object]:
    if takes_json_schema(writing):
        return {"parametersJsonSchema": schema}
    if not schema.get("properties") and "$ref" not in schema:
        # Models that know nothing but OpenAPI refuse an object without properties.
        return {}
    return {"parameters": SchemaWriter(schema, path, writing.losses).write()}


def takes_json_schema(writing: Writing) -> bool:
    """Whether schemas go out as they are."""
    schemas = writing.knobs.schemas
    return writing.rules.json_schema if schemas == "auto" else schemas == "json_schema"


def _custom(tool: CustomTool, writing: Writing, path: str, namespace: str | None) -> dict[str, object]:
    description = tool.description or ""
    grammar = (tool.format or {}).get("definition")
    if grammar is not None:
        why = "this wire cannot hold a tool's input to a grammar; the grammar is told to the model in the description"
        writing.losses.change(f"{path}.format", why)
        description = f"{description}\n\nThe input must match this grammar:\n{grammar}".strip()
    parameters = {"type": "object", "properties": {FREE_TEXT: {"type": "string"}}, "required": [FREE_TEXT]}
    return {
        "name": writing.names.wire(tool.name, namespace, "custom"),
        "description": description,
        **_parameters(parameters, writing, path),
    }


def _hosted(tool: HostedTool, writing: Writing, path: str) -> JsonObject | None:
    mixable = writing.rules.gemini_3 or not writing.has_functions
    why = "models before Gemini 3 cannot have functions and Google's own tools at once"
    if tool.dialect == DIALECT:
        problem = elsewhere_tool(tool.name, writing.knobs) or (None if mixable else why)
        if problem is not None:
            writing.losses.refuse(path, problem)
            return None
        return tool.raw
    name = next((ours for start, ours in _TRANSLATED if tool.name.startswith(start)), None)
    if name is None:
        writing.losses.advise(path, f"the hosted tool {tool.name!r} has no equivalent here")
        return None
    if not mixable:
        writing.losses.advise(path, why)
        return None
    writing.losses.change(path, f"the hosted tool {tool.name!r} is sent as Google's {name!r}")
    said = {**tool.raw, **(as_object(tool.raw.get("web_search_options")) or {})}
    for member in said.keys() - {"type", "name", "web_search_options"}:
        writing.losses.advise(f"{path}.{member}", f"Google's {name!r} has no such member")
    return {name: {}}


def tool_config(writing: Writing, tools: list[object]) -> dict[str, object] | None:
    """`toolConfig`: how to choose among the functions in `tools`."""
    request = writing.request
    if request.parallel_tool_calls is False:
        writing.losses.advise("parallel_tool_calls", "this wire cannot keep the model to one call at a time")
    if isinstance(request.tool_choice, HostedChoice):
        return _hosted_choice(request.tool_choice, writing)
    if not tools and request.tool_choice is None:
        return None
    functions = any("functionDeclarations" in tool for tool in tools if isinstance(tool, dict))
    mixed = functions and len(tools) > 1
    config: dict[str, object] = {}
    calling = _calling(writing, mixed=mixed) if functions else None
    if calling is not None:
        config["functionCallingConfig"] = calling
    elif not functions and request.tool_choice is not None:
        tell = writing.losses.advise if request.tool_choice in ("auto", "none") else writing.losses.refuse
        tell("tool_choice", "there is no function that could be called")
    if mixed and not writing.vertex:
        # https://ai.google.dev/gemini-api/docs/tool-combination: refused otherwise; Vertex AI does not know the field.
        config["includeServerSideToolInvocations"] = True
    return config or None


def _calling(writing: Writing, *, mixed: bool) -> dict[str, object] | None:
    match writing.request.tool_choice:
        case "none":
            return {"mode": "NONE"}
        case "required":
            return {"mode": "ANY"}
        case NamedTool() as named:
            return {"mode": "ANY", "allowedFunctionNames": [_wire_name(named, writing)]}
        case AllowedTools() as allowed:
            mode = "ANY" if allowed.mode == "required" else "VALIDATED"
            return {"mode": mode, "allowedFunctionNames": [writing.names.wire(name) for name in allowed.names]}
        case chosen:
            if _strict(writing.request.tools):
                if writing.rules.validated:
                    return {"mode": "VALIDATED"}
                writing.losses.change("tools[].strict", "the model cannot be held to a schema")
            return {"mode": "VALIDATED" if mixed else "AUTO"} if chosen == "auto" else None


def _wire_name(named: NamedTool, writing: Writing) -> str:
    return writing.names.wire(named.name, named.namespace, named.kind)


def _hosted_choice(choice: HostedChoice, writing: Writing) -> dict[str, object] | None:
    if choice.dialect == DIALECT:
        return dict(choice.raw)
    writing.losses.refuse("tool_choice", "this wire has no choice of hosted tools")
    return None


def _strict(tools: tuple[Tool, ...]) -> bool:
    inner = [part for tool in tools for part in (tool.tools if isinstance(tool, ToolNamespace) else (tool,))]
    return any(isinstance(tool, FunctionTool) and tool.strict is True for tool in inner)
