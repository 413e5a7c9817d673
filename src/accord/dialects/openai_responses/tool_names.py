"""Calls as the caller declared their tools.

Wires without namespaces or custom tools get them as plain functions, and the exchange that did so changes the calls back.
Where a call comes flat all the same, it is matched here against the tools of the request: agents refuse a call they cannot
find (Codex: `unsupported call`).
"""

from collections.abc import Iterable

import msgspec

from accord.core.json import NotJson, loads_object
from accord.core.part import ToolCall
from accord.core.tool import CustomTool, FunctionTool, Tool, ToolNamespace

SEPARATOR = "__"


class ToolNames:
    """The names of one request's tools."""

    __slots__ = ("_custom", "_flat", "_plain")

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._plain: set[str] = set()
        self._flat: dict[str, tuple[str, str]] = {}
        self._custom: set[tuple[str | None, str]] = set()
        for tool in tools:
            if isinstance(tool, ToolNamespace):
                for inner in tool.tools:
                    self._flat[f"{tool.name}{SEPARATOR}{inner.name}"] = (tool.name, inner.name)
                    self._note(tool.name, inner)
            elif isinstance(tool, FunctionTool | CustomTool):
                self._plain.add(tool.name)
                self._note(None, tool)

    def restored(self, call: ToolCall) -> ToolCall:
        """The call by its declared name; its arguments are left alone."""
        if call.namespace is None and call.name not in self._plain and call.name in self._flat:
            namespace, name = self._flat[call.name]
            return msgspec.structs.replace(call, namespace=namespace, name=name)
        return call

    def is_custom(self, call: ToolCall) -> bool:
        """Whether the tool called takes free text, though the call came as a function's."""
        return call.kind == "function" and (call.namespace, call.name) in self._custom

    def _note(self, namespace: str | None, tool: FunctionTool | CustomTool) -> None:
        if isinstance(tool, CustomTool):
            self._custom.add((namespace, tool.name))


def free_text(arguments: str) -> str:
    """The text in the arguments of a function that stands for a custom tool: its only string, else all of it."""
    try:
        values = list(loads_object(arguments).values())
    except NotJson:
        return arguments
    return values[0] if len(values) == 1 and isinstance(values[0], str) else arguments


def custom_call(call: ToolCall) -> ToolCall:
    """The call of a custom tool that came as a function's."""
    return msgspec.structs.replace(call, kind="custom", arguments=free_text(call.arguments))
