"""A caller's own bytes to a service that takes them: what is sent, what comes back, and when it is not done."""

import json
from typing import Any, Literal

import pytest

from accord.core.error import Interrupted
from accord.core.event import Event, Forwarded
from accord.core.finish import Finish
from accord.core.http import Reply
from accord.core.message import Message
from accord.core.part import Reasoning
from accord.core.response import ChatResponse, Choice
from accord.dialects.gemini import VERTEX, Gemini, GeminiInbound, Knobs, parse
from accord.dialects.gemini.writing import Writing

BODY = b'{ "contents" : [ {"role":"model","parts":[{"text":"hi"}]}, {"role":"user","parts":[{"text":"a"}]} ], "future": 1.0 }'


def inbound(
    body: bytes | dict[str, Any] = BODY, *, stream: bool = False, alt: Literal["sse", "json"] = "sse"
) -> GeminiInbound:
    data = body if isinstance(body, bytes) else json.dumps({"contents": [{"parts": [{"text": "a"}]}], **body}).encode()
    return parse(data, (), model="asked", stream=stream, alt=alt)


def test_the_bytes_go_out_as_they_came() -> None:
    caller = inbound(stream=True)
    exchange = Gemini(model="upstream").forward(caller)
    assert exchange is not None
    assert exchange.forwarded
    assert exchange.draft.body is caller.body
    assert (exchange.draft.model, exchange.draft.stream, exchange.draft.dialect) == ("upstream", True, "gemini")
    assert exchange.warnings == ()


def test_a_model_in_the_body_is_taken_out() -> None:
    exchange = Gemini(model="upstream").forward(inbound({"model": "models/asked"}))
    assert exchange is not None
    assert json.loads(exchange.draft.body) == {"contents": [{"parts": [{"text": "a"}]}]}


@pytest.mark.parametrize(
    ("body", "knobs"),
    [
        ({"store": True}, VERTEX),
        ({"tool_config": {"include_server_side_tool_invocations": True}}, VERTEX),
        ({"modelArmorConfig": {}}, Knobs()),
        ({"generationConfig": {"audioTimestamp": True}}, Knobs()),
        ({"toolConfig": {"functionCallingConfig": {"streamFunctionCallArguments": True}}}, VERTEX),
        ({"tools": [{"enterpriseWebSearch": {}}]}, Knobs()),
        ({"tools": [{"file_search": {}}]}, VERTEX),
        ({}, Knobs(schemas="openapi")),
    ],
)
def test_what_the_service_would_not_take_is_not_forwarded(body: dict[str, Any], knobs: Knobs) -> None:
    assert Gemini(model="m", knobs=knobs).forward(inbound(body)) is None


def test_thoughts_signed_by_another_model_are_not_forwarded() -> None:
    thought = Reasoning(text="hm", signature="sig", owner="anthropic_messages")
    choice = Choice(message=Message(role="assistant", parts=(thought,)), finish=Finish(unified="stop"))
    turn = json.loads(inbound().render(ChatResponse(choices=(choice,))))["candidates"][0]["content"]
    caller = inbound({"contents": [turn, {"parts": [{"text": "a"}]}]})
    assert Gemini(model="m").forward(caller) is None


def test_a_codec_that_writes_otherwise_does_not_forward() -> None:
    class Quiet(Gemini):
        def fields(self, writing: Writing) -> dict[str, object]:
            return {**super().fields(writing), "temperature": 0}

    class Wordy(Gemini):
        def error(self, reply: Reply) -> Any:
            return super().error(reply)

    assert Quiet(model="m").forward(inbound()) is None
    assert Wordy(model="m").forward(inbound()) is not None


