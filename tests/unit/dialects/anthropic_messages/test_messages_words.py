"""Conversations of words are written in one step: to what they are when written turn by turn."""

from hypothesis import given
from hypothesis import strategies as some

from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.part import CacheControl, Text
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.rules import rules_of
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.turns import ATTRIBUTION, write_system, write_turns
from accord.dialects.anthropic_messages.write_words import write_words

texts = some.sampled_from(["Hello", "a\n", "é", " ", "", ATTRIBUTION + " x"])
messages = some.one_of(
    some.builds(
        Message,
        role=some.sampled_from(["system", "developer", "user", "assistant", "tool"]),
        parts=some.tuples(some.builds(Text, text=texts)),
        name=some.sampled_from([None, None, None, "ann"]),
    ),
    some.just(Message(role="user", parts=(Text(text="a", cache=CacheControl()),))),
)


def translated(asked: tuple[Message, ...], knobs: Knobs) -> Translation:
    losses = Losses("anthropic", "m", "drop")
    return Translation(ChatRequest(messages=asked), rules_of("claude-haiku-4-5", None), knobs, losses, stream=False)


@given(
    asked=some.lists(messages, max_size=4).map(tuple), knobs=some.sampled_from([Knobs(), Knobs(attribution="refused")])
)
def test_words_are_written_as_turn_by_turn(asked: tuple[Message, ...], knobs: Knobs) -> None:
    words = write_words(translated(asked, knobs))
    if words is None:
        return
    careful = translated(asked, knobs)
    before = len(careful.losses.warnings)
    turns = write_turns(careful)
    system = write_system(careful, turns.system)
    assert words.get("system") == system
    assert words["messages"] == [turn.written() for turn in turns.turns]
    assert len(careful.losses.warnings) == before


def test_what_most_conversations_are_is_written_in_one_step() -> None:
    asked = tuple([Message(role=role, parts=(Text(text=role),)) for role in ("system", "user", "assistant", "user")])
    assert write_words(translated(asked, Knobs())) is not None
    assert write_words(translated(asked[:3], Knobs())) is None
