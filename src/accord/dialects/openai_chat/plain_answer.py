"""The plainest whole answers, read in one step: one choice that says words, or calls functions, with everything that OpenAI's schema
requires.

Nearly all answers are of that kind. They are read and written in 60 % of the time (600 bytes: 14 in place of 23 us), to the same
end as with care (`decode.py`, `regular_answer.py`), which is where all others go.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from accord.core.http import Reply
from accord.core.json import NotJson, dumps, edited, read
from accord.core.message import Message
from accord.core.part import Part, Text, ToolCall
from accord.core.response import ChatResponse, Choice
from accord.core.usage import Count, Usage
from accord.dialects.openai_chat.null_member import without_nulls
from accord.dialects.openai_chat.usage import USUAL

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

Nothing: TypeAlias = Annotated[list[object], msgspec.Meta(max_length=0)] | UnsetType | None


class _Said(msgspec.Struct, gc=False, forbid_unknown_fields=True, kw_only=True):
    role: Literal["assistant"]
    refusal: UnsetType | None = UNSET
    annotations: Nothing = UNSET
    function_call: UnsetType | None = UNSET
    audio: None = None
    reasoning: None = None
    reasoning_content: None = None


class _Words(_Said, gc=False, forbid_unknown_fields=True):
    content: Annotated[str, msgspec.Meta(min_length=1)]
    tool_calls: UnsetType | None = UNSET

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Text(text=self.content),)


class _Function(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    arguments: str


class _Call(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    # Longer than `null`, which some hosts say, in quotes.
    id: Annotated[str, msgspec.Meta(min_length=5)]
    type: Literal["function"]
    function: _Function


class _Calls(_Said, gc=False, forbid_unknown_fields=True):
    content: str | None
    tool_calls: Annotated[list[_Call], msgspec.Meta(min_length=1)]

    @property
    def parts(self) -> tuple[Part, ...]:
        calls = [
            ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments) for call in self.tool_calls
        ]
        return (Text(text=self.content), *calls) if self.content else tuple(calls)


S = TypeVar("S", bound=_Words | _Calls)


class _Choice(msgspec.Struct, Generic[S], gc=False, forbid_unknown_fields=True):
    index: int
    message: S
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"]
    logprobs: UnsetType | None = UNSET


class _Answer(msgspec.Struct, Generic[S], gc=False, forbid_unknown_fields=True):
    kind: Literal["chat.completion"] = msgspec.field(name="object")
    id: str
    created: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    model: str
    choices: Annotated[list[_Choice[S]], msgspec.Meta(min_length=1, max_length=1)]
    usage: dict[str, Count | dict[str, Count]]
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    system_fingerprint: str | UnsetType | None = UNSET

    @property
    def nulls(self) -> list[str]:
        """The members that are null where the schema knows no null."""
        said = self.choices[0].message
        found: list[str] = []
        if self.system_fingerprint is None:
            found.append("system_fingerprint")
        if said.tool_calls is None:
            found.append("tool_calls")
        if said.annotations is None:
            found.append("annotations")
        if said.function_call is None:
            found.append("function_call")
        return found


class Regular(bytes):
    """An answer as OpenAI's schema wants it: to be handed on as it is, but for the name of its model."""


_KEYS = (b'"model":', b'"model": ')
"""A member's name, as it may be written."""
_CONTENT, _FINISH = b'"content":', b'"finish_reason":'
_NO_DETAILS: dict[str, int] = {}
_Either: TypeAlias = _Answer[_Words] | _Answer[_Calls]
_words = msgspec.json.Decoder(_Answer[_Words])
_calls = msgspec.json.Decoder(_Answer[_Calls])


def _calling(body: bytes) -> _Answer[_Calls] | None:
    try:
        return read(_calls, body)
    except NotJson:
        return None