def test_a_whole_answer_keeps_all_but_the_models_name() -> None:
    caller = inbound()
    exchange = Gemini(model="upstream").forward(caller)
    assert exchange is not None
    body = b'{ "candidates": [ {"content":{"parts":[{"text":"x"}]},"finishReason":"STOP","weight": 1.0} ],\n "modelVersion" : "upstream-001" }'
    response = exchange.decode(Reply(status=200, body=body))
    assert (response.text, response.forwarded, response.model) == ("x", True, "upstream-001")
    assert caller.render(response, forwarded=True) == body.replace(
        b'"modelVersion" : "upstream-001"', b'"modelVersion":"asked"'
    )
    assert json.loads(caller.render(response, forwarded=True, accord={"a": 1}))["accord"] == {"a": 1}


def test_a_name_within_the_answer_is_not_the_models() -> None:
    args = {"modelVersion": "mine"}
    body = {
        "candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": args}}]}, "finishReason": "STOP"}]
    }
    caller = inbound()
    exchange = Gemini(model="m").forward(caller)
    assert exchange is not None
    for whole in (body, {**body, "modelVersion": "x"}):
        response = exchange.decode(Reply(status=200, body=json.dumps(whole).encode()))
        found = json.loads(caller.render(response, forwarded=True))
        assert found["candidates"][0]["content"]["parts"][0]["functionCall"]["args"] == args
        assert found["modelVersion"] == "asked"


def stream(*messages: dict[str, Any]) -> bytes:
    return b"".join(
        [b"data: " + json.dumps(one, indent=1).replace("\n", "\ndata: ").encode() + b"\r\n\r\n" for one in messages]
    )


MESSAGES: list[dict[str, Any]] = [
    {"candidates": [{"content": {"parts": [{"text": "a"}]}, "future": 1}], "modelVersion": "upstream-001"},
    {"candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}], "modelVersion": "upstream-001"},
]
SEEN = [{**one, "modelVersion": "asked"} for one in MESSAGES]


@pytest.mark.parametrize("alt", ["sse", "json"])
def test_a_stream_keeps_all_but_the_models_name(alt: Literal["sse", "json"]) -> None:
    caller = inbound(stream=True, alt=alt)
    exchange = Gemini(model="upstream").forward(caller)
    assert exchange is not None
    decoder, renderer = exchange.decoder(), caller.renderer(forwarded=True)
    events: list[Event] = []
    data = stream(*MESSAGES) + b"data: [DONE]\n\n"
    for start in range(0, len(data), 7):
        events += decoder.feed(data[start : start + 7])
    events += decoder.end()
    plain = [event for event in events if not isinstance(event, Forwarded)]
    meant = Gemini(model="upstream").encode(caller.request, stream=True).decoder()
    assert plain == [*meant.feed(data), *meant.end()]
    written = renderer.feed(events) + renderer.heartbeat() + renderer.end()
    if alt == "json":
        assert json.loads(written) == SEEN
    else:
        assert [json.loads(block[6:]) for block in written.split(b"\n\n") if block] == SEEN


def test_a_forwarded_stream_that_breaks_says_so() -> None:
    caller = inbound(stream=True)
    exchange = Gemini(model="upstream").forward(caller)
    assert exchange is not None
    decoder, renderer = exchange.decoder(), caller.renderer(forwarded=True)
    written = renderer.feed(decoder.feed(stream(MESSAGES[0])))
    with pytest.raises(Interrupted) as caught:
        decoder.end()
    written += renderer.fail(caught.value)
    first, last = [json.loads(block[6:]) for block in written.split(b"\n\n") if block]
    assert (first, last["error"]["code"]) == (SEEN[0], 502)


def test_facts_about_the_call_come_last_where_they_are_wanted() -> None:
    written = inbound(stream=True).renderer(forwarded=True).end(accord={"cost": "1"})
    assert json.loads(written[6:])["accord"] == {"cost": "1"}


def test_requests_of_other_wires_are_written_anew() -> None:
    class Foreign:
        dialect = "openai_chat"
        request, stream, body = inbound().request, False, BODY

    assert Gemini(model="m").forward(Foreign()) is None  # type: ignore[arg-type]
