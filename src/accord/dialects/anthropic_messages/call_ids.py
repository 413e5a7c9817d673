"""Tool call ids as this wire takes them: `^[a-zA-Z0-9_-]+$`, each used once, every result paired with its call.

Other wires are laxer: ids with dots and colons, one id in several turns, or none at all (Gemini).
"""

import re

_INVALID_CHARACTER = re.compile(r"[^a-zA-Z0-9_-]")


class CallIds:
    """The ids of one conversation, asked for in its order."""

    __slots__ = ("_last", "_open", "_used")

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._open: dict[str, list[str]] = {}
        self._last: dict[str, str] = {}

    def call(self, call_id: str, name: str) -> str:
        """The id to send for a call."""
        wire = base = _INVALID_CHARACTER.sub("_", call_id) or f"call_{len(self._used)}"
        again = 1
        while wire in self._used:
            again += 1
            wire = f"{base}_{again}"
        self._used.add(wire)
        key = _key(call_id, name)
        self._open.setdefault(key, []).append(wire)
        self._last[key] = wire
        return wire

    def result(self, call_id: str, name: str | None) -> str:
        """The id to send for a result: of the earliest call it may belong to that has none yet."""
        key = _key(call_id, name or "")
        if not call_id and name is None:
            key = next((found for found, waiting in self._open.items() if waiting and found.startswith("\0")), key)
        waiting = self._open.get(key)
        if waiting:
            return waiting.pop(0)
        return self._last.get(key) or _INVALID_CHARACTER.sub("_", call_id) or "call_unknown"


def _key(call_id: str, name: str) -> str:
    return call_id or f"\0{name}"
