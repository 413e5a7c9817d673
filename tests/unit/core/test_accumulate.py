from base64 import b64encode

from accord.core.accumulate import accumulate, merged
from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Completed,
    Event,
    Finished,
    LogprobsDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.part import Audio, Citation, Media, Reasoning, Text, ToolCall
from accord.core.response import TokenLogprob
from accord.core.usage import Usage

STOP = Finish(unified="stop", raw="stop")


def test_text_grows_and_is_cited() -> None:
    response = accumulate(
        [
            Started(id="r1", model="m", created=5),
            PartStarted(value=Text(text="")),
            TextDelta(text="Hel"),
            TextDelta(text="lo"),
            CitationAdded(citation=Citation(url="https://example.com")),
            LogprobsDelta(content=(TokenLogprob(token="Hel", logprob=-0.1),)),
            Finished(finish=STOP),
            UsageReported(usage=Usage(input=1, output=2)),
            Completed(),
        ]
    )
    assert (response.id, response.model, response.created, response.text, response.finish) == (
        "r1",
        "m",
        5,
        "Hello",
        STOP,
    )
    part = response.choices[0].message.parts[0]
    assert isinstance(part, Text)
    assert part.citations == (Citation(url="https://example.com"),)
    assert response.usage == Usage(input=1, output=2)
    assert response.choices[0].logprobs is not None


def test_reasoning_joins_text_summaries_and_signature() -> None:
    events: list[Event] = [
        PartStarted(value=Reasoning(owner="anthropic_messages")),
        ReasoningDelta(text="I "),
        ReasoningDelta(text="think"),
        ReasoningDelta(text="Sum", summary=1),
        ReasoningSealed(signature="ab"),
        ReasoningSealed(signature="cd", encrypted="zz"),
    ]
    assert accumulate(events).choices[0].message.parts == (
        Reasoning(text="I think", summary=("", "Sum"), signature="abcd", encrypted="zz", owner="anthropic_messages"),
    )


def test_choices_and_parts_may_interleave() -> None:
    events: list[Event] = [
        PartStarted(choice=1, value=ToolCall(id="c", name="f")),
        PartStarted(choice=0, value=Text(text="a")),
        ArgumentsDelta(choice=1, text='{"x":'),
        TextDelta(choice=0, text="b"),
        ArgumentsDelta(choice=1, text="1}"),
        Finished(choice=1, finish=Finish(unified="tool_calls")),
    ]
    response = accumulate(events)
    assert [choice.index for choice in response.choices] == [0, 1]
    assert response.choices[0].message.text == "ab"
    assert response.choices[0].finish is None
    assert response.choices[1].message.tool_calls[0].arguments == '{"x":1}'


def test_a_restated_part_replaces_what_had_grown() -> None:
    events: list[Event] = [
        PartStarted(value=Text(text="")),
        TextDelta(text="x"),
        PartFinished(value=Text(text="whole")),
    ]
    assert accumulate(events).text == "whole"


def test_padded_sound_is_joined_as_bytes() -> None:
    events: list[Event] = [
        PartStarted(value=Audio(source=Media(media_type="audio/wav"))),
        AudioDelta(data=b64encode(b"a").decode(), transcript="He"),
        AudioDelta(data=b64encode(b"bc").decode(), transcript="y"),
    ]
    audio = accumulate(events).choices[0].message.parts[0]
    assert isinstance(audio, Audio)
    assert (audio.source.data, audio.transcript) == (b64encode(b"abc").decode(), "Hey")


def test_later_facts_are_merged_by_dialect_and_key() -> None:
    response = accumulate(
        [
            Started(extra={"openai_chat": {"a": 1}}),
            Updated(id="late", extra={"openai_chat": {"b": 2}, "gemini": {"c": 3}}),
        ]
    )
    assert response.id == "late"
    assert response.extra == {"openai_chat": {"a": 1, "b": 2}, "gemini": {"c": 3}}
    assert merged({}, {}) == {}
