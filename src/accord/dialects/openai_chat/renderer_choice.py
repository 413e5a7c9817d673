"""The deltas of one choice in a stream for a caller."""

from accord.core.accumulate import accumulate
from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Event,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
)
from accord.core.json import JsonObject, dumps
from accord.core.part import Audio, Citation, Image, Part, Reasoning, Refusal, Text, ToolCall
from accord.dialects.openai_chat.encode_message import text_of_reasoning
from accord.dialects.openai_chat.render_message import (
    NO_ARGUMENTS,
    all_details,
    annotation_object,
    beside_call,
    citation_object,
    image_object,
)


class _Told:
    """A part, and what was told of it."""

    __slots__ = ("call", "history", "length", "offset", "paragraph", "value")

    def __init__(self, start: PartStarted, *, call: int, offset: int) -> None:
        self.value = start.value
        self.call = call
        """The number of a tool call."""
        self.offset = offset
        """Where a text begins within the message."""
        self.length = 0
        """How many characters were told."""
        self.paragraph: int | None = None
        """The paragraph of a summary that was told last."""
        self.history: list[Event] = []
        """The events of reasoning whose proof has to be told with it."""
        if isinstance(start.value, Reasoning) and start.value.owner not in (None, "openai_chat"):
            self.history.append(start)

    def built(self) -> Part:
        """The part with what was added to it, as far as it was kept."""
        if not self.history:
            return self.value
        return accumulate(self.history).choices[0].message.parts[0]


