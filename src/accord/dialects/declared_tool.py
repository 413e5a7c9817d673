"""Tools as their caller knows them, for wires that call them by other names."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from accord.core.tool import CustomTool, FunctionTool, Tool, ToolNamespace

Kind: TypeAlias = Literal["function", "custom"]


class Declared(NamedTuple):
    """A tool as its caller knows it."""

    name: str
    namespace: str | None = None
    kind: Kind = "function"


def declared(tools: Sequence[Tool]) -> list[Declared]:
    """The tools that the caller runs, those in namespaces among them."""
    found: list[Declared] = []
    for tool in tools:
        match tool:
            case FunctionTool() | CustomTool():
                found.append(Declared(tool.name, None, _kind(tool)))
            case ToolNamespace():
                found.extend([Declared(inner.name, tool.name, _kind(inner)) for inner in tool.tools])
            case _:
                pass
    return found


def _kind(tool: FunctionTool | CustomTool) -> Kind:
    return "custom" if isinstance(tool, CustomTool) else "function"
