"""Names of tools as this wire takes them, and the way back.

A function's name has at most 64 characters of `[a-zA-Z0-9_-]`, and there are no namespaces
(https://developers.openai.com/api/reference/resources/chat). Other names are replaced by ones that fit, within one request
always by the same, and the calls that come back get their own names again.
"""

import re
from hashlib import sha256

from accord.core.request import ChatRequest
from accord.core.tool import CustomTool, FunctionTool, ToolNamespace

LONGEST = 64
EMULATED_ARGUMENT = "input"
"""The one argument of a function that stands for a tool which takes free text."""

_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


class ToolNames:
    """The names used in one request."""

    __slots__ = ("_back", "_there", "emulated")

    def __init__(self) -> None:
        self._there: dict[tuple[str | None, str], str] = {}
        self._back: dict[str, tuple[str | None, str]] = {}
        self.emulated: set[str] = set()
        """Wire names of functions that stand for tools which take free text."""

    @classmethod
    def of(cls, request: ChatRequest) -> "ToolNames":
        """Names for all tools of a request; plain names keep theirs, whatever the order."""
        names = cls()
        if not request.tools:
            return names
        known = [(None, tool.name) for tool in request.tools if isinstance(tool, FunctionTool | CustomTool)]
        inner = [
            (space.name, tool.name)
            for space in request.tools
            if isinstance(space, ToolNamespace)
            for tool in space.tools
        ]
        for namespace, name in sorted(known, key=lambda key: not _fits(key[1])) + inner:
            names.to_wire(name, namespace)
        return names

    def to_wire(self, name: str, namespace: str | None = None) -> str:
        """The name to send."""
        key = (namespace, name)
        found = self._there.get(key)
        if found is None:
            found = self._there[key] = self._chosen(name if namespace is None else f"{namespace}__{name}")
            self._back[found] = key
        return found

    def from_wire(self, name: str) -> tuple[str | None, str]:
        """The namespace and the name that were meant."""
        return self._back.get(name, (None, name))

    @property
    def changed(self) -> bool:
        """Whether any name differs on the wire, or any tool's kind."""
        return bool(self.emulated) or any(key != (None, name) for name, key in self._back.items())

    def _chosen(self, wish: str) -> str:
        name = wish if _fits(wish) else _fitted(wish, wish)
        attempt = 0
        while name in self._back:
            attempt += 1
            name = _fitted(wish, f"{wish}#{attempt}")
        return name


def _fits(name: str) -> bool:
    return 0 < len(name) <= LONGEST and _FOREIGN.search(name) is None


def _fitted(name: str, salt: str) -> str:
    """As much of the name as fits, and a digest that tells it from others cut the same way."""
    digest = sha256(salt.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_FOREIGN.sub('_', name)[: LONGEST - 9]}_{digest}"
