"""Events become the response they tell of: `accumulate(events)` equals the answer that would have come whole."""

from base64 import b64decode, b64encode
from collections.abc import Iterable

import msgspec

from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Event,
    Finished,
    LogprobsDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    Updated,
    UsageReported,
    Warned,
)
from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import Audio, Citation, Extra, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob
from accord.core.usage import Usage
from accord.core.warning import CallWarning


def accumulate(events: Iterable[Event]) -> ChatResponse:
    """The response told by `events`. Of a stream that broke off, what had arrived: choices without `finish`. Raises nothing of
    its own.
    """
    accumulator = Accumulator()
    for event in events:
        accumulator.add(event)
    return accumulator.response()


class Accumulator:
    """Collects events one at a time; `response()` can be asked at any moment."""

    def __init__(self) -> None:
        self._id = ""
        self._model = ""
        self._created: int | None = None
        self._extra: Extra = {}
        self._usage: Usage | None = None
        self._warnings: list[CallWarning] = []
        self._choices: dict[int, _Choice] = {}

    def add(self, event: Event) -> None:
        """Takes one event into account."""
        if isinstance(event, _Piece):
            self._choice(event.choice).parts[event.part].pieces.append(event)
        else:
            self._tell(event)

    def response(self) -> ChatResponse:
        """What has been told so far."""
        return ChatResponse(
            id=self._id,
            model=self._model,
            created=self._created,
            choices=tuple([self._choices[index].built(index) for index in sorted(self._choices)]),
            usage=self._usage,
            warnings=tuple(self._warnings),
            extra=self._extra,
        )

    def _tell(self, event: Event) -> None:
        match event:
            case PartStarted():
                self._choice(event.choice).parts[event.part] = _Growing(event.value)
            case PartFinished():
                self._settle(event)
            case CitationAdded():
                self._choice(event.choice).parts[event.part].citations.append(event.citation)
            case LogprobsDelta():
                self._score(event)
            case Finished():
                self._finish(event)
            case Started() | Updated():
                self._identify(event)
            case UsageReported():
                self._usage = event.usage
            case Warned():
                self._warnings.append(event.warning)
            case _:
                pass

    def _identify(self, event: Started | Updated) -> None:
        self._id = event.id or self._id
        self._model = event.model or self._model
        self._extra = merged(self._extra, event.extra)
        if isinstance(event, Started) and event.created is not None:
            self._created = event.created

    def _choice(self, index: int) -> "_Choice":
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = _Choice()
        return choice

    def _settle(self, event: PartFinished) -> None:
        if event.value is not None:
            self._choice(event.choice).parts[event.part] = _Growing(event.value)

    def _score(self, event: LogprobsDelta) -> None:
        choice = self._choice(event.choice)
        choice.content = _joined(choice.content, event.content)
        choice.refusal = _joined(choice.refusal, event.refusal)

    def _finish(self, event: Finished) -> None:
        choice = self._choice(event.choice)
        choice.finish = event.finish
        choice.extra = merged(choice.extra, event.extra)
        choice.of_message = merged(choice.of_message, event.message)


_Piece = TextDelta | RefusalDelta | ReasoningDelta | ReasoningSealed | ArgumentsDelta | AudioDelta


class _Growing:
    """A part and what has been added to it."""

    __slots__ = ("citations", "initial", "pieces")

    def __init__(self, initial: Part) -> None:
        self.initial = initial
        self.pieces: list[_Piece] = []
        self.citations: list[Citation] = []

    def built(self) -> Part:
        initial = self.initial
        if not self.pieces and not self.citations:
            return initial
        match initial:
            case Text():
                text = initial.text + self._text()
                return msgspec.structs.replace(initial, text=text, citations=(*initial.citations, *self.citations))
            case Refusal():
                return msgspec.structs.replace(initial, text=initial.text + self._text())
            case ToolCall():
                return msgspec.structs.replace(initial, arguments=initial.arguments + self._text())
            case Reasoning():
                return self._reasoning(initial)
            case Audio():
                return self._audio(initial)
            case _:
                return initial

    def _text(self) -> str:
        return "".join(
            [piece.text for piece in self.pieces if isinstance(piece, TextDelta | RefusalDelta | ArgumentsDelta)]
        )

    def _reasoning(self, initial: Reasoning) -> Reasoning:
        text: list[str] = [initial.text]
        summary: list[str] = list(initial.summary)
        signature = initial.signature or ""
        encrypted = initial.encrypted
        extra = initial.extra
        for piece in self.pieces:
            if isinstance(piece, ReasoningSealed):
                signature += piece.signature or ""
                encrypted = piece.encrypted or encrypted
                extra = merged(extra, piece.extra)
            elif isinstance(piece, ReasoningDelta) and piece.summary is None:
                text.append(piece.text)
            elif isinstance(piece, ReasoningDelta) and piece.summary is not None:
                summary.extend([""] * (piece.summary + 1 - len(summary)))
                summary[piece.summary] += piece.text
        return msgspec.structs.replace(
            initial,
            text="".join(text),
            summary=tuple(summary),
            signature=signature or None,
            encrypted=encrypted,
            extra=extra,
        )

    def _audio(self, initial: Audio) -> Audio:
        sound = [piece for piece in self.pieces if isinstance(piece, AudioDelta)]
        data = _joined_base64([initial.source.data or "", *[piece.data for piece in sound]])
        transcript = (initial.transcript or "") + "".join([piece.transcript for piece in sound])
        source = msgspec.structs.replace(initial.source, data=data or None)
        told = [piece.expires_at for piece in sound if piece.expires_at is not None]
        return msgspec.structs.replace(
            initial,
            source=source,
            transcript=transcript or None,
            expires_at=told[-1] if told else initial.expires_at,
        )


class _Choice:
    """A choice and what has been told of it."""

    __slots__ = ("content", "extra", "finish", "of_message", "parts", "refusal")

    def __init__(self) -> None:
        self.parts: dict[int, _Growing] = {}
        self.finish: Finish | None = None
        self.extra: Extra = {}
        self.of_message: Extra = {}
        self.content: tuple[TokenLogprob, ...] | None = None
        self.refusal: tuple[TokenLogprob, ...] | None = None

    def built(self, index: int) -> Choice:
        scored = self.content is not None or self.refusal is not None
        return Choice(
            index=index,
            message=Message(
                role="assistant",
                parts=tuple([self.parts[part].built() for part in sorted(self.parts)]),
                extra=self.of_message,
            ),
            finish=self.finish,
            logprobs=Logprobs(content=self.content, refusal=self.refusal) if scored else None,
            extra=self.extra,
        )


def merged(extra: Extra, more: Extra) -> Extra:
    """`extra` with the members of `more` added, dialect by dialect; of two values for one key the later one stays."""
    if not more:
        return extra
    result = dict(extra)
    for dialect, fields in more.items():
        result[dialect] = {**result.get(dialect, {}), **fields}
    return result


def _joined(
    before: tuple[TokenLogprob, ...] | None, more: tuple[TokenLogprob, ...] | None
) -> tuple[TokenLogprob, ...] | None:
    return before if more is None else (*(before or ()), *more)


def _joined_base64(pieces: Iterable[str]) -> str:
    """One base64 text for several, each of which may be padded."""
    return b64encode(b"".join([b64decode(piece) for piece in pieces])).decode()
