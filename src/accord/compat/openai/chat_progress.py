"""A chat completion that is coming in: what its chunks add up to, and what is told of each."""

from typing import Final, Generic, TypeAlias, TypeVar, cast

from accord.client.value.prefix import Prefix
from accord.compat.openai.growing import grow
from accord.compat.openai.model import put
from accord.compat.openai.parsed import parsed_completion, refuse_unfinished
from accord.compat.openai.parsing import Form, Tools
from accord.compat.openai.types.chat import ChatCompletion, ChatCompletionTokenLogprob
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk, ChoiceDelta, ChunkChoice
from accord.compat.openai.types.chat_event import (
    ChatCompletionStreamEvent,
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from accord.compat.openai.types.parsed import ParsedChatCompletion
from accord.core.json import as_array, as_object

T = TypeVar("T")
Told: TypeAlias = list[ChatCompletionStreamEvent[T]]

_LATEST: Final = ("usage", "system_fingerprint", "moderation")
"""Members of the answer itself that the last chunk that has them says."""


class ChatProgress(Generic[T]):
    """One answer."""

    def __init__(self, form: Form[T] | None, tools: Tools) -> None:
        self._form = form
        self._tools = tools
        self._members: dict[str, object] = {}
        self._choices: dict[int, _Choice[T]] = {}

    def add(self, chunk: ChatCompletionChunk) -> Told[T]:
        """What a chunk brings. Raises `LengthFinishReasonError`, `ContentFilterFinishReasonError` and `ValueError` where an
        answer is read into types, and was cut, held back, or does not fit.
        """
        said = chunk.to_dict()
        self._members = {"system_fingerprint": None, **said} if not self._members else self._members
        self._members |= {name: said.get(name) for name in _LATEST if name in said or name == "usage"}
        told: Told[T] = [ChunkEvent.of(chunk, self.snapshot)]
        for choice in chunk.choices or ():
            known = self._choices.get(choice.index)
            if known is None:
                known = self._choices[choice.index] = _Choice(self._form, self._tools)
            known.add(choice)
            if self._form is not None or self._tools.parse:
                refuse_unfinished(choice.finish_reason, self._answer())
            told += known.told(choice)
        return told

    def snapshot(self) -> ParsedChatCompletion[T]:
        """The answer as far as it is there; what it says so far is plain JSON, until it is whole."""
        found = cast("ParsedChatCompletion[T]", ParsedChatCompletion(**self._answer().to_dict()))
        for choice in found.choices:
            put(choice.message, "parsed", self._choices[choice.index].parsed)
        return found

    def final(self) -> ParsedChatCompletion[T]:
        """The whole answer, with its values. Raises as `parse` does."""
        return parsed_completion(self._answer(), self._form, self._tools)

    def _answer(self) -> ChatCompletion:
        own = {name: value for name, value in self._members.items() if name != "obfuscation"}
        choices = [self._choices[index].members for index in sorted(self._choices)]
        return ChatCompletion(**{**own, "object": "chat.completion", "choices": choices})


class _Choice(Generic[T]):
    """One of its choices."""

    def __init__(self, form: Form[T] | None, tools: Tools) -> None:
        self._form = form
        self._tools = tools
        self._prefix = Prefix()
        self._calls: dict[int, Prefix] = {}
        self._arguments: dict[int, object] = {}
        self._said: set[str] = set()
        self._call: int | None = None
        self.members: dict[str, object] = {}
        self.parsed: object = None
        """What the text says so far; in the end its value."""

    @property
    def _message(self) -> dict[str, object]:
        return as_object(self.members.get("message")) or {}

    def add(self, choice: ChunkChoice) -> None:
        """Takes in what is new."""
        said = choice.to_dict()
        delta = as_object(said.pop("delta", None)) or {}
        message = self._message
        grow(message, delta)
        logprobs = as_object(self.members.get("logprobs")) or as_object(said.pop("logprobs", None))
        if self.members.get("logprobs") is not None:
            grow(logprobs or {}, as_object(choice.to_dict().get("logprobs")) or {})
        self.members |= {**said, "logprobs": logprobs, "message": message}
        if self._form is not None and choice.delta.content and not message.get("refusal"):
            found = self._prefix.feed(choice.delta.content)
            self.parsed = self.parsed if found is None else self._form.so_far(found)

    def told(self, choice: ChunkChoice) -> Told[T]:
        """What is told of it."""
        delta = choice.delta
        told: Told[T] = [*self._texts(delta), *self._call_deltas(delta), *self._scores(choice)]
        if self.members.get("finish_reason"):
            told += self._whole()
            told += self._call_done()
        for call in delta.tool_calls or ():
            if self._call != call.index:
                told += self._whole()
                told += self._call_done()
            self._call = call.index
        return told

    def _texts(self, delta: ChoiceDelta) -> Told[T]:
        told: Told[T] = []
        message = self._message
        if delta.content is not None:
            told.append(
                ContentDeltaEvent(
                    type="content.delta", delta=delta.content, snapshot=message.get("content"), parsed=self.parsed
                )
            )
        if delta.refusal is not None:
            told.append(RefusalDeltaEvent(type="refusal.delta", delta=delta.refusal, snapshot=message.get("refusal")))
        return told

    def _call_deltas(self, delta: ChoiceDelta) -> Told[T]:
        told: Told[T] = []
        for call in delta.tool_calls or ():
            name, arguments = self._called(call.index)
            more = (call.function.arguments if call.function is not None else None) or ""
            if more and self._tools.reads(name):
                found = self._calls.setdefault(call.index, Prefix()).feed(more)
                self._arguments[call.index] = found if found is not None else self._arguments.get(call.index)
            told.append(
                FunctionToolCallArgumentsDeltaEvent(
                    type="tool_calls.function.arguments.delta",
                    name=name,
                    index=call.index,
                    arguments=arguments,
                    parsed_arguments=self._arguments.get(call.index),
                    arguments_delta=more,
                )
            )
        return told

    def _scores(self, choice: ChunkChoice) -> Told[T]:
        told: Told[T] = []
        if choice.logprobs is not None and choice.logprobs.content:
            told.append(
                LogprobsContentDeltaEvent(
                    type="logprobs.content.delta", content=choice.logprobs.content, snapshot=self._scored("content")
                )
            )
        if choice.logprobs is not None and choice.logprobs.refusal:
            told.append(
                LogprobsRefusalDeltaEvent(
                    type="logprobs.refusal.delta", refusal=choice.logprobs.refusal, snapshot=self._scored("refusal")
                )
            )
        return told

    def _whole(self) -> Told[T]:
        """What has ended before a call, or with the choice."""
        told: Told[T] = []
        message = self._message
        content, refusal = message.get("content"), message.get("refusal")
        if isinstance(content, str) and content and self._first("content"):
            value = self._form.read(content) if self._form is not None and not refusal else None
            self.parsed = value
            told.append(ContentDoneEvent(type="content.done", content=content, parsed=value))
        if refusal is not None and self._first("refusal"):
            told.append(RefusalDoneEvent(type="refusal.done", refusal=refusal))
        if (scores := self._scored("content")) is not None and self._first("logprobs.content"):
            told.append(LogprobsContentDoneEvent(type="logprobs.content.done", content=scores))
        if (scores := self._scored("refusal")) is not None and self._first("logprobs.refusal"):
            told.append(LogprobsRefusalDoneEvent(type="logprobs.refusal.done", refusal=scores))
        return told

    def _call_done(self) -> Told[T]:
        """The call that was under way is whole."""
        if self._call is None or not self._first(f"call {self._call}"):
            return []
        name, arguments = self._called(self._call)
        value = self._arguments[self._call] = self._tools.arguments(name, arguments)
        return [
            FunctionToolCallArgumentsDoneEvent(
                type="tool_calls.function.arguments.done",
                name=name,
                index=self._call,
                arguments=arguments,
                parsed_arguments=value,
            )
        ]

    def _first(self, what: str) -> bool:
        """Whether that was not told before."""
        new = what not in self._said
        self._said.add(what)
        return new

    def _called(self, index: int) -> tuple[str, str]:
        """Name and arguments of a call so far."""
        calls = [as_object(call) or {} for call in as_array(self._message.get("tool_calls")) or ()]
        call = next((call for call in calls if call.get("index") == index), None) or {}
        function = as_object(call.get("function")) or {}
        return str(function.get("name") or ""), str(function.get("arguments") or "")

    def _scored(self, kind: str) -> list[ChatCompletionTokenLogprob] | None:
        scores = as_array((as_object(self.members.get("logprobs")) or {}).get(kind))
        return None if scores is None else [ChatCompletionTokenLogprob(**(as_object(one) or {})) for one in scores]
