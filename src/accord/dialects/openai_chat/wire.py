"""The wire as typed structs: what an answer and a chunk of a stream hold, read leniently.

Hosts that speak OpenAI's wire leave members out, set them to null and add their own. The structure is typed; single values
that vary are `object` and looked at where they are used. Members without a name here are looked for only where they can
matter (`unnamed`).
https://developers.openai.com/api/reference/resources/chat/completions/object and `.../streaming`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType


class TopScore(msgspec.Struct, gc=False):
    """A token the model might have written."""

    token: str = ""
    logprob: float = 0.0
    bytes: list[int] | None = None


class Score(msgspec.Struct, gc=False):
    """A token the model wrote."""

    token: str = ""
    logprob: float = 0.0
    bytes: list[int] | None = None
    top_logprobs: list[TopScore] | None = None


class Scores(msgspec.Struct, gc=False):
    """Log probabilities of a choice or a piece of it."""

    content: list[Score] | UnsetType | None = UNSET
    refusal: list[Score] | UnsetType | None = UNSET


class Called(msgspec.Struct, gc=False):
    """The inside of a tool call: `arguments` of a function, `input` of a custom tool."""

    name: str | UnsetType | None = UNSET
    arguments: object = None
    input: object = None


class Call(msgspec.Struct, frozen=True, gc=False):
    """A tool call, or a piece of one."""

    index: int | None = None
    id: object = UNSET
    type: object = UNSET
    function: Called | None = None
    custom: Called | None = None


class Sound(msgspec.Struct, gc=False):
    """Spoken words, or a piece of them."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None
    expires_at: int | None = None


class Words(msgspec.Struct, frozen=True, gc=False):
    """What a choice says: a whole message, or a delta of one."""

    role: object = UNSET
    content: object = UNSET
    refusal: object = UNSET
    reasoning_content: object = None
    reasoning: object = None
    reasoning_text: object = None
    reasoning_details: object = None
    tool_calls: Sequence[Call] | UnsetType | None = UNSET
    function_call: Called | UnsetType | None = UNSET
    annotations: object = UNSET
    audio: Sound | None = None
    images: object = None


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A choice of a whole answer."""

    index: int | None = None
    message: Words | None = None
    finish_reason: object = None
    logprobs: Scores | None = None


class Piece(msgspec.Struct, gc=False):
    """A choice's part of a chunk."""

    index: int | UnsetType | None = UNSET
    delta: Words | UnsetType | None = UNSET
    finish_reason: object = UNSET
    logprobs: Scores | None = None
    usage: object = None


class Chunk(msgspec.Struct, gc=False):
    """One event of a stream."""

    id: object = UNSET
    kind: object = msgspec.field(default=UNSET, name="object")
    created: object = UNSET
    model: object = UNSET
    choices: list[Piece] | UnsetType | None = UNSET
    usage: object = None
    service_tier: object = None
    system_fingerprint: object = UNSET
    error: object = None


class _Text(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: Annotated[str, msgspec.Meta(min_length=1)]


class _MoreText(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    index: int
    delta: _Text
    finish_reason: None
    """Required by OpenAI's schema: where a host leaves it out, the event is put right like any other."""
    logprobs: None = None


class _Plain(msgspec.Struct, gc=False, forbid_unknown_fields=True, kw_only=True):
    """What an event of a stream that has nothing else worth a look says beside its choice."""

    kind: Literal["chat.completion.chunk"] = msgspec.field(name="object")
    id: str
    created: int
    model: str
    usage: None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    system_fingerprint: str | UnsetType | None = UNSET
    obfuscation: str | None = None


class MoreText(_Plain, gc=False, forbid_unknown_fields=True, kw_only=True):
    """An event of a stream that says more of one text, and nothing else worth a look: what nearly all events are."""

    choices: Annotated[list[_MoreText], msgspec.Meta(min_length=1, max_length=1)]


class _FirstWords(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    role: Literal["assistant"]
    content: Literal[""]
    refusal: None = None


class _FirstPiece(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    index: Literal[0]
    delta: _FirstWords
    finish_reason: None
    logprobs: None = None


class Opening(_Plain, gc=False, forbid_unknown_fields=True, kw_only=True):
    """The event that begins a stream, where it says who speaks and nothing yet: as OpenAI's own and those of most hosts."""

    choices: Annotated[list[_FirstPiece], msgspec.Meta(min_length=1, max_length=1)]


class _KnownCall(Call, frozen=True, gc=False, forbid_unknown_fields=True):
    pass


class _KnownWords(Words, frozen=True, gc=False, forbid_unknown_fields=True):
    tool_calls: Sequence[_KnownCall] | UnsetType | None = UNSET


class _KnownAnswer(Answer, frozen=True, gc=False, forbid_unknown_fields=True):
    message: _KnownWords | None = None


class KnownCompletion(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A whole answer with no members but those named here, as most are: it is read in one step, and nothing has to be looked
    for that has no name. Takes 5.0 us in place of 9.4 (600 bytes).
    """

    id: str
    created: object
    model: str
    choices: list[_KnownAnswer]
    kind: object = msgspec.field(default=None, name="object")
    usage: dict[str, object] | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    error: None = None


Holder = Literal["completion", "chunk", "answer", "piece", "words", "call"]

_NAMED: Final[Mapping[Holder, frozenset[str]]] = {
    "completion": frozenset({"id", "object", "created", "model", "choices", "usage", "error"}),
    # Padding against the guessing of lengths means nothing and would pile up.
    "chunk": frozenset({"id", "object", "created", "model", "choices", "usage", "error", "obfuscation", "p"}),
    "answer": frozenset({"index", "message", "finish_reason", "logprobs", "delta"}),
    "piece": frozenset({"index", "delta", "finish_reason", "logprobs", "usage", "message"}),
    "words": frozenset(Words.__struct_fields__),
    "call": frozenset({"index", "id", "type", "function", "custom"}),
}


def unnamed(holder: Mapping[str, object], kind: Holder) -> dict[str, object]:
    """The members of `holder` that have no name here and say something."""
    named = _NAMED[kind]
    if holder.keys() <= named:
        return {}
    return {key: value for key, value in holder.items() if key not in named and value is not None}
