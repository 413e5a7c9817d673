"""The same wire on both sides: the caller's bytes go out, the provider's come back, and only names are changed."""

import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, RateLimited
from accord.core.event import Completed, Forwarded, Started, TextDelta
from accord.core.http import Reply
from accord.dialects.openai_responses import Knobs, OpenAIResponses, parse

BODY = b'{ "model" : "public/m",  "input":"hi", "novel": 1.50, "stream": true }'


def sse(*events):
    return b"".join(
        [b"event: %b\ndata: %b\n\n" % (event["type"].encode(), json.dumps(event).encode()) for event in events]
    )


STREAM = sse(
    {"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1", "model": "up", "created_at": 7}},
    {"type": "response.output_text.delta", "sequence_number": 1, "output_index": 0, "delta": '"response":{"model"'},
    {
        "type": "response.completed",
        "sequence_number": 2,
        "response": {"id": "resp_1", "status": "completed", "model": "up", "output": [], "usage": None},
    },
)


def forwarded(body=BODY, codec=None, **options):
    inbound = parse(body, (), **options)
    return inbound, (codec or OpenAIResponses(model="up")).forward(inbound)


def test_members_keep_their_bytes_but_for_the_model():
    _, exchange = forwarded()
    assert exchange.forwarded
    assert exchange.draft.body == b'{"model":"up","input":"hi","novel":1.50,"stream":true}'
    assert (exchange.draft.stream, exchange.warnings) == (True, ())


def test_telemetry_is_taken_out_unless_the_host_wants_it():
    body = b'{"model":"m","input":"hi","client_metadata":{"a":"b"}}'
    _, exchange = forwarded(body)
    assert exchange.draft.body == b'{"model":"up","input":"hi"}'
    assert [warning.field for warning in exchange.warnings] == ["client_metadata"]
    _, exchange = forwarded(body, OpenAIResponses(model="up", knobs=Knobs(client_metadata="send")))
    assert json.loads(exchange.draft.body)["client_metadata"] == {"a": "b"}


@pytest.mark.parametrize(
    "knobs", [Knobs(instructions_role="system"), Knobs(item_status="omit"), Knobs(refuses=("user",))]
)
def test_a_host_that_wants_something_changed_gets_it_written_anew(knobs):
    assert forwarded(codec=OpenAIResponses(model="up", knobs=knobs))[1] is None


def test_what_another_wire_asked_is_not_forwarded():
    class Other:
        dialect = "openai_chat"

    assert OpenAIResponses(model="m").forward(Other()) is None


def test_a_whole_answer_is_handed_on_under_the_name_that_was_asked_for():
    inbound, exchange = forwarded()
    raw = b'{"id":"resp_1", "model":"up", "output":[], "novel": 2.50}'
    response = exchange.decode(Reply(status=200, body=raw))
    assert response.forwarded
    assert inbound.render(response, forwarded=True) == b'{"id":"resp_1","model":"public/m","output":[],"novel":2.50}'
    with_facts = json.loads(inbound.render(response, forwarded=True, accord={"cost": "1"}))
    assert (with_facts["accord"], with_facts["novel"]) == ({"cost": "1"}, 2.5)


def test_ids_of_responses_can_be_made_the_callers():
    inbound, exchange = forwarded(rename=lambda given: f"ours-{given}")
    events = exchange.decoder().feed(STREAM)
    data = b"".join([event.data for event in events if isinstance(event, Forwarded)])
    assert data.count(b'"id":"ours-resp_1"') == 2
    assert b'"resp_1"' not in data
    response = exchange.decode(Reply(status=200, body=b'{"id":"resp_1","output":[]}'))
    assert json.loads(inbound.render(response, forwarded=True))["id"] == "ours-resp_1"


def test_a_stream_is_handed_on_with_what_it_means_beside():
    inbound, exchange = forwarded()
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=True)
    events = [event for start in range(0, len(STREAM), 40) for event in decoder.feed(STREAM[start : start + 40])]
    written = b"".join([renderer.feed([event]) for event in events]) + renderer.feed(decoder.end())
    # The end waits for what is only known then.
    assert b"response.completed" not in written
    assert b'"model":"public/m"' in written
    assert b'"delta": "\\"response\\":{\\"model\\""' in written
    assert next(type(event) for event in events if not isinstance(event, Forwarded)) is Started
    assert any(isinstance(event, TextDelta) for event in events)
    assert isinstance(events[-2], Completed)
    last = renderer.end(accord={"cost": "1"})
    assert last.startswith(b"event: response.completed\ndata: ")
    assert json.loads(last.split(b"data: ")[1])["response"]["accord"] == {"cost": "1"}
    assert accumulate(events).finish.unified == "stop"


def test_a_stream_without_names_of_events_gets_them():
    _, exchange = forwarded()
    events = exchange.decoder().feed(b'data: {"type":"response.output_text.delta",\ndata: "delta":"x"}\n\n')
    (passed,) = [event.data for event in events if isinstance(event, Forwarded)]
    assert (
        passed
        == b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",\ndata: "delta":"x"}\n\n'
    )


def test_a_stream_that_breaks_ends_as_failed_after_the_last_number():
    inbound, exchange = forwarded()
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=True)
    renderer.feed(decoder.feed(STREAM.split(b"event: response.completed")[0]))
    assert renderer.heartbeat() == b'event: keepalive\ndata: {"type":"keepalive","sequence_number":1}\n\n'
    with pytest.raises(Interrupted) as caught:
        decoder.end()
    event = json.loads(renderer.fail(caught.value).split(b"data: ")[1])
    assert (event["type"], event["sequence_number"]) == ("response.failed", 2)
    assert (event["response"]["id"], event["response"]["created_at"]) == ("resp_1", 7)
    assert event["response"]["error"]["code"] == "server_error"


def test_the_providers_failure_is_told_once_and_in_our_words():
    inbound, exchange = forwarded()
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=True)
    failed = {
        "type": "response.failed",
        "response": {"status": "failed", "error": {"code": "slow_down", "message": "x"}},
    }
    written = renderer.feed(decoder.feed(STREAM.split(b"event: response.completed")[0] + sse(failed)))
    assert b"response.failed" not in written
    with pytest.raises(RateLimited) as caught:
        decoder.feed(b"")
    assert b'"code":"rate_limit_exceeded"' in renderer.fail(caught.value)


@pytest.mark.parametrize("response", [None, {"id": 7}, {"id": None}, {"id": "resp_1", "model": {}}])
def test_a_response_that_is_told_oddly_breaks_nothing(response):
    _, exchange = forwarded(rename=lambda given: f"ours-{given}")
    odd = {"type": "response.in_progress", "sequence_number": 1, "response": response}
    decoder = exchange.decoder()
    first, rest = STREAM.split(b"\n\n", 1)
    data = first + b"\n\n" + sse(odd) + rest
    events = decoder.feed(data) + decoder.end()
    passed = b"".join([event.data for event in events if isinstance(event, Forwarded)])
    assert passed.count(b"event: ") == data.count(b"event: ")
    assert b'"resp_1"' not in passed
