"""Conversations of words that differ in the words alone: written by the first of them, and their plainest answers read in one step.

Both come to the same as with care (`codec.py`, `read_message.py`), which is where all others go.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from accord.core.json import NotJson, dumps, loads_object, read
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.stream import MessageDecoder
from accord.dialects.anthropic_messages.write_words import written_words
from accord.dialects.codec import Spoken

if TYPE_CHECKING:
    from accord.dialects.anthropic_messages.codec import AnthropicMessages


class _Text(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["text"]
    text: Annotated[str, msgspec.Meta(min_length=1)]


class _Answer(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: Annotated[list[_Text], msgspec.Meta(min_length=1, max_length=1)]
    stop_reason: Literal["end_turn", "max_tokens", "stop_sequence"]
    usage: dict[str, object]
    stop_sequence: str | None = None
    stop_details: None = None
    container: None = None


_answers = msgspec.json.Decoder(_Answer)


class RepeatedMessages:
    """One kind of conversation with one model."""

    __slots__ = ("_body", "_codec", "_reading", "_roles")

    def __init__(
        self, codec: "AnthropicMessages", body: dict[str, object], roles: Sequence[str], reading: Reading
    ) -> None:
        """`body` is that of the first request, `roles` who speaks in it; `reading` is what its answer was read with."""
        self._codec = codec
        self._reading = reading
        self._body = body
        self._roles = roles

    def write(self, words: Sequence[str]) -> bytes | None:
        """The body of another request; `None` where words are blank, or are no instructions."""
        written = written_words(zip(self._roles, words, strict=True))
        return None if written is None else dumps({**self._body, **written})

    def read(self, body: bytes) -> Spoken | None:
        """The answer in a 2xx body; `None` where it is more than one text, or no answer."""
        try:
            answer = read(_answers, body)
        except NotJson:
            return None
        codec = self._codec
        finish = codec.finish_reason(answer.stop_reason, answer.stop_sequence)
        return Spoken(answer.id, answer.model, answer.content[0].text, finish, codec.usage(answer.usage))

    def decoder(self) -> MessageDecoder:
        """A fresh reader for the stream of an answer."""
        return self._codec.stream(self._reading)


def repeated_messages(
    codec: "AnthropicMessages", request: ChatRequest, body: bytes, reading: Reading
) -> RepeatedMessages | None:
    """What `request`, whose `body` was written, has in common with others; `None` where it is more than words in turn."""
    roles = [message.role for message in request.messages]
    blank = written_words([(role, "words") for role in roles])
    if blank is None:
        return None
    # Its own words are not kept: there may be many of them.
    same = RepeatedMessages(codec, {**loads_object(body), **blank}, roles, reading)
    # A host may write words in a way of its own.
    return same if same.write([message.text for message in request.messages]) == body else None
