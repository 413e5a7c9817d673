"""What happens while tools are run: frozen values, in order."""

from typing import TypeAlias

import msgspec

from accord.core.conversation import Conversation
from accord.core.cost import Cost
from accord.core.message import Message
from accord.core.part import ToolCall, ToolResult
from accord.core.response import ChatResponse
from accord.core.total import total_cost, total_usage
from accord.core.usage import Usage


class ModelAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """The model said something: an answer, or which tools to run."""

    step: int
    """Which request of the run this answers, from 1."""
    response: ChatResponse


class ToolStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A tool is being run."""

    step: int
    call: ToolCall


class ToolFinished(msgspec.Struct, frozen=True, kw_only=True):
    """A tool was run, or could not be."""

    step: int
    call: ToolCall
    result: ToolResult
    """What the model is told."""
    error: Exception | None = None
    """What the tool raised; `None` also for an unknown tool or wrong arguments, which `result` tells of."""
    duration: float = 0.0
    """Seconds."""


ToolEvent: TypeAlias = ModelAnswered | ToolStarted | ToolFinished


class ToolOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run, or has come so far."""

    messages: tuple[Message, ...]
    """The conversation with all that was said; it can be gone on with."""
    responses: tuple[ChatResponse, ...] = ()
    """Every answer of the model, in order."""
    calls: tuple[ToolFinished, ...] = ()
    """Every tool that was run, in the order the model asked for them."""

    @property
    def conversation(self) -> Conversation:
        """`messages`, to be saved or gone on with."""
        return Conversation(messages=self.messages)

    @property
    def response(self) -> ChatResponse:
        """The last answer. Raises `IndexError` where there is none."""
        return self.responses[-1]

    @property
    def text(self) -> str:
        """The text of the last answer."""
        return self.response.text

    @property
    def usage(self) -> Usage | None:
        """Tokens of all requests together; `None` is unknown."""
        return total_usage([response.usage for response in self.responses])

    @property
    def cost(self) -> Cost:
        """What all requests cost together."""
        return total_cost([response.cost for response in self.responses])
