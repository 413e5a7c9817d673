"""A conversation becomes `contents` and `systemInstruction`. https://ai.google.dev/api/caching#Content.

Turns alternate between `user` and `model`. The results of one turn's calls stand together in one turn right after it, in
the order of the calls: Gemini counts them. What the user says beside results makes a turn of its own, because Gemini 3
takes it for the beginning of a new exchange, before which signatures need not be right.
"""

from typing import Literal, TypeAlias

from accord.core.error import InvalidInput
from accord.core.message import Message
from accord.core.part import Audio, File, Image, Opaque, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.dialects.foreign import leave_out
from accord.dialects.gemini.arguments import arguments_object
from accord.dialects.gemini.call_ids import is_made_up
from accord.dialects.gemini.call_ledger import Call, CallLedger
from accord.dialects.gemini.dialect import DIALECT, overlaid, own
from accord.dialects.gemini.encode_result import result_part
from accord.dialects.gemini.media import media_part
from accord.dialects.gemini.proof import UNSIGNED
from accord.dialects.gemini.write_part import call_part, text_part, thought_part
from accord.dialects.gemini.writing import Writing

WirePart: TypeAlias = dict[str, object]
Kind: TypeAlias = Literal["user", "results", "model"]

_BLANK: WirePart = {"text": " "}
_LAST = 1 << 30


class Turn:
    """A content that is being written: parts with the rank they are sorted by."""

    __slots__ = ("extra", "kind", "parts", "results")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.extra: dict[str, object] = {}
        """The caller's own members of this wire beside the parts."""
        self.parts: list[tuple[int, WirePart]] = []
        self.results: Turn | None = None
        """Where the results of a model's calls go."""

    def wire(self) -> dict[str, object]:
        """The content."""
        role = "model" if self.kind == "model" else "user"
        return {**self.extra, "role": role, "parts": [part for _, part in sorted(self.parts, key=_rank)]}


def _rank(ranked: tuple[int, WirePart]) -> int:
    return ranked[0]


