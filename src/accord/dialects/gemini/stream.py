"""A streamed answer.

Text comes as pieces to append, calls come whole, and candidates may alternate. A piece with a signature is a part of its
own: Gemini wants it back as it was. The wire's own end is a `finishReason` for every candidate; early models repeat it in
every chunk, so a candidate has ended when the bytes have.
"""

from collections.abc import Mapping

import msgspec

from accord.core.error import Interrupted, ProviderError
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Event,
    Finished,
    LogprobsDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.json import JsonObject
from accord.core.part import Part, Reasoning, Text, ToolCall
from accord.core.usage import Usage
from accord.dialects.gemini import wire
from accord.dialects.gemini.citation import citations_in
from accord.dialects.gemini.dialect import DIALECT, kept
from accord.dialects.gemini.finish import blocked
from accord.dialects.gemini.logprob import token_logprobs
from accord.dialects.gemini.payload import PayloadReader
from accord.dialects.gemini.read_part import is_empty
from accord.dialects.gemini.reader import Asked, answer_extra, block_reason, candidate_fields, created
from accord.dialects.gemini.usage import has_counts


class _Candidate:
    """What a candidate has told so far."""

    __slots__ = ("calls", "fields", "finish_reason", "index", "open", "parts", "texts")

    def __init__(self, index: int) -> None:
        self.index = index
        self.parts = 0
        self.calls = 0
        self.open: type[Text | Reasoning] | None = None
        """The kind of part that the next plain piece adds to."""
        self.texts: list[tuple[int, list[str]]] = []
        """Its text parts: place, and pieces."""
        self.finish_reason: str | None = None
        self.fields: dict[str, object] = {}


