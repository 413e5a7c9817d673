"""More of an open text is written in one step: to the same bytes as with the care that other events need."""

from hypothesis import given
from hypothesis import strategies as some

from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Event,
    Finished,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    Started,
    TextDelta,
)
from accord.core.finish import Finish
from accord.core.message import user
from accord.core.part import Citation, Reasoning, Text, ToolCall
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages.renderer import MessageRenderer

REQUEST = ChatRequest(model="m", messages=(user("Hello"),))
BEGUN: list[Event] = [
    Started(id="a", model="m"),
    PartStarted(part=0, value=Text(text="")),
    PartStarted(part=1, value=ToolCall(id="c", name="f")),
    PartStarted(part=2, value=Reasoning()),
    PartStarted(part=3, value=Text(text="more")),
]
deltas = some.one_of(
    some.builds(TextDelta, part=some.sampled_from([0, 3]), text=some.sampled_from(["a", "", 'é"\n'])),
    some.builds(TextDelta, part=some.just(0), choice=some.just(1), text=some.just("other")),
    some.builds(ArgumentsDelta, part=some.just(1), text=some.just("{}")),
    some.builds(ReasoningDelta, part=some.just(2), text=some.just("Hm.")),
    some.builds(CitationAdded, part=some.just(0), citation=some.just(Citation(url="https://a.test", quote="a"))),
    some.builds(PartFinished, part=some.sampled_from([0, 1])),
)


class Careful(MessageRenderer):
    """Knows no short way."""

    def _more_text(self, each: Event) -> bytes:
        return b""


@given(begun=some.sets(some.integers(1, 4)), said=some.lists(deltas, max_size=8))
def test_more_text_is_written_like_any_event(begun: set[int], said: list[Event]) -> None:
    known = [BEGUN[place] for place in sorted(begun)]
    parts = {event.part for event in known if isinstance(event, PartStarted)}
    told = [event for event in said if getattr(event, "part", None) in parts]
    events = [BEGUN[0], *known, *told, Finished(finish=Finish(unified="stop", raw=None))]
    short, careful = MessageRenderer(REQUEST), Careful(REQUEST)
    assert [short.feed([event]) for event in events] == [careful.feed([event]) for event in events]
    assert short.end() == careful.end()
