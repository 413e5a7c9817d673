"""One request on its way into this wire: what is asked, what the model takes, and what had to change."""

from collections.abc import Mapping, Sequence

from accord.core.json import JsonObject, as_array
from accord.core.loss import Losses
from accord.core.message import Message, beyond_words, words_of
from accord.core.part import Text
from accord.core.request import ChatRequest, is_plain
from accord.dialects.anthropic_messages.call_ids import CallIds
from accord.dialects.anthropic_messages.dialect import own
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.rules import UNKNOWN_MAX_OUTPUT, Rules
from accord.dialects.anthropic_messages.tool_names import ToolNames

ANSWER_TOOL = "json_answer"
"""The tool through which a model without structured output answers; its caller never sees it."""


class Translation:
    """What the stages of an encoder share, in the order they run."""

    __slots__ = (
        "answer_tool",
        "betas",
        "ids",
        "instructions",
        "knobs",
        "losses",
        "marks",
        "max_tokens",
        "names",
        "own",
        "plain",
        "request",
        "richer",
        "rules",
        "stream",
        "thinking",
        "words",
    )

    def __init__(self, request: ChatRequest, rules: Rules, knobs: Knobs, losses: Losses, *, stream: bool) -> None:
        self.request: ChatRequest = request
        self.rules: Rules = rules
        self.knobs: Knobs = knobs
        self.losses: Losses = losses
        self.stream: bool = stream
        self.plain: bool = is_plain(request)
        """Whether nothing is asked beside messages, a limit and how freely to choose words."""
        self.words: list[str | None] = words_of(request.messages)
        """The text of each message that is nothing else."""
        self.richer: Sequence[tuple[int, Message]] = beyond_words(request.messages, self.words)
        """The other messages, with their places."""
        self.own: JsonObject = own(request.extra)
        """The request's fields of this wire that have no neutral name."""
        self.names: ToolNames = ToolNames(request.tools)
        self.ids: CallIds = CallIds()
        self.instructions: list[str] = []
        """What has to be said to the model because the wire has no field for it."""
        self.answer_tool: str | None = None
        """The wire name of the tool that stands for structured output, where the model has none."""
        self.betas: list[str] = []
        """Beta features that tools, messages and blocks need."""
        self.marks: int = 0
        """How many cache marks were written."""
        self.thinking: str | None = None
        """The `thinking.type` that is sent."""
        self.max_tokens: int = _max_tokens(self)

    @property
    def prefilled(self) -> bool:
        """Whether the caller has begun the answer: the conversation ends with words of the assistant."""
        last = self.request.messages[-1] if self.request.messages else None
        return last is not None and last.role == "assistant" and bool(last.parts) and isinstance(last.parts[-1], Text)


def _max_tokens(translation: "Translation") -> int:
    """The limit on the answer, which this wire requires. Warns where it had to be filled in or lowered."""
    asked, most = translation.request.max_output_tokens, translation.rules.max_output
    if asked is None:
        filled = most or UNKNOWN_MAX_OUTPUT
        whose = "the model's own limit" if most else "the model's own limit is not known"
        translation.losses.fill("max_output_tokens", f"the wire requires it; {filled} was sent, {whose}")
        return filled
    if most is not None and asked > most and not longer_output(translation.own):
        translation.losses.change("max_output_tokens", f"the model gives at most {most} tokens; that was sent")
        return most
    return asked


def longer_output(fields: Mapping[str, object]) -> bool:
    """Whether the caller asked for a beta feature that raises the model's limit (`output-128k-2025-02-19`)."""
    return any(beta.startswith("output-") for beta in given_betas(fields))


def given_betas(fields: Mapping[str, object]) -> tuple[str, ...]:
    """The beta features the caller asked for by name."""
    return tuple([beta for beta in as_array(fields.get("betas")) or [] if isinstance(beta, str)])
