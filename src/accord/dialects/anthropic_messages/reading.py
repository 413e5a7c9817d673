"""What an answer can only be read with: what its request called things, and what its host does differently."""

from typing import Protocol

from accord.core.finish import Finish
from accord.core.json import JsonObject
from accord.core.usage import Usage
from accord.dialects.anthropic_messages.tool_names import ToolNames


class Stages(Protocol):
    """The stages of a codec that read answers; a subclass replaces them for hosts with quirks."""

    def finish_reason(self, reason: str | None, stop_sequence: str | None) -> Finish:
        """Why the model stopped."""
        ...

    def usage(self, raw: JsonObject) -> Usage:
        """What was used."""
        ...


class Reading:
    """The state of a request that its answer is read with."""

    __slots__ = ("answer_tool", "names", "shown_model", "stages")

    def __init__(
        self,
        stages: Stages,
        names: ToolNames,
        *,
        answer_tool: str | None = None,
        shown_model: str | None = None,
    ) -> None:
        self.stages: Stages = stages
        self.names: ToolNames = names
        self.answer_tool: str | None = answer_tool
        """The wire name of the tool whose input is the answer itself."""
        self.shown_model: str | None = shown_model
        """The model's name for the caller, where the provider's bytes are handed on; `None` where they are not."""