class ChoiceWriter:
    """Turns the events of one choice into deltas, each a JSON object."""

    __slots__ = ("_calls", "_citations", "_images", "_legacy", "_parts", "_text", "_thought", "around")

    def __init__(self, *, legacy: bool) -> None:
        """`legacy`: a call is a `function_call`, and there is only one."""
        self._legacy = legacy
        self._parts: dict[int, _Told] = {}
        self._calls = 0
        self._images = 0
        self._text = 0
        self.around: tuple[bytes, bytes] | None = None
        """What a chunk has before a text and after it, once it was written."""
        self._thought = False
        """Whether any reasoning was told."""
        self._citations: list[tuple[int, Citation]] = []

    @property
    def has_calls(self) -> bool:
        """Whether the choice holds tool calls."""
        return self._calls > 0

    def text(self, part: int, text: str) -> bytes:
        """More text: what nearly all events are."""
        return b'{"content":' + self.said(part, text) + b"}"

    def said(self, part: int, text: str) -> bytes:
        """The same without what is around it."""
        length = len(text)
        self._parts[part].length += length
        self._text += length
        return dumps(text)

    def write(self, event: Event) -> list[bytes]:
        """The deltas for an event about a part."""
        match event:
            case PartStarted():
                return self._start(event)
            case TextDelta():
                return [self.text(event.part, event.text)]
            case ArgumentsDelta():
                return self._arguments(self._parts[event.part], event.text)
            case RefusalDelta():
                return self._refuse(self._parts[event.part], event.text)
            case ReasoningDelta():
                return self._think(self._parts[event.part], event)
            case AudioDelta():
                return [dumps({"audio": _sound(event)})]
            case PartFinished():
                return self._restate(event)
            case ReasoningSealed():
                self._keep(self._parts[event.part], event)
            case CitationAdded():
                self._citations.append((event.part, event.citation))
            case _:
                pass
        return []

    def last(self, *, whole: bool) -> list[bytes]:
        """What is told once all parts are known: proofs of reasoning, and sources. `whole`: nothing was cut off."""
        deltas = self._without_arguments() if whole else []
        details = all_details([self._parts[index].built() for index in sorted(self._parts)])
        if details:
            numbered = [{**detail, "index": position} for position, detail in enumerate(details)]
            deltas.append(dumps({"reasoning_details": numbered}))
        sources = self._sources()
        return [*deltas, dumps(sources)] if sources else deltas

    def _start(self, event: PartStarted) -> list[bytes]:
        value = event.value
        told = self._parts[event.part] = _Told(event, call=self._calls, offset=self._text)
        match value:
            case Text():
                self._citations.extend([(event.part, citation) for citation in value.citations])
                return [self.text(event.part, value.text)] if value.text else []
            case Refusal():
                return self._refuse(told, value.text) if value.text else []
            case Reasoning():
                text = text_of_reasoning([value])
                return [self._thought_text(told, text)] if text else []
            case ToolCall():
                return self._call(told, value)
            case Audio():
                return [dumps({"audio": _sound_begun(value)})]
            case Image():
                self._images += 1
                return [dumps({"images": [{"index": self._images - 1, **image_object(value)}]})]
            case _:
                return []

    def _refuse(self, told: _Told, text: str) -> list[bytes]:
        told.length += len(text)
        return [b'{"refusal":' + dumps(text) + b"}"]

    def _call(self, told: _Told, call: ToolCall) -> list[bytes]:
        self._calls += 1
        told.length += len(call.arguments)
        if self._legacy:
            begun: JsonObject = {"function_call": {"name": call.name, "arguments": call.arguments}}
            return [dumps(begun)] if told.call == 0 else []
        inside = {"name": call.name, ("input" if call.kind == "custom" else "arguments"): call.arguments}
        written = {"index": told.call, "id": call.id, "type": call.kind, call.kind: inside, **beside_call(call)}
        return [dumps({"tool_calls": [written]})]

    def _arguments(self, told: _Told, text: str) -> list[bytes]:
        told.length += len(text)
        if self._legacy:
            return [b'{"function_call":{"arguments":' + dumps(text) + b"}}"] if told.call == 0 else []
        custom = isinstance(told.value, ToolCall) and told.value.kind == "custom"
        inside = b',"custom":{"input":' if custom else b',"function":{"arguments":'
        return [b'{"tool_calls":[{"index":%d' % told.call + inside + dumps(text) + b"}}]}"]

    def _think(self, told: _Told, event: ReasoningDelta) -> list[bytes]:
        """Of text and summary of one thought, what comes first is told; both are in the details."""
        self._keep(told, event)
        other = told.length > 0 and (told.paragraph is None) != (event.summary is None)
        if other or not event.text:
            return []
        new_paragraph = told.length > 0 and event.summary != told.paragraph
        told.paragraph = event.summary
        return [self._thought_text(told, event.text, apart=new_paragraph)]

    def _thought_text(self, told: _Told, text: str, *, apart: bool = False) -> bytes:
        between = "\n\n" if apart or (told.length == 0 and self._thought) else ""
        told.length += len(text)
        self._thought = True
        return b'{"reasoning_content":' + dumps(between + text) + b"}"

    def _keep(self, told: _Told, event: Event) -> None:
        if told.history:
            told.history.append(event)

    def _restate(self, event: PartFinished) -> list[bytes]:
        """A part restated whole: of what was told already nothing is said again."""
        told, value = self._parts[event.part], event.value
        if value is None:
            return []
        told.value, told.history = value, []
        untold = told.length == 0
        match value:
            case Text():
                if value.citations:
                    kept = [(part, citation) for part, citation in self._citations if part != event.part]
                    self._citations = kept + [(event.part, citation) for citation in value.citations]
                return [self.text(event.part, value.text)] if untold and value.text else []
            case ToolCall() if untold and value.arguments:
                return self._arguments(told, value.arguments)
            case Refusal() if untold and value.text:
                return self._refuse(told, value.text)
            case Reasoning() if untold and (text := text_of_reasoning([value])):
                return [self._thought_text(told, text)]
            case _:
                return []

    def _without_arguments(self) -> list[bytes]:
        deltas: list[bytes] = []
        for told in self._parts.values():
            if isinstance(told.value, ToolCall) and told.value.kind == "function" and told.length == 0:
                deltas.extend(self._arguments(told, NO_ARGUMENTS))
        return deltas

    def _sources(self) -> JsonObject:
        annotations: list[JsonObject] = []
        citations: list[JsonObject] = []
        for part, citation in self._citations:
            told = self._parts[part]
            annotation = annotation_object(citation, told.offset, told.length)
            if annotation is not None:
                annotations.append({"index": len(annotations), **annotation})
            else:
                citations.append({"index": len(citations), **citation_object(citation, told.offset, told.length)})
        fields: dict[str, object] = {"annotations": annotations} if annotations else {}
        return {**fields, "citations": citations} if citations else fields


def _sound_begun(sound: Audio) -> JsonObject:
    fields = {
        "id": sound.id,
        "data": sound.source.data,
        "transcript": sound.transcript,
        "expires_at": sound.expires_at,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _sound(event: AudioDelta) -> JsonObject:
    fields = {"data": event.data or None, "transcript": event.transcript or None, "expires_at": event.expires_at}
    return {key: value for key, value in fields.items() if value is not None}
