"""The response object around the items: what it says of the answer as a whole."""

from typing import Protocol, cast

import msgspec

from accord.core.error import ProviderError
from accord.core.finish import Finish
from accord.core.json import NotJson, as_object, loads, read, read_answer_object
from accord.core.part import Extra
from accord.core.usage import Usage
from accord.dialects.openai_responses.error import Told, told_by
from accord.dialects.openai_responses.usage import ToolUsage
from accord.dialects.openai_responses.wire import Item, kept


class Incomplete(msgspec.Struct):
    """Why an answer is not whole."""

    reason: str | None = None


class Answer(msgspec.Struct):
    """The response object, as far as it says something of the answer and does not echo the request."""

    id: str = ""
    model: str = ""
    created_at: float | None = None
    status: str = "completed"
    output: list[Item] | None = None
    error: object = None
    incomplete_details: Incomplete | None = None
    usage: object = None
    service_tier: str | None = None
    tool_usage: ToolUsage | None = None

    @property
    def counts(self) -> Item | None:
        """What it used, where it says so."""
        return as_object(self.usage)

    @property
    def created(self) -> int | None:
        """Unix seconds."""
        return None if self.created_at is None else int(self.created_at)

    @property
    def reason(self) -> str | None:
        """Why it is not whole, in the provider's word."""
        return None if self.incomplete_details is None else self.incomplete_details.reason

    @property
    def failed(self) -> Told | None:
        """What it says of a failure; `None` where it is an answer."""
        told = told_by(self.error)
        if told is None and self.status == "failed":
            return Told(message="the provider reports that the response failed, and not why")
        return told


class Reading(Protocol):
    """The stages of a codec that whole answers and streams are read by."""

    def finish_reason(self, status: str, reason: str | None, *, calls: bool) -> Finish:
        """Why the answer ended."""
        ...

    def usage(self, raw: Item, *, tier: str | None, tools: ToolUsage | None) -> Usage:
        """What it used."""
        ...

    def failure(self, told: Told, *, body: bytes) -> ProviderError:
        """The error for a failure inside an answer."""
        ...


# Members of the response object that repeat what was asked.
_ECHOED = frozenset({
    "object",
    "background",
    "conversation",
    "frequency_penalty",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
})  # fmt: skip

# What `tool_usage` holds beside the count of searches has no neutral name, so it stays in `extra` too.
_NAMED = frozenset(Answer.__struct_fields__) - {"tool_usage"}


class Known(Answer):
    """An answer without members but those that are known, as most are: it is read in one step, and what else it says of the
    answer is at hand: with the texts in it, 112 in place of 187 thousand processor instructions (1.6 KB).
    """

    billing: object = None
    completed_at: object = None
    content_filters: object = None
    moderation: object = None

    @property
    def extra(self) -> Extra:
        """What `answer_extra` finds."""
        fields: Item = {}
        if self.billing is not None:
            fields["billing"] = self.billing
        if self.completed_at is not None:
            fields["completed_at"] = self.completed_at
        if self.content_filters is not None:
            fields["content_filters"] = self.content_filters
        if self.moderation is not None:
            fields["moderation"] = self.moderation
        return kept(fields)


_Passing = msgspec.defstruct(
    "_Passing",
    # What repeats the request is passed over.
    [(name, msgspec.Raw, msgspec.Raw()) for name in sorted(_ECHOED)],
    bases=(Known,),
    forbid_unknown_fields=True,
)
_known = msgspec.json.Decoder(cast("type[Known]", _Passing))
_answers = msgspec.json.Decoder(Answer)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_answer(data: bytes | msgspec.Raw) -> Answer:
    """The response object in `data`. Raises `NotJson`."""
    return read_answer_object(_answers, bytes(data))


def read_whole(data: bytes) -> tuple[Answer, Extra]:
    """The response object in `data`, and its `answer_extra`. Raises `NotJson`."""
    try:
        known = read(_known, data)
    except NotJson:
        return read_answer(data), answer_extra(data)
    return known, known.extra if known.tool_usage is None else answer_extra(data)


def answer_extra(data: bytes | msgspec.Raw) -> Extra:
    """What else it says of the answer (filter results, billing, moderation). Raises `NotJson`."""
    fields: Item = {}
    for key, raw in read(_members, bytes(data)).items():
        if key in _NAMED or key in _ECHOED:
            continue
        value = loads(bytes(raw))
        if value is not None:
            fields[key] = value
    return kept(fields)
