"""Texts without a word, which only carry another wire's proof, are no texts of this one."""

from accord.core.event import Completed, Finished, PartFinished, PartStarted, Started, TextDelta
from accord.core.finish import Finish
from accord.core.json import loads_object
from accord.core.message import Message
from accord.core.part import Text
from accord.core.response import ChatResponse, Choice
from accord.core.sse import EventReader
from accord.dialects import openai_responses

PROOF = Text(text="", extra={"gemini": {"thoughtSignature": "abc"}})
STOP = Finish(unified="stop")


def texts(response: object) -> list[str]:
    return [part["text"] for item in response["output"] for part in item["content"]]  # type: ignore[index]


def test_they_are_left_out_of_whole_answers_and_of_streams() -> None:
    inbound = openai_responses.parse(b'{"model":"m","input":"x"}', (), received_at=1)
    message = Message(role="assistant", parts=(Text(text="{}"), PROOF))
    whole = loads_object(inbound.render(ChatResponse(choices=(Choice(message=message, finish=STOP),))))
    assert texts(whole) == ["{}"]
    renderer = inbound.renderer()
    events = [
        Started(),
        PartStarted(part=0, value=Text(text="")),
        TextDelta(part=0, text="{}"),
        PartStarted(part=1, value=PROOF),
        PartFinished(part=1),
        Finished(finish=STOP),
        Completed(),
    ]
    told = [loads_object(event.data) for event in EventReader().feed(renderer.feed(events) + renderer.end())]
    assert [event["text"] for event in told if event["type"] == "response.output_text.done"] == ["{}"]
    assert texts(told[-1]["response"]) == ["{}"]


def test_a_text_that_goes_on_is_told() -> None:
    inbound = openai_responses.parse(b'{"model":"m","input":"x"}', (), received_at=1)
    renderer = inbound.renderer()
    events = [
        Started(),
        PartStarted(part=0, value=Text(text="a")),
        PartStarted(part=1, value=PROOF),
        TextDelta(part=1, text="b"),
        Finished(finish=STOP),
        Completed(),
    ]
    told = [loads_object(event.data) for event in EventReader().feed(renderer.feed(events) + renderer.end())]
    assert texts(told[-1]["response"]) == ["a", "b"]
