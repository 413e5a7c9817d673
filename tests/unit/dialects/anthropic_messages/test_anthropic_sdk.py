"""The vendor's own SDK takes everything that is written for callers of this wire, over a real connection."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

from accord.core.error import (
    AccordError,
    Authentication,
    ContextLengthExceeded,
    Overloaded,
    Permission,
    RateLimited,
    ServerError,
)
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Finished,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import Citation, Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice
from accord.core.usage import Usage
from accord.dialects.anthropic_messages import fail, parse, parse_count

EVENTS = [
    Started(id="resp_1", model="upstream"),
    PartStarted(part=0, value=Reasoning(id="rs_1", owner="openai_responses")),
    ReasoningDelta(part=0, text="hm", summary=0),
    ReasoningSealed(part=0, encrypted="e"),
    PartFinished(part=0),
    PartStarted(part=1, value=Text(text="")),
    TextDelta(part=1, text='{"n":'),
    TextDelta(part=1, text=" 3}"),
    CitationAdded(part=1, citation=Citation(url="https://x.test", title="X")),
    PartStarted(part=2, value=ToolCall(id="call.1", name="f")),
    PartStarted(part=3, value=ToolCall(id="call.2", name="g")),
    ArgumentsDelta(part=3, text='{"y": '),
    ArgumentsDelta(part=2, text='{"x": 1}'),
    ArgumentsDelta(part=3, text="2}"),
    PartStarted(part=4, value=Opaque(dialect="anthropic_messages", raw={"type": "container_upload", "file_id": "f"})),
    Finished(finish=Finish(unified="tool_calls", raw="tool_calls")),
    UsageReported(usage=Usage(input=100, cached=60, output=40, reasoning=9)),
    Completed(),
]


class Server(ThreadingHTTPServer):
    """Answers with what it is told to: events, a response, or an error."""

    answer = EVENTS
    seen: dict[str, object]


class Reply(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        answer = self.server.answer
        try:
            if self.path.startswith("/v1/messages/count_tokens"):
                return self.say(200, parse_count(body, headers).render(12))
            inbound = parse(body, headers)
            self.server.seen = {"request": inbound.request, "stream": inbound.stream}
            if isinstance(answer, Exception):
                raise answer
        except AccordError as error:
            failure = fail(error)
            return self.say(failure.status, failure.body, failure.headers)
        if isinstance(answer, ChatResponse):
            return self.say(200, inbound.render(answer))
        renderer = inbound.renderer()
        pieces = [renderer.heartbeat()]
        for event in answer:
            pieces.append(renderer.fail(event) if isinstance(event, Exception) else renderer.feed([event]))
        if not isinstance(answer[-1], Exception):
            pieces.append(renderer.end())
        return self.say(200, b"".join(pieces), (("content-type", "text/event-stream; charset=utf-8"),))

    def say(self, status, body, headers=()):
        self.send_response(status)
        for name, value in (("content-length", str(len(body))), ("content-type", "application/json"), *headers):
            if name != "content-type" or value != "application/json" or not headers:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def running():
    server = Server(("127.0.0.1", 0), Reply)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server(running):
    running.answer = EVENTS
    return running


@pytest.fixture(scope="module")
def client(running):
    address = f"http://127.0.0.1:{running.server_port}"
    with anthropic.Anthropic(base_url=address, api_key="sk-test-1", max_retries=0) as client:
        yield client


ASK: dict[str, Any] = {"model": "public/name", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}


def test_a_stream_is_accumulated(server, client):
    with client.messages.stream(**ASK) as stream:
        seen = [event.type for event in stream]
        message = stream.get_final_message()
    assert server.seen["stream"] is True
    assert message.model == "public/name"
    assert [block.type for block in message.content] == [
        "thinking",
        "text",
        "tool_use",
        "tool_use",
        "container_upload",
    ]
    thinking, text, first, second, _ = message.content
    assert thinking.thinking == "hm"
    assert thinking.signature.startswith("accord1.")
    assert text.text == '{"n": 3}'
    assert text.citations[0].url == "https://x.test"
    assert (first.id, first.input, second.input) == ("call_1", {"x": 1}, {"y": 2})
    assert message.stop_reason == "tool_use"
    assert (message.usage.input_tokens, message.usage.cache_read_input_tokens) == (40, 60)
    assert message.usage.output_tokens_details.thinking_tokens == 9
    assert {"text", "thinking", "signature", "input_json", "citation"} <= set(seen)


def test_the_next_turn_brings_everything_back(server, client):
    with client.messages.stream(**ASK) as stream:
        message = stream.get_final_message()
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "ok"}
        for block in message.content
        if block.type == "tool_use"
    ]
    said = [block.model_dump(exclude_none=True) for block in message.content if block.type != "container_upload"]
    turns = [*ASK["messages"], {"role": "assistant", "content": said}, {"role": "user", "content": results}]
    with client.messages.stream(**{**ASK, "messages": turns}) as stream:
        stream.get_final_message()
    thought, *_ = server.seen["request"].messages[1].parts
    assert thought == Reasoning(summary=("hm",), encrypted="e", id="rs_1", owner="openai_responses")


def test_an_empty_stream(server, client):
    server.answer = [Started(), Finished(finish=Finish(unified="stop")), Completed()]
    with client.messages.stream(**ASK) as stream:
        message = stream.get_final_message()
    assert (message.content, message.stop_reason) == ([], "end_turn")
    assert message.usage.input_tokens > 0


def test_raw_events(server, client):
    kinds = [event.type for event in client.messages.create(**ASK, stream=True)]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]


async def test_a_stream_from_asyncio(server, client):
    async with (
        anthropic.AsyncAnthropic(base_url=str(client.base_url), api_key="sk-test-1", max_retries=0) as async_client,
        async_client.messages.stream(**ASK) as stream,
    ):
        text = await stream.get_final_text()
    assert text == '{"n": 3}'


class Number(BaseModel):
    n: int


def test_structured_output(server, client):
    parts = (Text(text='{"n": 3}'),)
    finish = Finish(unified="stop")
    choice = Choice(message=Message(role="assistant", parts=parts), finish=finish)
    server.answer = ChatResponse(id="x", choices=(choice,), usage=Usage(input=1, output=1))
    message = client.messages.parse(**ASK, output_format=Number)
    assert message.parsed_output == Number(n=3)
    assert server.seen["request"].response_format.schema["properties"]["n"]["type"] == "integer"


def test_a_whole_answer(server, client):
    parts = (
        Reasoning(text="hm", signature="s", owner="anthropic_messages"),
        Reasoning(encrypted="d", owner="anthropic_messages"),
        Text(text="x", citations=(Citation(url="u"),)),
        ToolCall(id="call.1", name="f", arguments='{"x":1}'),
        Refusal(text="No."),
    )
    choice = Choice(message=Message(role="assistant", parts=parts), finish=Finish(unified="content_filter"))
    server.answer = ChatResponse(id="x", choices=(choice,))
    message = client.messages.create(**ASK, thinking={"type": "adaptive"})
    assert [block.type for block in message.content] == ["thinking", "redacted_thinking", "text", "tool_use", "text"]
    assert message.stop_reason == "refusal"
    assert message.stop_details.explanation == "No."
    assert message.usage.input_tokens > 0
    anthropic.types.Message.model_validate(message.model_dump(), strict=True)


def test_tokens_are_counted(server, client):
    assert client.messages.count_tokens(model="m", messages=ASK["messages"]).input_tokens == 12


@pytest.mark.parametrize(
    ("error", "cause", "status"),
    [
        (Authentication("key"), anthropic.AuthenticationError, 401),
        (Permission("no"), anthropic.PermissionDeniedError, 403),
        (RateLimited("slow", retry_after=3), anthropic.RateLimitError, 429),
        (Overloaded("full"), anthropic.APIStatusError, 529),
        (ServerError("oops"), anthropic.InternalServerError, 502),
        (ContextLengthExceeded("long"), anthropic.BadRequestError, 400),
    ],
)
def test_errors_are_the_sdks_own(server, client, error, cause, status):
    server.answer = error
    with pytest.raises(cause) as caught:
        client.messages.create(**ASK)
    assert caught.value.status_code == status
    assert caught.value.body["error"]["message"].endswith(error.message)
    if isinstance(error, RateLimited):
        assert caught.value.response.headers["retry-after"] == "3"


def test_a_bad_request_names_its_field(server, client):
    with pytest.raises(anthropic.BadRequestError, match=r"messages\.0\.role"):
        client.messages.create(**{**ASK, "messages": [{"role": "nobody", "content": "x"}]})


def test_an_error_inside_a_stream_is_raised(server, client):
    server.answer = [*EVENTS[:7], Overloaded("full", status=200)]
    with client.messages.stream(**ASK) as stream, pytest.raises(anthropic.APIStatusError, match="full"):
        stream.until_done()
    server.answer = [Overloaded("full", status=200)]
    with client.messages.stream(**ASK) as stream, pytest.raises(anthropic.APIStatusError, match="full"):
        stream.until_done()


def test_json_of_the_request_is_what_the_sdk_sent(server, client):
    tools = [{"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {}}}]
    server.answer = [Started(), Finished(finish=Finish(unified="stop")), Completed()]
    with client.messages.stream(**ASK, system="S", tools=tools, tool_choice={"type": "any"}) as stream:
        stream.until_done()
    request = server.seen["request"]
    assert (request.tool_choice, request.tools[0].name, request.messages[0].role) == ("required", "f", "system")
    assert json.dumps(request.extra) == "{}"
