"""Whatever a provider tells, in whatever order, the vendors' own SDKs follow what is written of it on each wire.

Parts grow side by side here, some are never told to be whole, some bring their words at once; as wires do, and hosts that
depart from them.
"""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import msgspec
import openai
from google.genai import types as genai
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.dialect import DIALECTS
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Event,
    Finished,
    LogprobsDelta,
    OpaqueEvent,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.part import Citation, Image, Media, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, TokenLogprob
from accord.core.sse import EventReader
from accord.core.usage import Usage
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.dialects.codec import Inbound

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
some = words.filter(bool)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,6}", fullmatch=True)
owners = st.none() | st.sampled_from(DIALECTS)
objects = st.dictionaries(names, st.one_of(st.integers(-9, 9), words), max_size=2).map(json.dumps)
extras = st.just({}) | st.sampled_from(DIALECTS[:3]).map(lambda dialect: {dialect: {"novel": 1}})
proofs = st.none() | st.sampled_from(["c2ln", "c2lnbmVk"])
texts = st.builds(Text, text=words, extra=extras)
refusals = st.builds(Refusal, text=words)
calls = st.builds(ToolCall, id=names, name=names, arguments=objects, signature=proofs)
thoughts = st.builds(
    Reasoning,
    text=words,
    summary=st.lists(some, max_size=2).map(tuple),
    signature=proofs,
    encrypted=st.none() | some,
    id=st.none() | names,
    owner=owners,
)
pictures = st.builds(Image, source=st.just(Media(data="iVBORw0KGgo=", media_type="image/png")))
RAW: dict[str, dict[str, Any]] = {
    "openai_chat": {"type": "novel", "x": 1},
    "openai_responses": {"type": "web_search_call", "id": "ws_1", "status": "completed"},
    "anthropic_messages": {
        "type": "server_tool_use",
        "id": "srvtoolu_1",
        "name": "web_search",
        "input": {"query": "x"},
    },
    "gemini": {"executableCode": {"language": "PYTHON", "code": "1"}},
}
blocks = st.sampled_from(DIALECTS).map(lambda dialect: Opaque(dialect=dialect, raw=RAW[dialect]))
parts = st.one_of(texts, texts, refusals, calls, thoughts, blocks)
citations = st.builds(Citation, url=st.just("https://example.com/"), title=st.none() | some, quote=st.none() | some)


def pieces(part: Part, index: int, cut: int) -> tuple[Part, list[Event]]:
    """A part as it begins, and what it grows by."""
    match part:
        case Text() | Refusal():
            begun = type(part)(text="", extra=part.extra)
            delta = TextDelta if isinstance(part, Text) else RefusalDelta
            return begun, [delta(part=index, text=text) for text in (part.text[:cut], part.text[cut:]) if text]
        case ToolCall():
            begun_call = ToolCall(id=part.id, name=part.name, signature=part.signature)
            told = (part.arguments[:cut], part.arguments[cut:])
            return begun_call, [ArgumentsDelta(part=index, text=text) for text in told if text]
        case Reasoning():
            grown: list[Event] = [
                ReasoningDelta(part=index, summary=place, text=text) for place, text in enumerate(part.summary)
            ]
            grown += [ReasoningDelta(part=index, text=text) for text in (part.text[:cut], part.text[cut:]) if text]
            if part.signature or part.encrypted:
                grown.append(ReasoningSealed(part=index, signature=part.signature, encrypted=part.encrypted))
            return Reasoning(id=part.id, owner=part.owner), grown
        case _:
            return part, []


def numbered(found: list[Part]) -> Iterator[Part]:
    """The parts, with ids that none shares with another."""
    for index, part in enumerate(found):
        match part:
            case Opaque() if "id" in part.raw:
                yield Opaque(dialect=part.dialect, raw={**part.raw, "id": f"block_{index}"})
            case ToolCall() | Reasoning() if part.id:
                yield msgspec.structs.replace(part, id=f"{part.id}_{index}")
            case _:
                yield part


