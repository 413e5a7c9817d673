"""Tool names as this wire takes them, and back.

A name matches `^[a-zA-Z0-9_-]{1,128}$`, there are no namespaces and no tools that take free text. What a caller calls a
tool is mapped for one request and put back in its answer. The mapping depends on the names alone, not on their order,
so that a conversation keeps its cached prefix. https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
"""

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from accord.core.tool import HostedTool, Tool
from accord.dialects.declared_tool import Declared, Kind, declared

_VALID = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_INVALID_CHARACTER = re.compile(r"[^a-zA-Z0-9_-]")
_KEPT = 119
"""Characters kept of a name that is given a hash: 128, less an underscore and eight digits."""


class ToolNames:
    """The names of one request."""

    __slots__ = ("_back", "_shared", "_wire", "history")

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._wire: dict[tuple[str | None, str], str] = {}
        self._back: dict[str, Declared] = {}
        self.history: list[str] = []
        """Wire names of tools that were called in the conversation but are not declared, in order."""
        self._shared: set[str] = set()
        if not tools:
            return
        named = declared(tools)
        plain = Counter([_plain(tool) for tool in named])
        self._shared = {name for name, tools_of_it in plain.items() if tools_of_it > 1}
        # Valid names go first and stay as they are, whatever the others become.
        for tool in sorted(named, key=_needs_change):
            self._add(tool)
        for hosted in tools:
            if isinstance(hosted, HostedTool):
                name = str(hosted.raw.get("name") or hosted.name)
                self._back.setdefault(name, Declared(name))

    def wire(self, name: str, namespace: str | None = None, kind: Kind = "function") -> str:
        """The name to send. A tool that was not declared gets one too."""
        found = self._wire.get((namespace, name))
        if found is None:
            if namespace is None and name in self._back:
                return name
            found = self._add(Declared(name, namespace, kind))
            self.history.append(found)
        return found

    def back(self, wire_name: str) -> Declared:
        """The tool an answer means."""
        return self._back.get(wire_name) or Declared(wire_name)

    def taken(self, wire_name: str) -> bool:
        """Whether a tool goes by that name on the wire."""
        return wire_name in self._back

    def _add(self, tool: Declared) -> str:
        key = (tool.namespace, tool.name)
        if key not in self._wire:
            self._wire[key] = name = self._free(tool)
            self._back[name] = tool
        return self._wire[key]

    def _free(self, tool: Declared) -> str:
        name = _plain(tool)
        valid = not _needs_change(tool)
        if len(name) <= 128 and name not in self._back and (valid or name not in self._shared):
            return name
        return f"{name[:_KEPT]}_{sha256(_whole(tool).encode()).hexdigest()[:8]}"


def _whole(tool: Declared) -> str:
    return tool.name if tool.namespace is None else f"{tool.namespace}__{tool.name}"


def _plain(tool: Declared) -> str:
    return _INVALID_CHARACTER.sub("_", _whole(tool)) or "_"


def _needs_change(tool: Declared) -> bool:
    return tool.namespace is not None or _VALID.fullmatch(tool.name) is None