class GeminiDecoder:
    """Reads one stream. Any split of the same bytes gives the same events."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._payloads = PayloadReader()
        self._candidates: dict[int, _Candidate] = {}
        self._answer_id = ""
        self._started = False
        self._blocked: str | None = None
        self._usage: dict[str, object] = {}
        self._reported: Usage | None = None
        self._failure: ProviderError | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises the `ProviderError` the stream tells of, or `Malformed`."""
        if self._failure is not None:
            raise self._failure
        return self._read(data, ended=False)

    def end(self) -> list[Event]:
        """The last events, once the bytes have ended. Raises `Interrupted` where a candidate has no `finishReason`."""
        if self._failure is not None:
            raise self._failure
        events = self._read(b"", ended=True)
        if self._failure is not None:
            raise self._failure
        unfinished = [one for one in self._candidates.values() if one.finish_reason is None]
        if unfinished or not (self._candidates or self._blocked):
            raise Interrupted("the stream ended before every candidate had a finishReason")
        return events + self._last_events()

    def _read(self, data: bytes, *, ended: bool) -> list[Event]:
        events: list[Event] = []
        try:
            for payload in self._payloads.end() if ended else self._payloads.feed(data):
                # OpenAI's mark for the end, which some proxies add.
                if payload != b"[DONE]":
                    self._message(payload, events)
        except ProviderError as error:
            self._failure = error
            if not events:
                raise
        return events

    def _message(self, payload: bytes, events: list[Event]) -> None:
        """Adds the events of one message to `events`."""
        answer = self._asked.answer(payload)
        self._identify(answer, events)
        for candidate in answer.candidates or ():
            self._candidate(candidate, events)
        if answer.usage_metadata is not None:
            self._count(answer.usage_metadata, events)

    def _identify(self, answer: wire.Answer, events: list[Event]) -> None:
        if self._started:
            if answer.rest or answer.prompt_feedback is not None:
                events.append(Updated(extra=answer_extra(answer)))
        else:
            self._started = True
            self._answer_id = answer.response_id or ""
            events.append(
                Started(
                    id=self._answer_id,
                    model=answer.model_version or "",
                    created=created(answer),
                    extra=answer_extra(answer),
                )
            )
        self._blocked = block_reason(answer) or self._blocked

    def _candidate(self, piece: wire.Candidate, events: list[Event]) -> None:
        index = piece.index or 0
        state = self._candidates.get(index)
        if state is None:
            state = self._candidates[index] = _Candidate(index)
        if piece.content is not None:
            for part in piece.content.parts or ():
                self._part(part, state, events)
        if piece.logprobs_result is not None:
            events.append(LogprobsDelta(choice=index, content=token_logprobs(piece.logprobs_result)))
        if piece.finish_reason is not None:
            state.finish_reason = piece.finish_reason
        _collect(candidate_fields(piece), state.fields)

    def _part(self, part: wire.Part, state: _Candidate, events: list[Event]) -> None:
        found = self._asked.part(part, answer_id=self._answer_id, choice=state.index, place=state.calls)
        if found is None or is_empty(found):
            return
        if _is_plain(found):
            kind = Text if isinstance(found, Text) else Reasoning
            if state.open is not kind:
                self._begin(Text(text="") if kind is Text else Reasoning(owner=DIALECT), state, events)
                state.open = kind
            self._grow(found, state, events)
            return
        state.open = None
        match found:
            case Text():
                self._begin(msgspec.structs.replace(found, text=""), state, events)
            case Reasoning():
                bare = msgspec.structs.replace(found, text="", signature=None, encrypted=None)
                self._begin(bare, state, events)
            case ToolCall():
                state.calls += 1
                self._begin(msgspec.structs.replace(found, arguments=""), state, events)
            case _:
                self._begin(found, state, events)
        self._grow(found, state, events)
        events.append(PartFinished(choice=state.index, part=state.parts - 1))

    def _begin(self, value: Part, state: _Candidate, events: list[Event]) -> None:
        events.append(PartStarted(choice=state.index, part=state.parts, value=value))
        if isinstance(value, Text):
            state.texts.append((state.parts, []))
        state.parts += 1

    def _grow(self, found: Part, state: _Candidate, events: list[Event]) -> None:
        """Adds what a part holds to the one that was begun for it."""
        choice, place = state.index, state.parts - 1
        match found:
            case Text():
                if found.text:
                    state.texts[-1][1].append(found.text)
                    events.append(TextDelta(choice=choice, part=place, text=found.text))
            case Reasoning():
                if found.text:
                    events.append(ReasoningDelta(choice=choice, part=place, text=found.text))
                if found.signature is not None or found.encrypted is not None:
                    seal = ReasoningSealed(
                        choice=choice, part=place, signature=found.signature, encrypted=found.encrypted
                    )
                    events.append(seal)
            case ToolCall():
                events.append(ArgumentsDelta(choice=choice, part=place, text=found.arguments))
            case _:
                pass

    def _count(self, metadata: JsonObject, events: list[Event]) -> None:
        """Counts are of everything so far: the last one of each is true, and none is taken back by a missing one."""
        self._usage.update(metadata)
        if has_counts(self._usage):
            self._report(events)

    def _report(self, events: list[Event]) -> None:
        fields: Mapping[int, Mapping[str, object]] = {
            index: state.fields for index, state in self._candidates.items() if state.fields
        }
        usage = self._asked.stages.usage(dict(self._usage), fields)
        if usage != self._reported:
            self._reported = usage
            events.append(UsageReported(usage=usage))

    def _last_events(self) -> list[Event]:
        events: list[Event] = []
        for state in self._candidates.values():
            cited = citations_in(state.fields, ["".join(pieces) for _, pieces in state.texts])
            for text, citation in cited:
                events.append(CitationAdded(choice=state.index, part=state.texts[text][0], citation=citation))
        if self._usage:
            self._report(events)
        for state in self._candidates.values():
            finish = self._asked.stages.finish_reason(state.finish_reason, calls=state.calls > 0)
            events.append(Finished(choice=state.index, finish=finish, extra=kept(state.fields)))
        if not self._candidates:
            assert self._blocked is not None
            events.append(Finished(finish=blocked(self._blocked)))
        events.append(Completed())
        return events


def _is_plain(part: Part) -> bool:
    """Whether a part is a piece that adds to the one before it."""
    if isinstance(part, Text):
        return not part.extra
    return isinstance(part, Reasoning) and part.signature is None and not part.extra and part.owner == DIALECT


def _collect(more: dict[str, object], fields: dict[str, object]) -> None:
    """Adds a chunk's members to what a candidate has: within an object the later of two values counts."""
    for name, value in more.items():
        before = fields.get(name)
        fields[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
