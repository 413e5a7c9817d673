"""Conversations of words are written in one step: to the items that they are when written one by one."""

from hypothesis import given
from hypothesis import strategies as some

from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.part import CacheControl, Text
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.write_item import ItemWriter, items_of_words

messages = some.one_of(
    some.builds(
        Message,
        role=some.sampled_from(["system", "developer", "user", "assistant", "tool"]),
        parts=some.tuples(some.builds(Text, text=some.sampled_from(["Hello", " ", ""]))),
        name=some.sampled_from([None, None, None, "ann"]),
    ),
    some.just(Message(role="user", parts=(Text(text="a", cache=CacheControl()),))),
)
knobs = some.sampled_from([Knobs(), Knobs(instructions_role="system")])


@given(asked=some.lists(messages, max_size=4), knobs=knobs)
def test_words_are_written_as_one_by_one(asked: list[Message], knobs: Knobs) -> None:
    losses = Losses("openai", "m", "drop")
    words = items_of_words(asked, knobs)
    if words is not None:
        assert words == ItemWriter(losses, knobs).items([(f"messages[{i}]", one) for i, one in enumerate(asked)])
        assert losses.warnings == ()
    else:
        assert any(message.name or message.parts[0].cache for message in asked)
