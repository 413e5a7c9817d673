"""Conversations of words are written in one step: to what they are when written turn by turn."""

from hypothesis import given
from hypothesis import strategies as some

from accord.core.message import Message
from accord.core.part import CacheControl, Text
from accord.core.request import ChatRequest
from accord.dialects.gemini import Gemini
from accord.dialects.gemini.encode_contents import ContentsWriter
from accord.dialects.gemini.encode_words import words_alone

messages = some.one_of(
    some.builds(
        Message,
        role=some.sampled_from(["system", "developer", "user", "assistant", "tool"]),
        parts=some.tuples(some.builds(Text, text=some.sampled_from(["Hello", "a\n", " ", ""]))),
        name=some.sampled_from([None, None, None, "ann"]),
    ),
    some.just(Message(role="user", parts=(Text(text="a", cache=CacheControl()),))),
)


@given(asked=some.lists(messages, max_size=4).map(tuple), model=some.sampled_from(["gemini-2.5-flash", "gemini-3-pro"]))
def test_words_are_written_as_turn_by_turn(asked: tuple[Message, ...], model: str) -> None:
    codec = Gemini(model=model)
    writing = codec.writing(ChatRequest(messages=asked), "drop")
    words = words_alone(writing)
    if words is not None:
        assert words == ContentsWriter(writing).write()
        assert writing.losses.warnings == ()


def test_what_most_conversations_are_is_written_in_one_step() -> None:
    asked = tuple([Message(role=role, parts=(Text(text=role),)) for role in ("system", "user", "assistant", "user")])
    codec = Gemini(model="gemini-2.5-flash")
    assert words_alone(codec.writing(ChatRequest(messages=asked), "error")) is not None
    assert words_alone(codec.writing(ChatRequest(messages=asked[::-1]), "error")) is None
