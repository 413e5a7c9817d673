"""What happens while an answer streams in.

A stream begins with `Started`. Each part of each choice begins with a `PartStarted` that holds its initial value,
grows by deltas, and may end with a `PartFinished` where the wire restates it whole. Each choice ends with `Finished`;
`UsageReported` and `Updated` may come at any time; `Completed` comes last, when the wire's own end was seen.
`choice` is the index of the choice, `part` the index of the part within its message; both start at 0 and parts begin in
order. `accumulate` (see `accumulate.py`) makes of all this the response that would have come whole.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from accord.core.dialect import Dialect
from accord.core.finish import Finish
from accord.core.json import JsonObject
from accord.core.part import Citation, Extra, Part
from accord.core.response import TokenLogprob
from accord.core.usage import Usage
from accord.core.warning import CallWarning


class _Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """What all events share."""


class _PartEvent(_Event, frozen=True, kw_only=True):
    choice: int = 0
    part: int = 0


class Started(_Event, frozen=True, kw_only=True, tag="started"):
    """The provider began to answer."""

    id: str = ""
    model: str = ""
    created: int | None = None
    extra: Extra = {}


class PartStarted(_PartEvent, frozen=True, kw_only=True, tag="part_started"):
    """A part begins; later deltas add to `value`."""

    value: Part


class TextDelta(_PartEvent, frozen=True, kw_only=True, tag="text_delta"):
    """More text."""

    text: str


class RefusalDelta(_PartEvent, frozen=True, kw_only=True, tag="refusal_delta"):
    """More of a refusal."""

    text: str


class ReasoningDelta(_PartEvent, frozen=True, kw_only=True, tag="reasoning_delta"):
    """More reasoning: text, or a paragraph of its summary."""

    text: str
    summary: int | None = None
    """The index of the summary paragraph; `None` for the reasoning text itself."""


class ReasoningSealed(_PartEvent, frozen=True, kw_only=True, tag="reasoning_sealed"):
    """The provider's proof over the reasoning, or its encrypted form. A `signature` that comes in pieces is joined."""

    signature: str | None = None
    encrypted: str | None = None
    extra: Extra = {}
    """Added to the part's own `extra`."""


class ArgumentsDelta(_PartEvent, frozen=True, kw_only=True, tag="arguments_delta"):
    """More of a tool call's arguments (or of a custom tool's input)."""

    text: str


class AudioDelta(_PartEvent, frozen=True, kw_only=True, tag="audio_delta"):
    """More sound (`data`, base64 of a whole number of bytes) or transcript."""

    data: str = ""
    transcript: str = ""
    expires_at: int | None = None
    """When the sound's id stops working, in Unix seconds, once that is told."""


class CitationAdded(_PartEvent, frozen=True, kw_only=True, tag="citation_added"):
    """A citation for the text part."""

    citation: Citation


class PartFinished(_PartEvent, frozen=True, kw_only=True, tag="part_finished"):
    """The part is whole. `value` replaces what was accumulated, where the wire restates it."""

    value: Part | None = None


class LogprobsDelta(_Event, frozen=True, kw_only=True, tag="logprobs_delta"):
    """Log probabilities of the tokens that just came."""

    choice: int = 0
    content: tuple[TokenLogprob, ...] | None = None
    refusal: tuple[TokenLogprob, ...] | None = None


class Finished(_Event, frozen=True, kw_only=True, tag="finished"):
    """The choice ended by the wire's own word."""

    choice: int = 0
    finish: Finish
    extra: Extra = {}
    """Added to the choice's own `extra`."""
    message: Extra = {}
    """Added to the `extra` of the choice's message."""


class UsageReported(_Event, frozen=True, kw_only=True, tag="usage_reported"):
    """Tokens used so far; the latest report is the true one."""

    usage: Usage


class Updated(_Event, frozen=True, kw_only=True, tag="updated"):
    """Facts about the response that came later than its start; `extra` is added to the response's, by dialect and key."""

    id: str | None = None
    model: str | None = None
    extra: Extra = {}


class Warned(_Event, frozen=True, kw_only=True, tag="warned"):
    """Something the caller should know."""

    warning: CallWarning


class OpaqueEvent(_Event, frozen=True, kw_only=True, tag="opaque_event"):
    """An event of one wire without neutral meaning (progress of a hosted tool). Rendered on the same dialect alone."""

    dialect: Dialect
    raw: JsonObject


class Forwarded(_Event, frozen=True, kw_only=True, tag="forwarded"):
    """Bytes of the provider's stream to hand on as they came. Only a forwarding exchange produces these, beside the
    events that say what the bytes mean.
    """

    data: bytes


class Completed(_Event, frozen=True, kw_only=True, tag="completed"):
    """The wire's own end was seen: nothing is missing."""


PartDelta: TypeAlias = (
    TextDelta | RefusalDelta | ReasoningDelta | ReasoningSealed | ArgumentsDelta | AudioDelta | CitationAdded
)
"""Events that add to a part."""

Event: TypeAlias = (
    Started
    | PartStarted
    | PartDelta
    | PartFinished
    | LogprobsDelta
    | Finished
    | UsageReported
    | Updated
    | Warned
    | OpaqueEvent
    | Forwarded
    | Completed
)


def handed_on(events: Sequence[Event]) -> bytes:
    """The bytes among the events that are handed on as they came."""
    return b"".join([event.data for event in events if isinstance(event, Forwarded)])
