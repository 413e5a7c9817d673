"""What comes back: the neutral chat response."""

import msgspec

from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import Extra, ToolCall
from accord.core.record import CallRecord


class TopLogprob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token the model might have written, and the natural logarithm of its probability."""

    token: str
    logprob: float
    bytes: tuple[int, ...] | None = None


class TokenLogprob(TopLogprob, frozen=True, kw_only=True, omit_defaults=True):
    """A token the model wrote, with its alternatives."""

    top: tuple[TopLogprob, ...] = ()


class Logprobs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Log probabilities of the tokens of an answer, of its text and of its refusal."""

    content: tuple[TokenLogprob, ...] | None = None
    refusal: tuple[TokenLogprob, ...] | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer."""

    index: int = 0
    message: Message
    finish: Finish | None = None
    """`None` only in the partial response of an interrupted stream."""
    logprobs: Logprobs | None = None
    extra: Extra = {}


class ChatResponse(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """A whole answer. `text`, `tool_calls` and `finish` are those of the first choice."""

    id: str = ""
    model: str = ""
    """The model that answered, as the provider names it."""
    created: int | None = None
    """Unix seconds, where the provider says so."""
    choices: tuple[Choice, ...] = ()
    extra: Extra = {}
    forwarded: bool = False
    """Whether `raw` answers a caller's own bytes in the caller's own dialect, and can be handed on to it as it is."""

    @property
    def text(self) -> str:
        """The text of the first choice, `""` when there is none."""
        return self.choices[0].message.text if self.choices else ""

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the first choice."""
        return self.choices[0].message.tool_calls if self.choices else ()

    @property
    def finish(self) -> Finish | None:
        """Why the first choice ended."""
        return self.choices[0].finish if self.choices else None
