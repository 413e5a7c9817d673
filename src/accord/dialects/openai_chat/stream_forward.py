"""A stream read and handed on as it came.

What the caller must not see is held back (the provider's name of the model, usage it did not ask for), and what its SDK
could not take is put right (`regular.py`). All other bytes are the provider's.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET

from accord.core.event import Event, Forwarded
from accord.core.json import JsonObject, as_array, as_object, dumps
from accord.core.response import ChatResponse
from accord.dialects.openai_chat.null_member import without_nulls
from accord.dialects.openai_chat.read_part import inside
from accord.dialects.openai_chat.regular import (
    Numbered,
    Stamp,
    empty_piece,
    is_plain_piece,
    is_regular_chunk,
    is_regular_piece,
    number_lists,
    regular_chunk,
    regular_piece,
    regular_usage,
    thought_elsewhere,
)
from accord.dialects.openai_chat.renderer import DONE, ChatRenderer
from accord.dialects.openai_chat.stream import ChatDecoder, members_in
from accord.dialects.openai_chat.tool_name import ToolNames
from accord.dialects.openai_chat.wire import Call, Chunk, MoreText, Opening, Piece, Words
from accord.dialects.text_pattern import TextPattern

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat
    from accord.dialects.openai_chat.inbound import ChatInbound

_REASONING = b'"reasoning":'
_FINGERPRINT = ("system_fingerprint",)
_MOST_CHOICES = 128
"""OpenAI's limit of `n`; a host that numbers choices higher is not helped by filling the gaps."""


