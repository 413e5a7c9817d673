"""`tools` and `toolConfig` become tools and the choice among them."""

from accord.core.error import InvalidInput
from accord.core.tool import AllowedTools, FunctionTool, HostedTool, NamedTool, Tool, ToolChoice
from accord.dialects.gemini import wire
from accord.dialects.gemini.dialect import DIALECT, kept
from accord.dialects.gemini.schema_read import json_schema_of


def tools_of(entries: list[wire.Tool]) -> tuple[Tool, ...]:
    """Functions and hosted tools in order. Raises `InvalidInput`."""
    found: list[Tool] = []
    for index, entry in enumerate(entries):
        for place, declared in enumerate(entry.function_declarations or ()):
            found.append(_function(declared, f"tools[{index}].functionDeclarations[{place}]"))
        found.extend([HostedTool(dialect=DIALECT, raw={name: value}) for name, value in (entry.rest or {}).items()])
    return tuple(found)


def _function(declared: wire.FunctionDeclaration, path: str) -> FunctionTool:
    if declared.parameters is not None and declared.parameters_json_schema is not None:
        place = f"{path}.parameters"
        raise InvalidInput(f"`{place}` and `parametersJsonSchema` exclude each other", param=place)
    fields = dict(declared.rest or {})
    parameters = declared.parameters_json_schema
    if declared.parameters is not None:
        # Google's schemas say things that JSON Schema does not, so Google gets them back as they came.
        fields["parameters"] = declared.parameters
        parameters = json_schema_of(declared.parameters)
    return FunctionTool(name=declared.name, description=declared.description, parameters=parameters, extra=kept(fields))


def choice_of(config: wire.ToolConfig | None) -> tuple[ToolChoice | None, dict[str, object]]:
    """The choice, and members of `toolConfig` that say more than it does. Raises `InvalidInput`."""
    if config is None:
        return None, {}
    fields = dict(config.rest or {})
    calling = config.function_calling_config
    if calling is None:
        return None, fields
    rest = dict(calling.rest or {})
    names = tuple(calling.allowed_function_names or ())
    match (calling.mode or "").upper():
        case "NONE":
            choice: ToolChoice | None = "none"
        case "ANY":
            choice = _forced(names)
        case "VALIDATED" if names:
            choice = AllowedTools(mode="auto", names=names)
        case "VALIDATED":
            choice, rest["mode"] = "auto", "VALIDATED"
        case "AUTO" if not names:
            choice = "auto"
        case "AUTO" | "" | "MODE_UNSPECIFIED":
            choice = None
            said = {"mode": calling.mode, "allowedFunctionNames": calling.allowed_function_names}
            rest.update({key: value for key, value in said.items() if value is not None})
        case _:
            place = "toolConfig.functionCallingConfig.mode"
            raise InvalidInput(f"`{place}` must be AUTO, ANY, NONE or VALIDATED, got {calling.mode!r}", param=place)
    if rest:
        fields["functionCallingConfig"] = rest
    return choice, fields


def _forced(names: tuple[str, ...]) -> ToolChoice:
    if not names:
        return "required"
    return NamedTool(name=names[0]) if len(names) == 1 else AllowedTools(mode="required", names=names)
