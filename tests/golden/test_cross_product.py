"""Every wire to every wire: what a caller's request becomes upstream, and what an answer becomes for the caller.

The results are kept in `snap/<case>.<in>.<out>.snap`, one file a pair, to be read by people. `ACCORD_UPDATE_GOLDEN=1`
rewrites them; a change in them is reviewed like code.
"""

import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.dialect import DIALECTS, Dialect
from accord.core.event import Completed, Event, Finished, PartFinished, PartStarted, Started, UsageReported
from accord.core.http import Reply
from accord.core.response import ChatResponse
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.dialects.codec import ChatCodec, Inbound

HERE = Path(__file__).parent
UPDATE = os.environ.get("ACCORD_UPDATE_GOLDEN") == "1"

PARSE: dict[Dialect, Callable[[bytes], Inbound]] = {
    "openai_chat": lambda body: openai_chat.parse(body, ()),
    "openai_responses": lambda body: openai_responses.parse(body, ()),
    "anthropic_messages": lambda body: anthropic_messages.parse(body, ()),
    "gemini": lambda body: gemini.parse(body, (), model="m"),
}
CODECS: dict[Dialect, ChatCodec] = {
    "openai_chat": openai_chat.OpenAIChat(model="up"),
    "openai_responses": openai_responses.OpenAIResponses(model="up"),
    "anthropic_messages": anthropic_messages.AnthropicMessages(model="up"),
    "gemini": gemini.Gemini(model="up"),
}
PAIRS = [pytest.param(one, other, id=f"{one}.{other}") for one, other in product(DIALECTS, DIALECTS)]


def case(name: str, dialect: Dialect) -> bytes:
    return (HERE / "cases" / f"{name}.{dialect}.json").read_bytes()


def inbound(dialect: Dialect, *, stream: bool = False) -> Inbound:
    body = json.loads(case("rich", dialect))
    if stream and dialect != "gemini":
        body["stream"] = True
        if dialect == "openai_chat":
            body["stream_options"] = {"include_usage": True}
    if dialect == "gemini":
        return gemini.parse(json.dumps(body).encode(), (), model="m", stream=stream)
    return PARSE[dialect](json.dumps(body).encode())


def compare(name: str, text: str) -> None:
    path = HERE / "snap" / name
    if UPDATE:
        path.write_text(text)
    assert path.read_text() == text, f"{name} is not what it was; look at it, and at what changed it"


def pretty(body: bytes) -> str:
    return json.dumps(json.loads(body), indent=1, ensure_ascii=False)


def decoded(dialect: Dialect) -> ChatResponse:
    exchange = CODECS[dialect].encode(inbound(dialect).request, on_unsupported="drop")
    return exchange.decode(Reply(status=200, body=case("rich-answer", dialect)))


def as_events(response: ChatResponse) -> list[Event]:
    events: list[Event] = [
        Started(id=response.id, model=response.model, created=response.created, extra=response.extra)
    ]
    for choice in response.choices:
        for index, part in enumerate(choice.message.parts):
            events += [
                PartStarted(choice=choice.index, part=index, value=part),
                PartFinished(choice=choice.index, part=index),
            ]
        assert choice.finish is not None
        events.append(Finished(choice=choice.index, finish=choice.finish))
    if response.usage is not None:
        events.append(UsageReported(usage=response.usage))
    return [*events, Completed()]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_request(one: Dialect, other: Dialect) -> None:
    exchange = CODECS[other].encode(inbound(one).request, on_unsupported="drop")
    warnings = "".join([f"! {warning}\n" for warning in exchange.warnings])
    headers = "".join([f"{name}: {value}\n" for name, value in exchange.draft.headers])
    compare(f"rich.{one}.{other}.snap", f"{headers}{pretty(exchange.draft.body)}\n{warnings}")


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_an_answer(one: Dialect, other: Dialect) -> None:
    """The answer of the provider's wire (`other`) as the caller of `one` gets it, whole and streamed."""
    answer = decoded(other)
    whole = inbound(one).render(answer)
    renderer = inbound(one, stream=True).renderer()
    stream = renderer.feed(as_events(answer)) + renderer.end()
    compare(f"rich-answer.{one}.{other}.snap", f"{pretty(whole)}\n---\n{stream.decode()}")
    # What the caller's own client side makes of both is the same conversation.
    exchange = CODECS[one].encode(inbound(one).request, stream=True, on_unsupported="drop")
    read = exchange.decode(Reply(status=200, body=whole))
    decoder = exchange.decoder()
    told = accumulate([*decoder.feed(stream), *decoder.end()])
    assert told.text == read.text == answer.text
    assert [(call.name, json.loads(call.arguments)) for call in told.tool_calls] == [
        (call.name, json.loads(call.arguments)) for call in answer.tool_calls
    ]
    assert [(call.name, call.arguments) for call in told.tool_calls] == [
        (call.name, call.arguments) for call in read.tool_calls
    ]
    assert told.finish is not None
    assert read.finish is not None
    assert told.finish.unified == read.finish.unified == "tool_calls"
    assert told.usage is not None
    assert read.usage is not None
    assert (told.usage.input, told.usage.output, told.usage.cached) == (
        read.usage.input,
        read.usage.output,
        read.usage.cached,
    )
