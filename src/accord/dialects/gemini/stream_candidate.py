"""One candidate of a streamed answer.

Text and thoughts come as pieces to append; everything else comes whole. A piece with a signature is a part of its own:
Gemini wants it back as it was.
"""

import msgspec

from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Event,
    Finished,
    LogprobsDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    TextDelta,
)
from accord.core.part import Part, Reasoning, Text, ToolCall
from accord.dialects.gemini import wire
from accord.dialects.gemini.citation import citations_in
from accord.dialects.gemini.dialect import DIALECT, kept
from accord.dialects.gemini.logprob import token_logprobs
from accord.dialects.gemini.read_part import is_empty
from accord.dialects.gemini.reader import Asked, candidate_fields


class CandidateReader:
    """Turns the pieces of one candidate into events."""

    __slots__ = ("_answer_id", "_asked", "_calls", "_open", "_parts", "_texts", "fields", "finish_reason", "index")

    def __init__(self, index: int, answer_id: str, asked: Asked) -> None:
        self.index: int = index
        self.finish_reason: str | None = None
        self.fields: dict[str, object] = {}
        """Members of the candidate without a neutral name."""
        self._asked = asked
        self._answer_id = answer_id
        self._parts = 0
        self._calls = 0
        self._open: type[Text | Reasoning] | None = None
        """The kind of part that the next plain piece adds to."""
        self._texts: list[tuple[int, list[str]]] = []
        """Its text parts: place, and pieces."""

    def read(self, piece: wire.Candidate, events: list[Event]) -> None:
        """Adds the events of one piece to `events`."""
        if piece.content is not None:
            for part in piece.content.parts or ():
                if _is_plain(part):
                    self._append(part.text or "", Reasoning if part.thought else Text, events)
                else:
                    self._whole(part, events)
        if piece.logprobs_result is not None:
            events.append(LogprobsDelta(choice=self.index, content=token_logprobs(piece.logprobs_result)))
        # Early models repeat it in every chunk, so the candidate has ended only when the bytes have.
        self.finish_reason = piece.finish_reason or self.finish_reason
        self._collect(candidate_fields(piece))

    def finished(self) -> list[Event]:
        """The last events, after the end of the bytes."""
        events: list[Event] = []
        for text, citation in citations_in(self.fields, ["".join(pieces) for _, pieces in self._texts]):
            events.append(CitationAdded(choice=self.index, part=self._texts[text][0], citation=citation))
        finish = self._asked.stages.finish_reason(self.finish_reason, calls=self._calls > 0)
        events.append(Finished(choice=self.index, finish=finish, extra=kept(self.fields)))
        return events

    def say(self, text: str, events: list[Event]) -> None:
        """Adds a plain piece of text."""
        self._append(text, Text, events)

    def _append(self, text: str, kind: type[Text] | type[Reasoning], events: list[Event]) -> None:
        """A plain piece of text or of a thought."""
        if not text:
            return
        if self._open is not kind:
            self._begin(Text(text="") if kind is Text else Reasoning(owner=DIALECT), events)
            self._open = kind
        if kind is Text:
            self._texts[-1][1].append(text)
            events.append(TextDelta(choice=self.index, part=self._parts - 1, text=text))
        else:
            events.append(ReasoningDelta(choice=self.index, part=self._parts - 1, text=text))

    def _whole(self, part: wire.Part, events: list[Event]) -> None:
        """A part that is whole as it comes."""
        found = self._asked.part(part, answer_id=self._answer_id, choice=self.index, place=self._calls)
        if found is None or is_empty(found):
            return
        match found:
            case Text():
                self._begin(msgspec.structs.replace(found, text=""), events)
            case Reasoning():
                self._begin(msgspec.structs.replace(found, text="", signature=None, encrypted=None), events)
            case ToolCall():
                self._calls += 1
                self._begin(msgspec.structs.replace(found, arguments=""), events)
            case _:
                self._begin(found, events)
        self._fill(found, events)
        events.append(PartFinished(choice=self.index, part=self._parts - 1))
        self._open = None

    def _begin(self, value: Part, events: list[Event]) -> None:
        events.append(PartStarted(choice=self.index, part=self._parts, value=value))
        if isinstance(value, Text):
            self._texts.append((self._parts, []))
        self._parts += 1

    def _fill(self, found: Part, events: list[Event]) -> None:
        """Tells what a part holds that was begun empty."""
        choice, place = self.index, self._parts - 1
        match found:
            case Text() if found.text:
                self._texts[-1][1].append(found.text)
                events.append(TextDelta(choice=choice, part=place, text=found.text))
            case Reasoning():
                if found.text:
                    events.append(ReasoningDelta(choice=choice, part=place, text=found.text))
                if found.signature is not None or found.encrypted is not None:
                    proof, encrypted = found.signature, found.encrypted
                    events.append(ReasoningSealed(choice=choice, part=place, signature=proof, encrypted=encrypted))
            case ToolCall():
                events.append(ArgumentsDelta(choice=choice, part=place, text=found.arguments))
            case _:
                pass

    def _collect(self, more: dict[str, object]) -> None:
        """Adds a chunk's members to what there is: within an object the later of two values counts."""
        for name, value in more.items():
            before = self.fields.get(name)
            self.fields[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value


def _is_plain(part: wire.Part) -> bool:
    """Whether a part is nothing but a piece of text, as nearly all are."""
    return (
        part.text is not None
        and part.thought_signature is None
        and part.rest is None
        and part.function_call is None
        and part.inline_data is None
        and part.file_data is None
    )
