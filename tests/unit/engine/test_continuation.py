"""What of a stream that broke off can be gone on with, and how the two become one text."""

import pytest

from accord.core.error import Interrupted
from accord.core.event import ArgumentsDelta, Completed, Event, Finished, PartStarted, Started, TextDelta, UsageReported
from accord.core.finish import Finish
from accord.core.message import user
from accord.core.part import Reasoning, Text, ToolCall
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.engine.continuation import Continuation

REQUEST = ChatRequest(messages=(user("Count"),))


def text(*pieces: str, part: int = 0) -> list[Event]:
    return [Started(), PartStarted(part=part, value=Text(text="")), *[TextDelta(part=part, text=one) for one in pieces]]


def begun(*pieces: str) -> Continuation:
    continuation = Continuation(REQUEST)
    continuation.note(text(*pieces))
    return continuation


def said(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_the_next_target_gets_what_has_arrived_as_the_beginning_of_its_answer() -> None:
    request = begun("one ", "two").request()
    assert [message.role for message in request.messages] == ["user", "assistant"]
    assert request.messages[-1].text == "one two"


@pytest.mark.parametrize("first", [" three", "three", "  three"])
def test_a_space_at_the_seam_is_there_once(first: str) -> None:
    continuation = begun("one ", "two ")
    assert continuation.request().messages[-1].text == "one two"
    assert said(continuation.joined(text("", " ", first, " four"))) == "three four"


def test_without_a_space_at_the_end_the_next_one_is_kept() -> None:
    continuation = begun("one")
    continuation.request()
    assert said(continuation.joined(text(" two"))) == " two"


def test_the_end_and_the_usage_are_kept_and_thoughts_are_not() -> None:
    continuation = begun("one")
    end: list[Event] = [Finished(finish=Finish(unified="stop")), UsageReported(usage=Usage(output=3)), Completed()]
    thoughts: list[Event] = [Started(), PartStarted(part=0, value=Reasoning(text="hm"))]
    assert continuation.joined([*thoughts, *text(" two", part=1), *end]) == [TextDelta(text=" two"), *end]


@pytest.mark.parametrize(
    "more",
    [
        [PartStarted(part=1, value=ToolCall(id="x", name="f"))],
        [PartStarted(part=1, value=Text(text="another"))],
        [ArgumentsDelta(part=1, text="{")],
        [Finished(finish=Finish(unified="stop"))],
    ],
    ids=["a call", "a second text", "arguments", "the end"],
)
def test_only_a_text_alone_is_gone_on_with(more: list[Event]) -> None:
    continuation = begun("one")
    assert continuation.is_possible
    continuation.note(more)
    assert not continuation.is_possible


def test_nothing_and_several_choices_are_not_gone_on_with() -> None:
    assert not begun(" ").is_possible
    several = Continuation(ChatRequest(messages=(user("x"),), n=2))
    several.note(text("one"))
    assert not several.is_possible


def test_the_seam_names_both() -> None:
    failure = Interrupted("cut", provider="a")
    assert "a broke off after 3 characters" in begun("one").seam(failure, "b", "m").warning.message