class ForwardingDecoder(ChatDecoder):
    """Adds `Forwarded` events to those that say what they mean."""

    def __init__(self, codec: "OpenAIChat", inbound: "ChatInbound") -> None:
        super().__init__(codec, ToolNames())
        self._inbound = inbound
        self._asked = inbound.request.model
        self._wants_usage = inbound.wants_usage
        self._created = inbound.received_at
        """When the answer began, as soon as the provider says so."""
        self._begun: set[int] = set()
        """The choices that were handed on."""
        self._begun_calls: set[tuple[int, int]] = set()
        self._named_calls: set[tuple[int, int]] = set()
        self._counts: dict[tuple[int, str], int] = {}
        self._upstream = ""
        self._named = b""
        self._renamed = b""
        self._again: MoreText | None = None
        """The event that those which fit the pattern are like."""
        self._put = b""
        """What the events of a text begin with here; empty where more has to be changed than what stands before the text."""
        self._kept: dict[str, object] = {}
        """Members of chunks without choices that were held back; they go with the next chunk."""

    def events_of(self, response: ChatResponse) -> list[Event]:
        """A whole answer, written as the stream that the caller waits for."""
        events = super().events_of(response)
        renderer = ChatRenderer(self._inbound)
        written = renderer.feed(events) + renderer.end().removesuffix(DONE)
        pieces: list[Event] = [Forwarded(data=piece + b"\n\n") for piece in written.split(b"\n\n") if piece]
        return [*events[:-1], *pieces, *events[-1:]]

    def take_chunk(self, chunk: Chunk, data: bytes, events: list[Event]) -> None:
        """Adds the events of one chunk, and the chunk itself. Raises as `ChatDecoder.take_chunk` does."""
        super().take_chunk(chunk, data, events)
        if type(chunk.created) is int:
            self._created = chunk.created or self._created
        piece = self._handed_on(chunk, data)
        if piece is not None:
            # An event of several lines of data is one JSON text with line ends between its members.
            events.append(Forwarded(data=b"data: " + piece.replace(b"\n", b" ") + b"\n\n"))

    def take_opening(self, opening: Opening, data: bytes, events: list[Event]) -> bool:
        """Adds the beginning of an answer, and the chunk itself, unless something was held back before it."""
        if self._kept or not super().take_opening(opening, data, events):
            return False
        self._created = opening.created or self._created
        self._begun.add(0)
        events.append(Forwarded(data=b"data: " + self._shown(data, opening).replace(b"\n", b" ") + b"\n\n"))
        return True

    def take_text(self, more: MoreText, data: bytes, events: list[Event]) -> bool:
        """Adds more of a text, and the chunk itself, if all of it is as it should be."""
        if self._kept or more.choices[0].index not in self._begun or not super().take_text(more, data, events):
            return False
        events.append(Forwarded(data=b"data: " + self._shown(data, more).replace(b"\n", b" ") + b"\n\n"))
        return True

    def learn(self, pattern: TextPattern, of: MoreText) -> None:
        """Renames once what all events begin with."""
        super().learn(pattern, of)
        head = pattern.head
        put = head if of.model == self._asked else self._replaced(head, of.model) or b""
        if of.system_fingerprint is None:
            bare = without_nulls(put, _FINGERPRINT)
            put = b"" if bare == put else bare
        self._put, self._again = put, of

    def repeated(self, pattern: TextPattern, block: bytes, events: list[Event]) -> bool:
        """Takes such an event, and adds the event itself."""
        text = pattern.text_in(block)  # As `ChatDecoder.repeated` does; asking it costs a fifth of all this.
        if not text or self._over or self._kept:
            return False
        self.again.say(text, events)
        put, like = self._put, self._again
        if put or like is None:
            events.append(Forwarded(data=b"%b%b\n\n" % (put, block[pattern.start :])))
        else:
            events.append(Forwarded(data=b"data: %b\n\n" % self._shown(block.removeprefix(b"data: "), like)))
        return True

    def passed(self, data: bytes) -> bytes:
        """See `PassingDecoder`: 190 steps of an event less than by way of events."""
        pattern, put = self._pattern, self._put
        if pattern is None or not put or self._kept or self._over or self._reader.held or self._failure is not None:
            return b""
        if not data.endswith(b"\n\n") or not pattern.text_in(data[:-2]):
            return b""
        return put + data[pattern.start :]

    def _handed_on(self, chunk: Chunk, data: bytes) -> bytes | None:
        pieces = chunk.choices or ()
        if not pieces and not (self._wants_usage and (self._begun or chunk.usage)):
            self._hold_back(data)
            return None
        regular = is_regular_chunk(chunk) and not self._kept and (chunk.usage is None or self._wants_usage)
        if not (regular and len(pieces) == 1 and pieces[0].index in self._begun and is_plain_piece(pieces[0])):
            fit = regular and all(self._is_regular(piece, position) for position, piece in enumerate(pieces))
            told = _with_thought(pieces, data) if fit else None
            if told is None:
                return self._put_right(chunk, data)
            for position, piece in enumerate(pieces):
                self._note(piece, position)
            data = told
        return data if chunk.model == self._asked else self._renamed_in(data, str(chunk.model))

    def _hold_back(self, data: bytes) -> None:
        """Callers who did not ask for usage never see a chunk without choices: many index the first one. Others don't see it before
        the answer begins: Azure's first has neither its id nor its time.
        """
        hidden = ("id", "object", "created", "model", "choices", "usage", "obfuscation")
        self._kept.update({key: value for key, value in members_in(data).items() if key not in hidden})

    def _is_regular(self, piece: Piece, position: int) -> bool:
        """Whether a piece needs nothing put right."""
        index = _index(piece, position)
        words = piece.delta
        if not is_regular_piece(piece) or not isinstance(words, Words):
            return False
        role = words.role is UNSET if index in self._begun else words.role == "assistant" and index == len(self._begun)
        return role and all(self._is_regular_call(call, index) for call in words.tool_calls or ())

    def _is_regular_call(self, call: Call, index: int) -> bool:
        ordinal = self.choices[index].calls.ordinal(call)
        begun, told = (index, ordinal) in self._begun_calls, (bool(call.id), bool(inside(call).name))
        return call.index == ordinal and told == ((False, False) if begun else (True, True))

    def _note(self, piece: Piece, position: int) -> None:
        """Keeps what a piece began that goes out as it is."""
        index = _index(piece, position)
        self._begun.add(index)
        if isinstance(piece.delta, Words):
            calls = self.choices[index].calls
            told = [(index, calls.ordinal(call)) for call in piece.delta.tool_calls or ()]
            self._begun_calls.update(told)
            self._named_calls.update(told)

    def _shown(self, data: bytes, event: MoreText | Opening) -> bytes:
        """An event with nothing to put right but the model's name and a null."""
        if event.model != self._asked:
            data = self._renamed_in(data, event.model)
        return without_nulls(data, _FINGERPRINT) if event.system_fingerprint is None else data

    def _renamed_in(self, data: bytes, upstream: str) -> bytes:
        return self._replaced(data, upstream) or dumps({**members_in(data), "model": self._asked})

    def _replaced(self, data: bytes, upstream: str) -> bytes | None:
        """The bytes with the name the caller asked for; `None` where the provider's is not to be found in them."""
        # Within a string its quotes would be escaped, so this is the member and nothing a model wrote.
        if upstream == self._upstream and self._named in data:
            return data.replace(self._named, self._renamed)
        self._upstream, self._renamed = upstream, b'"model":' + dumps(self._asked)
        for spelled in (b'"model":', b'"model": '):
            self._named = spelled + dumps(upstream)
            if self._named in data:
                return data.replace(self._named, self._renamed)
        return None

    def _put_right(self, chunk: Chunk, data: bytes) -> bytes:
        raw: dict[str, object] = {**members_in(data), **self._kept}
        self._kept = {}
        pieces: list[JsonObject] = []
        for position, of_piece in enumerate(as_array(raw.get("choices")) or []):
            piece = (chunk.choices or [])[position]
            pieces.extend(self._pieces_put_right(piece, as_object(of_piece) or {}, position))
        if raw.get("usage") is not None:
            usage = regular_usage(raw.pop("usage"))
            if usage is not None and self._wants_usage:
                raw["usage"] = usage
        stamp = Stamp(id=self.id or self._inbound.made_id, created=self._created, model=self._asked)
        return dumps(regular_chunk({**raw, "choices": pieces}, stamp))

    def _pieces_put_right(self, piece: Piece, raw: JsonObject, position: int) -> list[JsonObject]:
        index = _index(piece, position)
        words = piece.delta if isinstance(piece.delta, Words) else Words()
        missing = [lower for lower in range(min(index, _MOST_CHOICES)) if lower not in self._begun]
        first = index not in self._begun
        self._begun.update(missing, (index,))
        choice = self.choices[index]
        calls = [self._numbered(call, index) for call in words.tool_calls or ()]
        written = regular_piece(raw, words, index=index, first=first, calls=calls, has_calls=len(choice.calls) > 0)
        number_lists(written, self._counts)
        return [*[empty_piece(lower) for lower in missing], written]

    def _numbered(self, call: Call, index: int) -> Numbered:
        calls = self.choices[index].calls
        ordinal = calls.ordinal(call)
        place = (index, ordinal)
        names = bool(inside(call).name) and place not in self._named_calls
        numbered = Numbered(ordinal, calls.id_of(ordinal), first=place not in self._begun_calls, names=names)
        self._begun_calls.add(place)
        if names:
            self._named_calls.add(place)
        return numbered


def _with_thought(pieces: Sequence[Piece], data: bytes) -> bytes | None:
    """A chunk whose host tells reasoning under another name, with it under the one that callers read; `None` where it cannot
    be told where that goes.
    """
    thoughts = [thought_elsewhere(piece.delta) for piece in pieces if isinstance(piece.delta, Words)]
    if not any(thoughts):
        return data
    at = data.find(_REASONING)
    if len(thoughts) != 1 or at < 0 or data.find(_REASONING, at + 1) >= 0:
        return None
    # Within a string quotes would be escaped, so this is the member.
    return b'%b"reasoning_content":%b,%b' % (data[:at], dumps(thoughts[0]), data[at:])


def _index(piece: Piece, position: int) -> int:
    return piece.index if isinstance(piece.index, int) else position