def asides(draw: st.DrawFn, index: int, part: Part) -> Iterator[Event]:
    """What may come at any time."""
    match draw(st.integers(0, 9)):
        case 0:
            yield UsageReported(usage=Usage(input=3, output=1))
        case 1:
            yield Updated(id="later", model="m-2")
        case 2:
            dialect = draw(st.sampled_from(DIALECTS))
            yield OpaqueEvent(dialect=dialect, raw={"type": "novel.event", "item_id": "ws_1", "output_index": 7})
        case 3 if isinstance(part, Text):
            yield CitationAdded(part=index, citation=draw(citations))
        case 4 if isinstance(part, Text):
            yield LogprobsDelta(content=(TokenLogprob(token="x", logprob=-1.0),))
        case _:
            pass


@st.composite
def streams(draw: st.DrawFn, parts: st.SearchStrategy[Part] = parts) -> list[Event]:
    told: list[Event] = [Started(id="r1", model="m", created=5)]
    found = draw(st.lists(parts, max_size=5))
    growing: list[tuple[int, Part, list[Event]]] = []
    for index, part in enumerate(numbered(found)):
        whole = draw(st.integers(0, 3)) == 0
        begun, left = (part, []) if whole else pieces(part, index, draw(st.integers(0, 6)))
        told.append(PartStarted(part=index, value=begun))
        growing.append((index, part, left))
        for _ in range(draw(st.integers(0, 4))):
            at = draw(st.integers(0, len(growing) - 1))
            number, one, rest = growing[at]
            told.extend(asides(draw, number, one))
            if rest:
                told.append(rest.pop(0))
            elif draw(st.booleans()):
                told.append(PartFinished(part=number, value=draw(st.sampled_from([None, one]))))
                del growing[at]
                if not growing:
                    break
    for number, one, rest in growing:
        told.extend(rest)
        if draw(st.booleans()):
            told.append(PartFinished(part=number, value=draw(st.sampled_from([None, one]))))
    reason: Any = draw(st.sampled_from(["stop", "length", "tool_calls", "content_filter", "unknown"]))
    told.append(Finished(finish=Finish(unified=reason)))
    if draw(st.booleans()):
        told.append(UsageReported(usage=Usage(input=3, output=2, cached=1, reasoning=1)))
    return [*told, Completed()]


def written(inbound: Inbound, events: list[Event], *, together: bool) -> bytes:
    renderer = inbound.renderer()
    if together:
        return renderer.feed(events) + renderer.end()
    return b"".join([renderer.feed([event]) for event in events]) + renderer.end()


def spoken(told: ChatResponse) -> str:
    """The words of an answer where refusals are texts."""
    return "".join([part.text for part in told.choices[0].message.parts if isinstance(part, Text | Refusal)])


def answering(data: bytes) -> httpx2.MockTransport:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=data)

    return httpx2.MockTransport(answer)


CHAT = openai_chat.parse(b'{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}', ())
RESPONSES = openai_responses.parse(b'{"model":"m","input":"x","stream":true}', ())
MESSAGES = anthropic_messages.parse(
    b'{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"stream":true}', ()
)
GEMINI = gemini.parse(b'{"contents":[{"role":"user","parts":[{"text":"x"}]}]}', (), model="m", stream=True)


def openai_client(data: bytes) -> openai.OpenAI:
    http = httpx2.Client(transport=answering(data))
    return openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0, http_client=http)


@few
@given(streams(parts | pictures), st.booleans())
def test_openais_sdk_follows_chat_completions(events: list[Event], together: bool) -> None:
    data = written(CHAT, events, together=together)
    with openai_client(data).chat.completions.stream(model="m", messages=[{"role": "user", "content": "x"}]) as stream:
        try:
            for _ in stream:
                pass
            found = stream.get_final_completion()
        except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError):
            return
    told = accumulate(events)
    (choice,) = found.choices
    # Words of several texts that grow side by side come in their order, in one text.
    assert sorted(choice.message.content or "") == sorted(told.text)
    assert [(call.function.name, call.function.arguments) for call in choice.message.tool_calls or ()] == [
        (call.name, call.arguments) for call in told.tool_calls
    ]


