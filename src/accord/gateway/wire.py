"""The wires that callers speak: how a request of each is read, and how a failure looks on it before one was read."""

import time
from collections.abc import Callable
from typing import Literal

import msgspec

from accord.core.error import AccordError, ProviderError
from accord.core.http import Headers
from accord.core.json import as_object, dumps, loads_object
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_completions, openai_responses
from accord.dialects.codec import Failure, Inbound
from accord.gateway.http import Request, Response
from accord.gateway.path import variable

Parse = Callable[[bytes, Request], Inbound]
Fail = Callable[[AccordError], Failure]

EVENTS = "text/event-stream; charset=utf-8"


def events(request: Request) -> str:
    """The content type of a stream: events, whatever was asked."""
    del request
    return EVENTS


class Wire(msgspec.Struct, frozen=True):
    """What the gateway has to know of one wire."""

    parse: Parse
    """Raises `InvalidInput` naming the field at fault, or `Unsupported`."""
    fail: Fail
    """The error answer, where there is no request to answer yet."""
    stream_type: Callable[[Request], str] = events
    """The content type of a streamed answer to this request."""


def response_of(failure: Failure, status: int | None = None, headers: Headers = ()) -> Response:
    """A dialect's error answer as a response; `status` where the gateway knows a better one than the dialect."""
    said = {name for name, _ in failure.headers}
    more = tuple([(name, value) for name, value in headers if name not in said])
    return Response(status or failure.status, failure.body, (*failure.headers, *more), failure.content_type)


def _gemini_alt(request: Request) -> Literal["sse", "json"]:
    return "sse" if request.parameters.get("alt") == "sse" else "json"


def _parse_gemini(body: bytes, request: Request) -> Inbound:
    """Google's wire has the model in the path, and so the choice between an answer and a stream."""
    stream = request.path.endswith(":streamGenerateContent")
    model = variable(request, "/models/", ":streamGenerateContent" if stream else ":generateContent")
    return gemini.parse(body, request.headers, model=model, stream=stream, alt=_gemini_alt(request))


def _fail_gemini(error: AccordError) -> Failure:
    """Google's wire repeats the status in the body."""
    failure = gemini.fail(error)
    if not isinstance(error, ProviderError) or error.status is None or error.status == failure.status:
        return failure
    told = as_object(loads_object(failure.body)["error"])
    assert told is not None
    return msgspec.structs.replace(failure, body=dumps({"error": {**told, "code": error.status}}))


def parse_message_count(body: bytes, request: Request) -> anthropic_messages.CountInbound:
    """A request to count, on Anthropic's wire."""
    return anthropic_messages.parse_count(body, request.headers)


def parse_input_count(body: bytes, request: Request) -> openai_responses.CountInbound:
    """A request to count, on OpenAI's wire."""
    return openai_responses.parse_count(body, request.headers)


def parse_content_count(body: bytes, request: Request) -> gemini.CountInbound:
    """A request to count, on Google's wire."""
    return gemini.parse_count(body, request.headers, model=variable(request, "/models/", ":countTokens"))


def unix_seconds() -> int:
    """Unix seconds: answers of providers that tell no time are dated by when they were asked for."""
    return int(time.time())


CHAT = Wire(
    lambda body, request: openai_chat.parse(body, request.headers, received_at=unix_seconds()), openai_chat.fail
)

COMPLETIONS = Wire(
    lambda body, request: openai_completions.parse(body, request.headers, received_at=unix_seconds()), openai_chat.fail
)


def responses_wire(*, stores: bool) -> Wire:
    """OpenAI's Responses; `stores`: whether answers are kept."""
    return Wire(
        lambda body, request: openai_responses.parse(body, request.headers, received_at=unix_seconds(), stores=stores),
        openai_responses.fail,
    )


ANTHROPIC = Wire(lambda body, request: anthropic_messages.parse(body, request.headers), anthropic_messages.fail)
GEMINI = Wire(
    _parse_gemini, _fail_gemini, lambda request: EVENTS if _gemini_alt(request) == "sse" else "application/json"
)
