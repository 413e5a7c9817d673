"""Tool names as this wire takes them, and back.

A function's name begins with a letter or underscore and has at most 64 characters of `[A-Za-z0-9_.:-]`; there are no
namespaces, and no tools that take free text. What a caller calls a tool is mapped for one request and put back in its
answer. The mapping depends on the names alone, so that a conversation keeps its cached prefix.
https://ai.google.dev/api/caching#FunctionDeclaration
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from accord.core.tool import Tool
from accord.dialects.declared_tool import Declared, Kind, declared

LONGEST = 64
_VALID = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
_FOREIGN = re.compile(r"[^A-Za-z0-9_.:-]")


class ToolNames:
    """The names of one request."""

    __slots__ = ("_back", "_wire")

    def __init__(self, tools: Sequence[Tool] = ()) -> None:
        self._wire: dict[tuple[str | None, str], str] = {}
        self._back: dict[str, Declared] = {}
        # Valid names go first and stay as they are, whatever the others become.
        for tool in sorted(declared(tools), key=_needs_change):
            self._add(tool)

    def wire(self, name: str, namespace: str | None = None, kind: Kind = "function") -> str:
        """The name to send. A tool that was not declared gets one too."""
        return self._wire.get((namespace, name)) or self._add(Declared(name, namespace, kind))

    def back(self, wire_name: str) -> Declared:
        """The tool an answer means."""
        return self._back.get(wire_name) or Declared(wire_name)

    def _add(self, tool: Declared) -> str:
        key = (tool.namespace, tool.name)
        if key not in self._wire:
            self._wire[key] = name = self._free(tool)
            self._back[name] = tool
        return self._wire[key]

    def _free(self, tool: Declared) -> str:
        whole = tool.name if tool.namespace is None else f"{tool.namespace}__{tool.name}"
        name = whole if _VALID.fullmatch(whole) else _fitted(whole, "")
        attempt = 0
        while name in self._back:
            attempt += 1
            name = _fitted(whole, str(attempt))
        return name


def _fitted(name: str, salt: str) -> str:
    """As much of the name as fits, and a digest that tells it from others cut the same way."""
    digest = sha256((name + salt).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    plain = _FOREIGN.sub("_", name)
    start = plain if plain[:1].isalpha() or plain[:1] == "_" else "_" + plain
    return f"{start[: LONGEST - 9]}_{digest}"


def _needs_change(tool: Declared) -> bool:
    return tool.namespace is not None or _VALID.fullmatch(tool.name) is None
