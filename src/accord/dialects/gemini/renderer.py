"""A streamed answer for a caller of this wire.

How candidates finished is told in the last message, with the tokens used, so that nothing that breaks off looks whole.
Heartbeats are blank lines: a comment, which events allow, is broken JSON to google-genai (`_api_client.py`,
`HttpResponse._iter_response_stream`).
"""

from collections.abc import Mapping, Sequence

from accord.core.accumulate import merged
from accord.core.error import AccordError
from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Event,
    Finished,
    Forwarded,
    LogprobsDelta,
    PartDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.json import JsonObject, dumps
from accord.core.part import Extra
from accord.core.usage import Usage
from accord.dialects.gemini.dialect import overlaid, own
from accord.dialects.gemini.failure import status_body
from accord.dialects.gemini.finish import told_of
from accord.dialects.gemini.frame import Frame
from accord.dialects.gemini.logprob import wire_logprobs
from accord.dialects.gemini.render import is_blocked, with_grounding
from accord.dialects.gemini.render_choice import ChoiceWriter
from accord.dialects.gemini.usage import wire_usage

HEARTBEAT = b"\n\n"


class GeminiRenderer:
    """Writes one stream."""

    def __init__(self, model: str, frame: Frame) -> None:
        """`model` is the name the caller asked for."""
        self._model = model
        self._frame = frame
        self._id = ""
        self._choices: dict[int, ChoiceWriter] = {}
        self._usage: Usage | None = None
        self._extra: Extra = {}

    def feed(self, events: Sequence[Event]) -> bytes:
        """The messages for these events."""
        return b"".join([self._written(event) for event in events])

    def heartbeat(self) -> bytes:
        """Blank lines, which mean nothing in either framing."""
        return HEARTBEAT

    def fail(self, error: AccordError) -> bytes:
        """The failure as the last message."""
        return self._frame.message(dumps(status_body(error))) + self._frame.close()

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """The last message: how each choice finished, and what was used."""
        last: dict[str, object] = {}
        fields = own(self._extra)
        candidates = [self._finished(index, self._choices[index]) for index in sorted(self._choices)]
        if not is_blocked(fields, empty=all(choice.is_empty for choice in self._choices.values())):
            last["candidates"] = candidates
        if self._usage is not None:
            last["usageMetadata"] = wire_usage(self._usage)
        last.update({**self._names(), **fields})
        if accord is not None:
            last["accord"] = accord
        return self._frame.message(dumps(last)) + self._frame.close()

    def _written(self, event: Event) -> bytes:
        match event:
            case PartStarted():
                return self._message(event.choice, self._choice(event.choice).start(event))
            case PartFinished():
                return self._message(event.choice, self._choice(event.choice).finish_part(event))
            case LogprobsDelta():
                return self._scored(event)
            case Finished():
                choice = self._choice(event.choice)
                choice.finish, choice.extra = event.finish, merged(choice.extra, event.extra)
            case Started() | Updated():
                self._id = event.id or self._id
                self._extra = merged(self._extra, event.extra)
            case UsageReported():
                self._usage = event.usage
            case TextDelta() | RefusalDelta() | ReasoningDelta():
                return self._message(event.choice, self._delta(event))
            case ReasoningSealed() | ArgumentsDelta() | AudioDelta() | CitationAdded():
                self._delta(event)
            case _:
                pass
        return b""

    def _delta(self, event: PartDelta) -> list[JsonObject]:
        choice = self._choice(event.choice)
        match event:
            case TextDelta() | RefusalDelta():
                return choice.say(event)
            case ReasoningDelta():
                return choice.think(event)
            case ReasoningSealed():
                choice.seal(event)
            case ArgumentsDelta() | AudioDelta():
                choice.grow(event)
            case CitationAdded():
                choice.cite(event)
        return []

    def _choice(self, index: int) -> ChoiceWriter:
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = ChoiceWriter()
        return choice

    def _message(self, index: int, parts: list[JsonObject]) -> bytes:
        if not parts:
            return b""
        candidate = {"content": {"parts": parts, "role": "model"}, "index": index}
        return self._frame.message(dumps({"candidates": [candidate], **self._names()}))

    def _scored(self, event: LogprobsDelta) -> bytes:
        if event.content is None:
            return b""
        candidate = {"content": _NOTHING, "index": event.choice, "logprobsResult": wire_logprobs(event.content)}
        return self._frame.message(dumps({"candidates": [candidate], **self._names()}))

    def _finished(self, index: int, choice: ChoiceWriter) -> dict[str, object]:
        parts = choice.end()
        candidate: dict[str, object] = {"content": {"parts": parts, "role": "model"} if parts else _NOTHING}
        candidate.update(told_of(choice.finish))
        candidate["index"] = index
        return with_grounding(overlaid(candidate, own(choice.extra)), choice.citing)

    def _names(self) -> dict[str, object]:
        return {"modelVersion": self._model, **({"responseId": self._id} if self._id else {})}


# google-genai's chat forgets a turn that holds a message without parts, so there is always one, as in Google's streams.
_NOTHING: JsonObject = {"parts": [{"text": ""}], "role": "model"}


class ForwardRenderer:
    """Hands a provider's messages on, framed as the caller asked for."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def feed(self, events: Sequence[Event]) -> bytes:
        """The messages among these events. Each comes as an event of its own, whose framing is changed here."""
        return b"".join([self._frame.message(event.data[6:-2]) for event in events if isinstance(event, Forwarded)])

    def heartbeat(self) -> bytes:
        """Blank lines, which mean nothing in either framing."""
        return HEARTBEAT

    def fail(self, error: AccordError) -> bytes:
        """The failure as the last message."""
        return self._frame.message(dumps(status_body(error))) + self._frame.close()

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """What ends the stream, after a message with `accord` where it was asked for."""
        if accord is None:
            return self._frame.close()
        told = {"candidates": [{"content": _NOTHING, "index": 0}], "accord": accord}
        return self._frame.message(dumps(told)) + self._frame.close()
