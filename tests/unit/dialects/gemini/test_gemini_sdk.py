"""The official SDK as a caller of this wire, over a real socket."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pydantic
import pytest
from google import genai
from google.genai import errors, types

from accord.core.error import AccordError, Interrupted, ModelNotFound, RateLimited
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Event,
    Finished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import Citation, Image, Media, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import JsonSchemaFormat
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob
from accord.core.tool import FunctionTool, NamedTool
from accord.core.usage import Usage
from accord.dialects.gemini import GeminiInbound, fail, parse, parse_count

Answer = ChatResponse | list[Event] | AccordError | int
Brain = Callable[[GeminiInbound], Answer]


class Service:
    """A server of this wire whose answers a test decides."""

    def __init__(self) -> None:
        self.brain: Brain = lambda inbound: said("hello")
        self.inbound: list[GeminiInbound] = []
        self.paths: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.paths.append(self.path)
                status, content_type, data = service.answer(self.path, body)
                self.send_response(status)
                self.send_header("content-type", content_type)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def answer(self, path: str, body: bytes) -> tuple[int, str, bytes]:
        model, _, verb = path.rpartition("/models/")[2].partition(":")
        try:
            if verb == "countTokens":
                counted = parse_count(body, model=model)
                return 200, "application/json", counted.render(len(counted.request.messages))
            inbound = parse(body, (), model=model, stream=verb.startswith("stream"), alt="sse")
            self.inbound.append(inbound)
            answer = self.brain(inbound)
            if isinstance(answer, AccordError):
                raise answer
        except AccordError as error:
            failure = fail(error)
            return failure.status, failure.content_type, failure.body
        if isinstance(answer, ChatResponse):
            return 200, "application/json", inbound.render(answer)
        assert isinstance(answer, list)
        return 200, inbound.content_type, streamed(inbound, answer)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def streamed(inbound: GeminiInbound, events: list[Event]) -> bytes:
    """The stream of these events, with a sign of life wherever one may be; it breaks off without `Completed`."""
    renderer = inbound.renderer()
    pieces = [renderer.heartbeat()]
    for event in events:
        pieces += [renderer.feed([event]), renderer.heartbeat()]
    whole = bool(events) and isinstance(events[-1], Completed)
    pieces.append(renderer.end() if whole else renderer.fail(Interrupted("the stream ended early")))
    return b"".join(pieces)


def said(text: str) -> ChatResponse:
    parts = (Text(text=text),)
    return ChatResponse(id="r-1", choices=(Choice(message=Message(role="assistant", parts=parts), finish=STOP),))


STOP = Finish(unified="stop")
CALLS = Finish(unified="tool_calls")


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> Iterator[genai.Client]:
    with genai.Client(
        api_key="sk-test-key", http_options=types.HttpOptions(base_url=service.url, retry_options=ONCE)
    ) as client:
        yield client


ONCE = types.HttpRetryOptions(attempts=1)


def test_a_text_answer_with_everything_beside_it(service: Service, client: genai.Client) -> None:
    choice = Choice(
        message=Message(
            role="assistant",
            parts=(
                Reasoning(text="Let me think.", signature="c2ln", owner="anthropic_messages"),
                Text(text="Zürich is here.", citations=(Citation(url="https://a.test", title="A", start=0, end=6),)),
            ),
        ),
        finish=Finish(unified="length"),
        logprobs=Logprobs(content=(TokenLogprob(token="Z", logprob=-0.5),)),
    )
    usage = Usage(input=10, output=7, reasoning=3, cached=4, audio_input=2)
    service.brain = lambda inbound: ChatResponse(id="r-9", choices=(choice,), usage=usage)

    answer = client.models.generate_content(model="fast", contents="hi")

    assert answer.text == "Zürich is here."
    assert answer.model_version == "fast"
    assert answer.response_id == "r-9"
    candidate = answer.candidates[0]
    assert candidate.finish_reason is types.FinishReason.MAX_TOKENS
    assert candidate.content.parts[0].thought is True
    assert candidate.logprobs_result.chosen_candidates[0].log_probability == -0.5
    support = candidate.grounding_metadata.grounding_supports[0]
    assert (support.segment.start_index or 0, support.segment.end_index, support.segment.text) == (0, 7, "Zürich")
    assert candidate.grounding_metadata.grounding_chunks[0].web.uri == "https://a.test"
    used = answer.usage_metadata
    assert (used.prompt_token_count, used.candidates_token_count, used.thoughts_token_count) == (10, 4, 3)
    assert (used.cached_content_token_count, used.total_token_count) == (4, 17)


def test_what_the_sdk_sends_is_understood(service: Service, client: genai.Client) -> None:
    client.models.generate_content(
        model="fast",
        contents=[
            types.Content(
                role="user", parts=[types.Part(text="look"), types.Part.from_bytes(data=b"x", mime_type="image/png")]
            ),
            types.Content(role="model", parts=[types.Part(function_call=types.FunctionCall(name="f", args={"a": 1}))]),
            types.Content(
                role="user",
                parts=[types.Part(function_response=types.FunctionResponse(name="f", response={"output": "done"}))],
            ),
        ],
        config=types.GenerateContentConfig(
            system_instruction="be brief",
            temperature=0.5,
            top_k=4,
            max_output_tokens=9,
            stop_sequences=["."],
            seed=3,
            response_mime_type="application/json",
            response_json_schema={"type": "object", "properties": {"a": {"type": "integer"}}},
            tools=[
                types.Tool(
                    function_declarations=[
                        types.FunctionDeclaration(
                            name="f",
                            parameters=types.Schema(
                                type="OBJECT", properties={"a": types.Schema(type="INTEGER", nullable=True)}
                            ),
                        ),
                    ]
                ),
                types.Tool(google_search=types.GoogleSearch()),
            ],
            tool_config=types.ToolConfig(
                function_calling_config=types.FunctionCallingConfig(mode="ANY", allowed_function_names=["f"])
            ),
            thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_level="LOW"),
            safety_settings=[types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="OFF")],
        ),
    )

    request = service.inbound[0].request
    assert [message.role for message in request.messages] == ["system", "user", "assistant", "tool"]
    assert request.messages[1].parts == (Text(text="look"), Image(source=Media(data="eA==", media_type="image/png")))
    (call,) = request.messages[2].tool_calls
    (result,) = request.messages[3].parts
    assert isinstance(result, ToolResult)
    assert (result.call_id, result.name, result.content) == (call.id, "f", (Text(text="done"),))
    assert (request.temperature, request.top_k, request.max_output_tokens, request.stop) == (0.5, 4, 9, (".",))
    assert request.response_format == JsonSchemaFormat(
        schema={"type": "object", "properties": {"a": {"type": "integer"}}}, guaranteed=True
    )
    (tool,) = [tool for tool in request.tools if isinstance(tool, FunctionTool)]
    assert tool.parameters == {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}}
    assert request.tool_choice == NamedTool(name="f")
    assert request.reasoning is not None
    assert (request.reasoning.effort, request.reasoning.visible) == ("low", True)


def test_a_function_is_called_and_its_result_comes_back_with_the_signature(
    service: Service, client: genai.Client
) -> None:
    def brain(inbound: GeminiInbound) -> Answer:
        if len(inbound.request.messages) > 1:
            return said("It is 7 degrees.")
        call = ToolCall(id="call-1", name="weather", arguments='{"city":"Oslo"}', signature="c2ln")
        message = Message(role="assistant", parts=(call,))
        return ChatResponse(choices=(Choice(message=message, finish=CALLS),))

    def weather(city: str) -> str:
        """The weather in a city."""
        return f"7 degrees in {city}"

    service.brain = brain
    answer = client.models.generate_content(
        model="fast", contents="weather?", config=types.GenerateContentConfig(tools=[weather])
    )

    assert answer.text == "It is 7 degrees."
    _, asked, answered = service.inbound[1].request.messages
    (call,) = asked.tool_calls
    assert (call.id, call.signature, json.loads(call.arguments)) == ("call-1", "c2ln", {"city": "Oslo"})
    (result,) = answered.parts
    assert isinstance(result, ToolResult)
    assert result.call_id == "call-1"
    assert result.content == (Text(text='{"result":"7 degrees in Oslo"}'),)


class City(pydantic.BaseModel):
    name: str
    people: int


def test_a_schema_from_pydantic_is_parsed(service: Service, client: genai.Client) -> None:
    service.brain = lambda inbound: said('{"name":"Oslo","people":700000}')
    answer = client.models.generate_content(
        model="fast",
        contents="a city",
        config=types.GenerateContentConfig(response_mime_type="application/json", response_schema=City),
    )
    assert answer.parsed == City(name="Oslo", people=700_000)
    wanted = service.inbound[0].request.response_format
    assert isinstance(wanted, JsonSchemaFormat)
    assert wanted.schema["type"] == "object"
    assert wanted.schema["properties"] == {
        "name": {"title": "Name", "type": "string"},
        "people": {"title": "People", "type": "integer"},
    }


EVENTS: list[Event] = [
    Started(id="r-2", model="other"),
    PartStarted(part=0, value=Reasoning(owner="anthropic_messages")),
    ReasoningDelta(part=0, text="Hm."),
    ReasoningSealed(part=0, signature="abc"),
    PartStarted(part=1, value=Text(text="")),
    TextDelta(part=1, text="Zür"),
    TextDelta(part=1, text="ich"),
    CitationAdded(part=1, citation=Citation(url="https://a.test", start=0, end=6)),
    PartStarted(part=2, value=ToolCall(id="a", name="f")),
    ArgumentsDelta(part=2, text='{"x":'),
    PartStarted(part=3, value=ToolCall(id="b", name="g")),
    ArgumentsDelta(part=2, text="1}"),
    ArgumentsDelta(part=3, text="{}"),
    UsageReported(usage=Usage(input=3, output=5)),
    Finished(finish=CALLS),
    Completed(),
]


def check_stream(chunks: list[types.GenerateContentResponse]) -> None:
    parts = [part for chunk in chunks for part in (chunk.candidates[0].content.parts or [])]
    assert [part.text for part in parts if part.text and not part.thought] == ["Zür", "ich"]
    assert [part.text for part in parts if part.text and part.thought] == ["Hm."]
    calls = [part.function_call for part in parts if part.function_call]
    assert [(call.id, call.name, call.args) for call in calls] == [("a", "f", {"x": 1}), ("b", "g", {})]
    assert [chunk.candidates[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["STOP"]
    assert chunks[-1].usage_metadata.total_token_count == 8
    assert {chunk.model_version for chunk in chunks} == {"fast"}
    support = chunks[-1].candidates[0].grounding_metadata.grounding_supports[0]
    assert support.segment.end_index == 7


def test_a_stream_with_signs_of_life(service: Service, client: genai.Client) -> None:
    service.brain = lambda inbound: list(EVENTS)
    check_stream(list(client.models.generate_content_stream(model="fast", contents="hi")))
    assert service.paths[0].endswith("/models/fast:streamGenerateContent?alt=sse")


async def test_a_stream_read_with_asyncio(service: Service) -> None:
    service.brain = lambda inbound: list(EVENTS)
    options = types.HttpOptions(base_url=service.url, retry_options=ONCE)
    async with genai.Client(api_key="sk-test-key", http_options=options).aio as client:
        stream = await client.models.generate_content_stream(model="fast", contents="hi")
        check_stream([chunk async for chunk in stream])


def test_thoughts_of_another_model_come_back_as_they_went_out(service: Service, client: genai.Client) -> None:
    service.brain = lambda inbound: list(EVENTS)
    chunks = list(client.models.generate_content_stream(model="fast", contents="hi"))
    parts = [part for chunk in chunks for part in (chunk.candidates[0].content.parts or [])]
    service.brain = lambda inbound: said("ok")
    client.models.generate_content(
        model="fast",
        contents=[types.Content(role="user", parts=[types.Part(text="hi")]), types.Content(role="model", parts=parts)],
    )
    thoughts = [part for part in service.inbound[1].request.messages[1].parts if isinstance(part, Reasoning)]
    assert [(one.owner, one.signature) for one in thoughts] == [("gemini", None), ("anthropic_messages", "abc")]


def test_a_chat_session_keeps_its_history(service: Service, client: genai.Client) -> None:
    service.brain = lambda inbound: [
        Started(),
        PartStarted(value=Text(text="")),
        TextDelta(text=str(len(inbound.request.messages))),
        Finished(finish=STOP),
        Completed(),
    ]
    chat = client.chats.create(model="fast")
    assert [chunk.text for chunk in chat.send_message_stream("one")] == ["1", ""]
    assert [chunk.text for chunk in chat.send_message_stream("two")] == ["3", ""]


def test_a_broken_stream_is_an_error_to_the_sdk(service: Service, client: genai.Client) -> None:
    service.brain = lambda inbound: list(EVENTS[:6])
    seen: list[str | None] = []
    with pytest.raises(errors.ServerError) as caught:
        seen.extend([chunk.text for chunk in client.models.generate_content_stream(model="fast", contents="hi")])
    assert (caught.value.code, caught.value.status) == (502, "INTERNAL")
    assert "ended early" in str(caught.value)


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (ModelNotFound("no such model"), 404, "NOT_FOUND"),
        (RateLimited("slow down", retry_after=1.5), 429, "RESOURCE_EXHAUSTED"),
    ],
)
def test_errors_are_the_sdks_own(
    service: Service, client: genai.Client, error: AccordError, code: int, status: str
) -> None:
    service.brain = lambda inbound: error
    with pytest.raises(errors.ClientError) as caught:
        client.models.generate_content(model="fast", contents="hi")
    assert (caught.value.code, caught.value.status, caught.value.message) == (code, status, error.message)


def test_a_wrong_field_is_named_to_the_sdk(service: Service, client: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as caught:
        client.models.generate_content(
            model="fast", contents=[types.Content(role="nobody", parts=[types.Part(text="hi")])]
        )
    assert caught.value.code == 400
    assert "contents[0].role" in str(caught.value.message)


def test_tokens_are_counted(service: Service, client: genai.Client) -> None:
    assert client.models.count_tokens(model="fast", contents=["a", "b"]).total_tokens == 1
