"""One choice of a stream: deltas become parts that begin and grow."""

from typing import TYPE_CHECKING

from msgspec import UNSET

from accord.core.error import Malformed
from accord.core.event import (
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
    TextDelta,
)
from accord.core.finish import Finish
from accord.core.json import JsonObject, as_array, as_object
from accord.core.part import Audio, Media, Part, Reasoning, Refusal, Text
from accord.dialects.openai_chat import read_part
from accord.dialects.openai_chat.decode import message_extra, own_extra
from accord.dialects.openai_chat.reasoning_detail import Detail, merge_details, sealed, text_in
from accord.dialects.openai_chat.stream_audio import WholeBytes
from accord.dialects.openai_chat.stream_call import CallAssembly
from accord.dialects.openai_chat.tool_name import ToolNames
from accord.dialects.openai_chat.wire import Call, Scores, Sound, Words, unnamed

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat


class ChoiceStream:
    """What has been told of one choice."""

    __slots__ = (
        "_annotations",
        "_audio",
        "_citations",
        "_cited",
        "_codec",
        "_details",
        "_field",
        "_listed",
        "_parts",
        "_reasoning",
        "_refusal",
        "_sound",
        "_text",
        "_thoughts",
        "calls",
        "extra",
        "finish",
        "index",
        "of_message",
        "unsaid",
    )

    def __init__(self, codec: "OpenAIChat", names: ToolNames, index: int, response_id: str) -> None:
        self._codec = codec
        self.index: int = index
        self.calls: CallAssembly = CallAssembly(index, names, response_id)
        self.finish: Finish | None = None
        self.unsaid: bool = False
        """Whether the choice may be over though it has no finish reason: its last one was an empty word beside calls,
        or its sound is whole."""
        self.extra: dict[str, object] = {}
        self.of_message: dict[str, object] = {}
        self._parts = 0
        self._text: int | None = None
        self._refusal: int | None = None
        self._reasoning: int | None = None
        self._audio: int | None = None
        self._sound = WholeBytes()
        self._listed = False
        """Whether content came as a list, where the order of its elements says which belong together."""
        self._field: str | None = None
        self._thoughts: list[str] = []
        self._details: list[Detail] = []
        self._cited: int | None = None
        """The part that citations belong to: the last that has text."""
        self._citations = 0
        self._annotations: list[dict[str, object]] = []

    def add(self, words: Words, events: list[Event]) -> None:
        """Adds a delta, and its events to `events`. Raises `Malformed`."""
        if words.reasoning_content or words.reasoning or words.reasoning_text or words.reasoning_details:
            self._think(words, events)
        content = words.content
        if isinstance(content, str):
            if content:
                self.say(content, events)
        elif content is not UNSET and content is not None:
            self._say_list(content, events)
        refusal = words.refusal
        if refusal is not UNSET and refusal is not None:
            self._refuse(read_part.words_of(refusal, "refusal"), events)

    def _refuse(self, text: str, events: list[Event]) -> None:
        if text:
            if self._refusal is None:
                self._refusal = self._begin(Refusal(text=""), events)
            events.append(RefusalDelta(choice=self.index, part=self._refusal, text=text))

    def add_rare(self, words: Words, raw: JsonObject, events: list[Event]) -> None:
        """Adds what few deltas have. `raw` is the delta with all its members."""
        if words.audio is not None:
            self._hear(words.audio, events)
        for image in read_part.images_in(words.images):
            self._begin(image, events)
        self._call(words, raw, events)
        self._annotate(words.annotations, events)
        more = message_extra(raw, raw.get("annotations"))
        more.pop("annotations", None)
        self.of_message.update(more)

    def score(self, found: Scores, events: list[Event]) -> None:
        """Adds log probabilities."""
        content, refusal = read_part.scores(found.content), read_part.scores(found.refusal)
        if content is not None or refusal is not None:
            events.append(LogprobsDelta(choice=self.index, content=content, refusal=refusal))

    def end(self, reason: str, events: list[Event]) -> None:
        """Adds the finish. A second one counts only where a filter took back what had been said."""
        finish = self._codec.finish(reason, calls=len(self.calls) > 0)
        if self.finish is not None:
            if finish.unified != "content_filter" or self.finish.unified == "content_filter":
                return
            self.finish = finish
            events.append(Finished(choice=self.index, finish=finish, extra=own_extra(self.extra)))
            return
        self.finish = finish
        self._seal(events)
        self._parts = self.calls.end(self._parts, events)
        self._cite(events)
        if read_part.other_annotations(self._annotations):
            self.of_message["annotations"] = self._annotations
        events.append(
            Finished(
                choice=self.index,
                finish=finish,
                extra=own_extra(self.extra),
                message=own_extra(self.of_message),
            )
        )

    def _begin(self, value: Part, events: list[Event]) -> int:
        part = self._parts
        self._parts = part + 1
        events.append(PartStarted(choice=self.index, part=part, value=value))
        return part

    def say(self, text: str, events: list[Event]) -> None:
        """Adds more text."""
        part = self._text
        if part is None:
            self._prove(events)
            part = self._text = self._cited = self._begin(Text(text=""), events)
            if self._listed:
                self._seal(events)
        events.append(TextDelta(choice=self.index, part=part, text=text))

    def _say_list(self, content: object, events: list[Event]) -> None:
        items = as_array(content)
        if items is None:
            read_part.words_of(content, "content")
        self._listed = True
        for part in self._codec.content(items or []):
            match part:
                case Text():
                    self.say(part.text, events)
                case Reasoning():
                    self._text = None
                    self._reason(part.text, events)
                    if part.signature is not None:
                        events.append(
                            ReasoningSealed(choice=self.index, part=self._reasoning or 0, signature=part.signature)
                        )
                case _:
                    self._text = None
                    self._seal(events)
                    self._begin(part, events)

    def _think(self, words: Words, events: list[Event]) -> None:
        found = read_part.reasoning_field(words, self._codec.knobs.reasoning_read)
        details = words.reasoning_details
        if details:
            merge_details(self._details, details)
        if found is None and self._details:
            self._reason(text_in(details), events)
        elif found is not None:
            self._field = self._field or found[1]
            self._reason(found[0], events)

    def _reason(self, text: str, events: list[Event]) -> None:
        if self._reasoning is None:
            self._reasoning = self._begin(read_part.reasoning_part("", self._field, ()), events)
        if text:
            self._thoughts.append(text)
            events.append(ReasoningDelta(choice=self.index, part=self._reasoning, text=text))

    def _seal(self, events: list[Event]) -> None:
        """Ends the reasoning; where it came with details, it is restated with them."""
        if self._reasoning is None:
            return
        if self._details:
            whole = read_part.reasoning_part("".join(self._thoughts), self._field, self._details)
            events.append(
                ReasoningSealed(
                    choice=self.index,
                    part=self._reasoning,
                    signature=whole.signature,
                    extra={"openai_chat": {"reasoning_details": list(self._details)}},
                )
            )
            events.append(PartFinished(choice=self.index, part=self._reasoning, value=whole))
        self._reasoning = None
        self._thoughts = []

    def _prove(self, events: list[Event]) -> None:
        """Ends reasoning that is under its proof when what follows it begins: wires of blocks need the proof within."""
        if self._reasoning is not None and sealed(self._details) is not None:
            self._seal(events)
            self._details = []

    def _hear(self, sound: Sound, events: list[Event]) -> None:
        if self._audio is None:
            self._audio = self._begin(Audio(source=Media(), id=sound.id), events)
        try:
            data = self._sound.add(sound.data or "")
        except ValueError as error:
            raise Malformed(f"the sound in the stream is not base64: {error}") from None
        if data or sound.transcript or sound.expires_at is not None:
            self.unsaid = self.unsaid or sound.expires_at is not None
            events.append(
                AudioDelta(
                    choice=self.index,
                    part=self._audio,
                    data=data,
                    transcript=sound.transcript or "",
                    expires_at=sound.expires_at,
                )
            )

    def _call(self, words: Words, raw: JsonObject, events: list[Event]) -> None:
        if words.tool_calls or words.function_call:
            self._prove(events)
        raws = as_array(raw.get("tool_calls")) or []
        for call, of_call in zip(words.tool_calls or (), raws, strict=False):
            extra = unnamed(as_object(of_call) or {}, "call")
            self._parts = self.calls.add(call, extra, self._parts, events)
        if words.function_call and not words.tool_calls:
            call = Call(index=0, function=words.function_call)
            self._parts = self.calls.add(call, {}, self._parts, events)

    def _annotate(self, annotations: object, events: list[Event]) -> None:
        told = self._annotations
        told.extend([item for item in read_part.annotations_in(annotations) if item not in told])
        self._cite(events)

    def _cite(self, events: list[Event]) -> None:
        """Citations belong to the text, and wait for it to begin."""
        if self._cited is None or not self._annotations:
            return
        citations = read_part.citations_in(self._annotations)
        part = self._cited
        events.extend(
            [CitationAdded(choice=self.index, part=part, citation=one) for one in citations[self._citations :]]
        )
        self._citations = len(citations)