@few
@given(streams(parts | pictures), st.booleans())
def test_openais_sdk_follows_responses(events: list[Event], together: bool) -> None:
    data = written(RESPONSES, events, together=together)
    with openai_client(data).responses.stream(model="m", input="x") as stream:
        *_, last = stream
    assert last.type == "response.completed" or last.type == "response.incomplete"
    found = last.response
    told = accumulate(events)
    assert sorted(found.output_text) == sorted(told.text)
    assert [(item.name, item.arguments) for item in found.output if item.type == "function_call"] == [
        (call.name, call.arguments) for call in told.tool_calls
    ]


@few
@given(streams(), st.booleans())
def test_anthropics_sdk_follows_messages(events: list[Event], together: bool) -> None:
    data = written(MESSAGES, events, together=together)
    http = httpx2.Client(transport=answering(data))
    client = anthropic.Anthropic(api_key="k", base_url="http://127.0.0.1:9", max_retries=0, http_client=http)
    with client.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}]) as stream:
        for _ in stream:
            pass
        found = stream.get_final_message()
    told = accumulate(events)
    assert sorted("".join([block.text for block in found.content if block.type == "text"])) == sorted(spoken(told))
    assert [(block.name, block.input) for block in found.content if block.type == "tool_use"] == [
        (call.name, json.loads(call.arguments)) for call in told.tool_calls
    ]


@few
@given(streams(parts | pictures), st.booleans())
def test_googles_types_take_every_piece(events: list[Event], together: bool) -> None:
    data = written(GEMINI, events, together=together)
    found = [genai.GenerateContentResponse.model_validate_json(event.data) for event in EventReader().feed(data)]
    told = accumulate(events)
    held = [
        part for one in found for made in one.candidates or () for part in (made.content and made.content.parts) or ()
    ]
    said = [part.text for part in held if part.text and not part.thought]
    assert sorted("".join(said)) == sorted(spoken(told))
    assert [(call.name, dict(call.args or {})) for part in held if (call := part.function_call)] == [
        (call.name, json.loads(call.arguments)) for call in told.tool_calls
    ]


END: list[Event] = [Finished(finish=Finish(unified="stop")), Completed()]


def test_a_text_that_goes_on_beside_others_is_told_once() -> None:
    """Found by the above: what was restated at its end began again with each block it stood in."""
    events: list[Event] = [
        Started(id="r1"),
        PartStarted(part=0, value=Text(text="")),
        TextDelta(part=0, text="a"),
        PartStarted(part=1, value=Text(text="")),
        TextDelta(part=1, text="b"),
        TextDelta(part=0, text="c"),
        PartFinished(part=0, value=Text(text="acd")),
        *END,
    ]
    data = written(MESSAGES, events, together=False)
    deltas = [json.loads(event.data).get("delta", {}) for event in EventReader().feed(data)]
    assert [delta["text"] for delta in deltas if "text" in delta] == ["a", "b", "c", "d"]


def test_a_call_that_grows_beside_a_text_is_told_whole() -> None:
    """Found by the above: the text sent it out with half of its arguments."""
    events: list[Event] = [
        Started(id="r1"),
        PartStarted(part=0, value=ToolCall(id="c", name="f")),
        ArgumentsDelta(part=0, text='{"a":'),
        PartStarted(part=1, value=Text(text="hi")),
        ArgumentsDelta(part=0, text="1}"),
        *END,
    ]
    data = written(GEMINI, events, together=False)
    held = [json.loads(event.data)["candidates"][0]["content"]["parts"] for event in EventReader().feed(data)]
    assert [part for parts in held for part in parts if "functionCall" in part] == [
        {"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}}
    ]