def plain_response(codec: "OpenAIChat", reply: Reply, *, forwarded: bool) -> ChatResponse | None:
    """The response in an answer of that kind, `None` in others. `forwarded`: it is to be handed on, and its bytes are `Regular`."""
    answer: _Either | None
    try:
        answer = read(_words, reply.body)
    except NotJson:
        # Where calls are not handed on, names may have to be put back.
        answer = _calling(reply.body) if forwarded else None
        if answer is None:
            return None
    usage, choice, tier = answer.usage, answer.choices[0], answer.service_tier
    raw: bytes | None = reply.body
    if forwarded:
        raw = _regular(reply.body, answer) if _is_regular(usage) else None
        if raw is None:
            return None
    said, fingerprint = choice.message, answer.system_fingerprint
    extra: dict[str, object] = {} if tier is None else {"service_tier": tier}
    if fingerprint:
        extra["system_fingerprint"] = fingerprint
    finish = codec.finish(choice.finish_reason, calls=isinstance(said, _Calls))
    message = Message(role="assistant", parts=said.parts)
    return ChatResponse(
        id=answer.id,
        model=answer.model,
        created=answer.created,
        choices=(Choice(index=choice.index, message=message, finish=finish),),
        usage=codec.usage(usage, tier) if usage else None,
        extra={"openai_chat": extra} if extra else {},
        raw=raw,
        forwarded=forwarded,
    )


class Told(msgspec.Struct, frozen=True):
    """What an answer says that is handed on unread."""

    body: bytes
    """The answer as it goes to the caller."""
    model: str
    """Who answered, by the host's name for it."""
    usage: Usage


class Teller:
    """Tells what answers of that kind say to whoever asked for a model by some name."""

    __slots__ = ("_asked", "_codec", "_model", "_named", "_put")

    def __init__(self, codec: "OpenAIChat", asked: str) -> None:
        self._codec = codec
        self._asked = asked
        self._model = ""
        """Who answered last."""
        self._named, self._put = b"", b""
        """The member that says so, and what is put in its place."""

    def told(self, body: bytes) -> Told | None:
        """What an answer says; `None` where it is not of that kind."""
        answer: _Either | None
        try:
            answer = read(_words, body)
        except NotJson:
            answer = _calling(body)
            if answer is None:
                return None
        usage, model = answer.usage, answer.model
        regular = _regular(body, answer) if _is_regular(usage) else None
        if regular is None:
            return None
        return Told(self._renamed(regular, model), model, self._codec.usage(usage, answer.service_tier))

    def _renamed(self, answer: Regular, model: str) -> bytes:
        """As `renamed`. Nearly all answers name the same model in the same way."""
        named = self._named
        at = answer.find(named) if named and self._model == model else -1
        if at < 0:
            self._model = model
            self._named, self._put = _naming(answer, model, self._asked)
            return renamed(answer, model, self._asked)
        return b"%b%b%b" % (answer[:at], self._put, answer[at + len(named) :])


def _naming(answer: bytes, model: str, asked: str) -> tuple[bytes, bytes]:
    """The member that names the model as the answer has it, and what is put in its place."""
    for key in _KEYS:
        named = key + dumps(model)
        if named in answer:
            return named, key + dumps(asked)
    return b"", b""


def _is_regular(usage: Mapping[str, Count | dict[str, Count]]) -> bool:
    """Whether the usage has the sums that the schema requires, and details that are such, and no counts in places of a host's own."""
    get = usage.get
    prompt, completion = get("prompt_tokens"), get("completion_tokens")
    return (
        type(prompt) is int
        and type(completion) is int
        and get("total_tokens") == prompt + completion
        and type(get("prompt_tokens_details", _NO_DETAILS)) is dict
        and type(get("completion_tokens_details", _NO_DETAILS)) is dict
        and usage.keys() <= USUAL
    )


def _regular(data: bytes, answer: _Either) -> Regular | None:
    """The answer with what the schema requires put between its bytes; `None` where it cannot be told where.

    Within a string quotes would be escaped, and all members are known but those of the usage: a key with its colon that is there
    once is the key.
    """
    choice = answer.choices[0]
    found = without_nulls(data, answer.nulls)
    if choice.logprobs is UNSET:
        before, key, after = found.rpartition(_FINISH)
        if not key or key in before:
            return None
        found = b'%b"logprobs":null,%b%b' % (before, key, after)
    if choice.message.refusal is UNSET:
        before, key, after = found.partition(_CONTENT)
        if not key or key in after:
            return None
        found = b'%b"refusal":null,%b%b' % (before, key, after)
    return Regular(found)


def renamed(answer: Regular, model: str, asked: str) -> bytes:
    """The answer of a model under the name that the caller asked for."""
    if model == asked:
        return answer
    named, put = _naming(answer, model, asked)
    if not named:
        return edited(answer, {"model": asked})
    at = answer.index(named)
    return b"%b%b%b" % (answer[:at], put, answer[at + len(named) :])