class ContentsWriter:
    """Writes one conversation."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._calls = CallLedger()
        self._turns: list[Turn] = []
        self._called: list[int] = []
        """The ranks of calls in the message that is being written."""
        self._made_in: dict[int, Turn] = {}
        """The turn of each call, by its rank."""
        self._system: list[WirePart] = []
        self._system_fields: dict[str, object] = {}

    def write(self) -> dict[str, object]:
        """`contents`, and `systemInstruction` where there is one. Raises `Unsupported` or `InvalidInput`."""
        for index, message in enumerate(self._writing.request.messages):
            path = f"messages[{index}]"
            if message.name is not None:
                self._writing.advise_once("name", f"{path}.name", "this wire has no names of speakers")
            if message.role in ("system", "developer"):
                self._instruct(message, path)
            else:
                self._speak(message, path)
        body: dict[str, object] = {"contents": self._contents()}
        if self._system:
            body["systemInstruction"] = {**self._system_fields, "parts": self._system}
        return body

    def _instruct(self, message: Message, path: str) -> None:
        parts = [
            written
            for index, part in enumerate(message.parts)
            if (written := self._part(part, f"{path}.parts[{index}]")) is not None
        ]
        if not self._turns:
            self._system.extend(parts)
            self._system_fields.update(own(message.extra))
            return
        why = "this wire has instructions at the beginning alone; later ones are said by the user, at their place"
        self._writing.losses.change(f"{path}.role", why)
        self._add("user", parts)

    def _speak(self, message: Message, path: str) -> None:
        said: list[WirePart] = []
        for index, part in enumerate(message.parts):
            place = f"{path}.parts[{index}]"
            if isinstance(part, ToolResult):
                self._answer(part, place)
            elif (written := self._part(part, place)) is not None:
                said.append(written)
        self._add("model" if message.role == "assistant" else "user", said)
        if said and message.extra:
            self._turns[-1].extra.update(own(message.extra))
        for rank in self._called:
            self._made_in[rank] = self._turns[-1]
        self._called = []

    def _add(self, kind: Kind, parts: list[WirePart]) -> None:
        # A content without parts is refused.
        if parts:
            if not self._turns or self._turns[-1].kind != kind:
                self._turns.append(Turn(kind))
            self._turns[-1].parts.extend([(_LAST, part) for part in parts])

    def _results_of(self, call: Call | None) -> Turn:
        """The turn right after the call's own, even where others spoke in between."""
        made_in = None if call is None else self._made_in.get(call.rank)
        if made_in is None:
            if not self._turns or self._turns[-1].kind != "results":
                self._turns.append(Turn("results"))
            return self._turns[-1]
        if made_in.results is None:
            made_in.results = Turn("results")
            self._turns.insert(self._turns.index(made_in) + 1, made_in.results)
        return made_in.results

    def _answer(self, result: ToolResult, path: str) -> None:
        self._note_cache(result, path)
        call = self._calls.answered(result)
        if call is None and result.name is None:
            raise InvalidInput(
                f"`{path}.call_id`: no earlier message holds the call {result.call_id!r}, and the result has no name",
                param=f"{path}.call_id",
            )
        name = call.wire_name if call is not None else self._writing.names.wire(result.name or "")
        call_id = result.call_id if self._keeps_ids() and not is_made_up(result.call_id) else None
        written, beside = result_part(result, name, call_id, self._writing, path)
        turn = self._results_of(call)
        turn.parts.append((_LAST - 1 if call is None else call.rank, written))
        turn.parts.extend([(_LAST, part) for part in beside])

    def _part(self, part: Part, path: str) -> WirePart | None:
        self._note_cache(part, path)
        match part:
            case Text():
                return self._text(part, path)
            case ToolCall():
                return self._call(part, path)
            case Reasoning():
                return self._thought(part, path)
            case Image() | File():
                return self._media(part, path)
            case Audio():
                return self._sound(part, path)
            case Refusal():
                self._writing.losses.change(path, "this wire has no refusals; it is sent as text")
                return {"text": part.text}
            case Opaque() if part.dialect == DIALECT:
                return dict(part.raw)
            case Opaque():
                leave_out(part, path, self._writing.losses)
                return None
            case ToolResult():
                self._writing.losses.refuse(path, "results of tools cannot stand among instructions")
                return None

    def _text(self, part: Text, path: str) -> WirePart | None:
        if part.citations:
            self._writing.advise_once("citations", f"{path}.citations", "this wire takes no citations back")
        written = text_part(part)
        return written if part.text or len(written) > 1 else None

    def _call(self, part: ToolCall, path: str) -> WirePart:
        if part.kind == "function" and arguments_object(part.arguments) is None:
            why = "this wire takes only objects as arguments; the text is sent as the member `input` of one"
            self._writing.losses.change(f"{path}.arguments", why)
        name = self._writing.names.wire(part.name, part.namespace, part.kind)
        self._called.append(self._calls.note(part, name))
        return call_part(part, name, with_id=self._keeps_ids())

    def _thought(self, part: Reasoning, path: str) -> WirePart | None:
        if part.owner == DIALECT:
            return thought_part(part, part.signature)
        self._writing.advise_once("reasoning", path, "thoughts of another model's are not Gemini's own")
        return None

    def _media(self, part: Image | File, path: str) -> WirePart | None:
        name = part.filename if isinstance(part, File) else None
        if isinstance(part, File) and (part.context is not None or part.citations is not None):
            self._writing.advise_once("file", f"{path}.context", "this wire knows nothing about what files are for")
        return self._finished(media_part(part.source, self._writing, f"{path}.source", name=name), part)

    def _sound(self, part: Audio, path: str) -> WirePart | None:
        if part.source.data is None and part.source.url is None and part.transcript is not None:
            self._writing.losses.change(path, "sound known to another provider alone is sent as its transcript")
            return {"text": part.transcript}
        return self._finished(media_part(part.source, self._writing, f"{path}.source"), part)

    def _finished(self, written: WirePart | None, part: Image | Audio | File) -> WirePart | None:
        if written is None:
            return None
        level = _RESOLUTIONS.get(part.detail or "") if isinstance(part, Image) else None
        if level is not None and self._writing.rules.gemini_3:
            written["mediaResolution"] = {"level": level}
        return overlaid(written, own(part.extra))

    def _note_cache(self, part: Part, path: str) -> None:
        if part.cache is not None:
            self._writing.advise_once("cache", f"{path}.cache", "Gemini caches prefixes by itself, without marks")

    def _keeps_ids(self) -> bool:
        writing = self._writing
        return writing.rules.gemini_3 or not writing.vertex or writing.knobs.call_ids == "always"

    def _contents(self) -> list[object]:
        if not self._turns or (self._turns[0].kind == "model" and _first_call(self._turns[0]) is not None):
            why = "a conversation begins with a turn of the user's"
            self._writing.losses.fill("messages[0]", f"{why}; a blank one is sent")
            blank = Turn("user")
            blank.parts.append((0, dict(_BLANK)))
            self._turns.insert(0, blank)
        if self._writing.rules.gemini_3:
            self._sign()
        return [turn.wire() for turn in self._turns]

    def _sign(self) -> None:
        """Gemini 3 refuses a step whose first call has no signature; one that never had any is sent a stand-in."""
        unsigned = [call for turn in self._turns if (call := _first_call(turn)) and "thoughtSignature" not in call]
        for call in unsigned:
            call["thoughtSignature"] = UNSIGNED
        if unsigned:
            why = "Gemini 3 wants its signature back with each step's calls; where it is missing, a stand-in is sent"
            self._writing.losses.fill("messages[].parts[].signature", why)


_RESOLUTIONS = {
    "low": "MEDIA_RESOLUTION_LOW",
    "high": "MEDIA_RESOLUTION_HIGH",
    "original": "MEDIA_RESOLUTION_ULTRA_HIGH",
}


def _first_call(turn: Turn) -> WirePart | None:
    if turn.kind != "model":
        return None
    return next((part for _, part in turn.parts if "functionCall" in part), None)
