"""Names of tools as this wire takes them, and the way back.

A name has 1 to 128 characters of `[a-zA-Z0-9_-]`. Names from other wires that do not fit (Gemini's may have dots and
colons) are replaced by ones that do, within one request always by the same, and the calls that come back get their own
names again.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from accord.core.event import Event, PartFinished, PartStarted
from accord.core.part import Part, ToolCall

LONGEST = 128
_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


class WireNames:
    """The names of one request."""

    __slots__ = ("_back",)

    def __init__(self) -> None:
        self._back: dict[str, str] = {}

    def sent(self, name: str) -> str:
        """The name to send."""
        if 0 < len(name) <= LONGEST and _FOREIGN.search(name) is None:
            return name
        digest = sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
        fitted = f"{_FOREIGN.sub('_', name)[: LONGEST - 9]}_{digest}"
        self._back[fitted] = name
        return fitted

    @property
    def changed(self) -> bool:
        """Whether any name was replaced."""
        return bool(self._back)

    def parts(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Parts of an answer, with the names that were meant."""
        return tuple([self._meant(part) for part in parts])

    def events(self, events: list[Event]) -> list[Event]:
        """Events of an answer, with the names that were meant."""
        return [self._told(event) for event in events]

    def _told(self, event: Event) -> Event:
        if isinstance(event, PartStarted | PartFinished) and isinstance(event.value, ToolCall):
            return msgspec.structs.replace(event, value=self._meant(event.value))
        return event

    def _meant(self, part: Part) -> Part:
        if isinstance(part, ToolCall) and part.name in self._back:
            return msgspec.structs.replace(part, name=self._back[part.name])
        return part
