"""Messages of words are written in one step: to the same bytes as with the care that others need."""

from hypothesis import given
from hypothesis import strategies as some

from accord.core.message import Message, beyond_words, words_of
from accord.core.part import CacheControl, Citation, Part, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.dialects.openai_chat import Knobs, OpenAIChat
from accord.dialects.openai_chat.encoding import Encoding, Json


class Careful(OpenAIChat):
    """Replaces a stage, so that every message goes through all of them."""

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        return super().part(part, path, to)


texts = some.builds(Text, text=some.text(max_size=4))
parts = some.one_of(
    texts,
    some.builds(Text, text=some.just("a"), citations=some.just((Citation(url="https://a.test"),))),
    some.builds(Text, text=some.just("a"), cache=some.just(CacheControl())),
    some.builds(Text, text=some.just("a"), extra=some.just({"openai_chat": {"more": 1}})),
    some.builds(Refusal, text=some.just("no")),
)
messages = some.builds(
    Message,
    role=some.sampled_from(["system", "developer", "user", "assistant", "tool"]),
    parts=some.one_of(some.tuples(texts), some.lists(parts, max_size=2).map(tuple)),
    name=some.sampled_from([None, None, None, "ann"]),
    extra=some.sampled_from([{}, {}, {"openai_chat": {"more": 1}}, {"gemini": {"more": 1}}]),
)
turns = some.sampled_from(
    [
        Message(role="assistant", parts=(ToolCall(id="c", name="f"),)),
        Message(role="tool", parts=(ToolResult(call_id="c", content=(Text(text="done"),)),)),
    ]
)
knobs = some.sampled_from([Knobs(), Knobs(system="system"), Knobs(content="text"), Knobs(empty_content="null")])


@given(asked=some.lists(messages | turns, max_size=4).map(tuple), knobs=knobs, stream=some.booleans())
def test_words_are_written_as_by_all_stages(asked: tuple[Message, ...], knobs: Knobs, stream: bool) -> None:
    request = ChatRequest(messages=asked, temperature=0.5)
    plain = OpenAIChat(model="m", knobs=knobs).encode(request, stream=stream, on_unsupported="drop")
    careful = Careful(model="m", knobs=knobs).encode(request, stream=stream, on_unsupported="drop")
    assert plain.draft == careful.draft
    assert plain.warnings == careful.warnings


def test_a_replaced_stage_sees_every_message() -> None:
    assert OpenAIChat.writes_words_plainly
    assert not Careful.writes_words_plainly


def test_messages_beyond_words() -> None:
    marked = Message(role="user", parts=(Text(text="a", cache=CacheControl()),))
    empty = Message(role="user", parts=(Text(text=""),))
    assert words_of([empty, marked]) == ["", None]
    assert beyond_words([empty, marked], ["", None]) == [(1, marked)]
    assert beyond_words([empty], [""]) == ()
