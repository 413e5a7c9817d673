"""OpenAI's own SDK, sync and async, reads what is written here, over a socket."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai
import pydantic
import pytest

from accord.core.accumulate import accumulate
from accord.core.error import ContextLengthExceeded, QuotaExceeded, RateLimited
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Finished,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.part import Citation, Reasoning, Refusal, Text, ToolCall
from accord.core.usage import Usage
from accord.dialects.openai_responses import OpenAIResponses, parse


class Weather(pydantic.BaseModel):
    city: str
    degrees: int


TOLD = {
    "text": (
        PartStarted(value=Reasoning()),
        ReasoningDelta(text="hm"),
        PartStarted(part=1, value=Text(text="")),
        TextDelta(part=1, text='{"city":"Oslo",'),
        TextDelta(part=1, text='"degrees":7}'),
        CitationAdded(part=1, citation=Citation(url="https://x", title="X", start=0, end=2)),
        Finished(finish=Finish(unified="stop")),
    ),
    "tools": (
        PartStarted(value=Text(text="Let me see.")),
        PartStarted(part=1, value=ToolCall(id="call_1", name="clock__sleep")),
        ArgumentsDelta(part=1, text='{"ms":'),
        ArgumentsDelta(part=1, text="10}"),
        PartFinished(part=1),
        PartStarted(part=2, value=ToolCall(id="call_2", name="exec", kind="custom", arguments="ls")),
        Finished(finish=Finish(unified="tool_calls")),
    ),
    "refusal": (PartStarted(value=Refusal(text="No.")), Finished(finish=Finish(unified="stop"))),
    "cut": (PartStarted(value=Text(text="Once upon")), Finished(finish=Finish(unified="length"))),
}
ERRORS = {
    "long": ContextLengthExceeded("too long"),
    "slow": RateLimited("slow", retry_after=0.0),
    "pay": QuotaExceeded("pay"),
}


def events_of(name):
    usage = UsageReported(usage=Usage(input=3, output=4, cached=1, reasoning=2))
    return (Started(id="chatcmpl-9", model="m", created=9), *TOLD[name], usage, Completed())


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        inbound = parse(self.rfile.read(int(self.headers["content-length"])), ())
        name = inbound.request.model
        if name in ERRORS:
            failure = inbound.fail(ERRORS[name])
            self.answer(failure.status, failure.content_type, failure.body)
        elif inbound.stream:
            renderer = inbound.renderer()
            data = renderer.heartbeat() + renderer.feed(events_of(name)) + renderer.end()
            self.answer(200, "text/event-stream; charset=utf-8", data)
        else:
            self.answer(200, "application/json", inbound.render(accumulate(events_of(name))))

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-should-retry", "false")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["sync", "async"])
def ask(request, url):
    """Calls `responses.<method>`, blocking or not."""
    if request.param == "sync":
        with openai.OpenAI(base_url=url, api_key="sk-test-key") as client:
            yield lambda method, **options: getattr(client.responses, method)(**options)
        return

    def run(method, **options):
        async def call():
            async with openai.AsyncOpenAI(base_url=url, api_key="sk-test-key") as client:
                return await getattr(client.responses, method)(**options)

        return asyncio.run(call())

    yield run


@pytest.fixture(params=["sync", "async"])
def follow(request, url):
    """All events of `responses.stream`, and the final response."""

    def blocking(**options):
        with openai.OpenAI(base_url=url, api_key="sk-test-key") as client, client.responses.stream(**options) as stream:
            return list(stream), stream.get_final_response()

    async def waiting(**options):
        client = openai.AsyncOpenAI(base_url=url, api_key="sk-test-key")
        async with client, client.responses.stream(**options) as stream:
            return [event async for event in stream], await stream.get_final_response()

    return blocking if request.param == "sync" else lambda **options: asyncio.run(waiting(**options))


TOOLS = [
    {"type": "custom", "name": "exec"},
    {
        "type": "namespace",
        "name": "clock",
        "description": "time",
        "tools": [{"type": "function", "name": "sleep", "parameters": {}}],
    },
]


def test_create(ask):
    response = ask("create", model="text", input="weather?")
    assert response.output_text == '{"city":"Oslo","degrees":7}'
    assert (response.model, response.status, response.created_at) == ("text", "completed", 9)
    assert (response.usage.input_tokens, response.usage.output_tokens_details.reasoning_tokens) == (3, 2)
    assert response.usage.input_tokens_details.cached_tokens == 1
    assert response.output[0].content[0].text == "hm"
    assert response.output[1].content[0].annotations[0].url == "https://x"


def test_parse(ask):
    response = ask("parse", model="text", input="weather?", text_format=Weather)
    assert response.output_parsed == Weather(city="Oslo", degrees=7)


def test_tools(ask):
    response = ask("create", model="tools", input="go", tools=TOOLS)
    _, sleep, run = response.output
    assert (sleep.type, sleep.namespace, sleep.name, sleep.arguments) == (
        "function_call",
        "clock",
        "sleep",
        '{"ms":10}',
    )
    assert (run.type, run.name, run.input, run.call_id) == ("custom_tool_call", "exec", "ls", "call_2")


def test_refusal_and_cut(ask):
    assert ask("create", model="refusal", input="x").output[0].content[0].refusal == "No."
    cut = ask("create", model="cut", input="x")
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_stream_of_text(follow):
    events, response = follow(model="text", input="weather?", text_format=Weather)
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert deltas[-1].snapshot == '{"city":"Oslo","degrees":7}'
    assert response.output_parsed == Weather(city="Oslo", degrees=7)
    assert events[-1].type == "response.completed"
    assert response.id == events[0].response.id


def test_stream_of_tools(follow):
    events, response = follow(model="tools", input="go", tools=TOOLS)
    snapshots = [event.snapshot for event in events if event.type == "response.function_call_arguments.delta"]
    assert snapshots == ['{"ms":', '{"ms":10}']
    assert [item.type for item in response.output] == ["message", "function_call", "custom_tool_call"]


def test_plain_stream(url):
    with openai.OpenAI(base_url=url, api_key="sk-test-key") as client:
        events = list(client.responses.create(model="cut", input="x", stream=True))
    assert events[-1].type == "response.incomplete"
    assert [event.sequence_number for event in events] == list(range(len(events)))


@pytest.mark.parametrize(
    ("model", "kind", "code"),
    [
        ("long", openai.BadRequestError, "context_length_exceeded"),
        ("slow", openai.RateLimitError, "rate_limit_exceeded"),
        ("pay", openai.RateLimitError, "insufficient_quota"),
    ],
)
def test_errors(ask, model, kind, code):
    with pytest.raises(kind) as caught:
        ask("create", model=model, input="x")
    assert caught.value.code == code


def test_what_the_sdk_sends_comes_out_again():
    """Its answers, sent back in the next turn as the SDK's users do."""
    inbound = parse(json.dumps({"model": "m", "input": "go", "tools": TOOLS}).encode(), ())
    first = json.loads(inbound.render(accumulate(events_of("tools"))))
    output = openai.types.responses.Response.model_validate(first).output
    returned = [item.model_dump(exclude_unset=True) for item in output]
    turn = [*returned, {"type": "function_call_output", "call_id": "call_1", "output": "done"}]
    second = parse(json.dumps({"model": "m", "input": turn, "tools": TOOLS}).encode(), ())
    sent = json.loads(OpenAIResponses(model="m").encode(second.request).draft.body)["input"]
    assert [item["type"] for item in sent] == ["message", "function_call", "custom_tool_call", "function_call_output"]
    assert (sent[1]["namespace"], sent[1]["id"]) == ("clock", first["output"][1]["id"])
