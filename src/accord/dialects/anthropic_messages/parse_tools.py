"""The tools in a caller's request, and how to choose among them."""

from collections.abc import Sequence

from accord.core.json import as_object
from accord.core.tool import FunctionTool, HostedChoice, HostedTool, NamedTool, Tool, ToolChoice
from accord.dialects.anthropic_messages.dialect import DIALECT, kept
from accord.dialects.anthropic_messages.fields import Fields
from accord.dialects.anthropic_messages.read_block import read_cache

_FUNCTION = (None, "custom")
"""The types of a caller's own tools; all others are run by Anthropic, or by the caller in a form Anthropic defines."""


def read_tools(fields: Fields) -> tuple[Tool, ...]:
    """`tools`. Raises `WrongShape`."""
    given = fields.array("tools")
    if not given:
        return ()
    return tuple([_tool(value, f"tools.{index}") for index, value in enumerate(given)])


def _tool(value: object, path: str) -> Tool:
    kind = Fields(value, path).text("type")
    if kind not in _FUNCTION:
        return HostedTool(dialect=DIALECT, raw=as_object(value) or {})
    fields = Fields(value, f"{path}.custom")
    name = fields.required_text("name")
    parameters = fields.plain("input_schema")
    if parameters is None:
        raise fields.missing("input_schema")
    strict = fields.flag("strict")
    return FunctionTool(
        name=name,
        description=fields.text("description"),
        parameters=parameters,
        strict=strict,
        guaranteed=strict is True,
        cache=read_cache(fields),
        extra=kept(fields.rest()),
    )


def read_choice(fields: Fields, tools: Sequence[Tool]) -> tuple[ToolChoice | None, bool | None]:
    """`tool_choice`, and whether several calls at once are allowed. Raises `WrongShape`."""
    hosted = {tool.raw.get("name") for tool in tools if isinstance(tool, HostedTool)}
    raw = fields.plain("tool_choice")
    if raw is None:
        return None, None
    choice = Fields(raw, "tool_choice")
    kind = choice.required_text("type")
    single = choice.flag("disable_parallel_tool_use")
    name = choice.required_text("name") if kind == "tool" else ""
    if kind not in ("auto", "none", "any", "tool"):
        return HostedChoice(dialect=DIALECT, raw=raw), None
    if choice.rest():
        fields.put_back("tool_choice", choice.rest())
    parallel = None if single is None else not single
    match kind:
        case "auto" | "none":
            return kind, parallel
        case "any":
            return "required", parallel
        case _ if name in hosted:
            return HostedChoice(dialect=DIALECT, raw=raw), None
        case _:
            return NamedTool(name=name), parallel
