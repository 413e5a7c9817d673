"""The wires that callers speak: how a request of each is read, and how a failure looks on it before one was read."""

from collections.abc import Callable

import msgspec

from accord.core.error import AccordError
from accord.core.http import Headers
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.dialects.codec import Failure, Inbound
from accord.gateway.http import Request, Response

Parse = Callable[[bytes, Request], Inbound]
Fail = Callable[[AccordError], Failure]


class Wire(msgspec.Struct, frozen=True):
    """One wire's two functions."""

    parse: Parse
    """Raises `InvalidInput` naming the field at fault, or `Unsupported`."""
    fail: Fail
    """The error answer, where there is no request to answer yet."""


def response_of(failure: Failure, status: int | None = None, headers: Headers = ()) -> Response:
    """A dialect's error answer as a response; `status` where the gateway knows a better one than the dialect."""
    return Response(status or failure.status, failure.body, (*failure.headers, *headers), failure.content_type)


def _failing(parse: Callable[[bytes, Headers], Inbound], smallest: bytes) -> Fail:
    """How errors look on a wire: as the answer to the smallest request it has."""

    def fail(error: AccordError) -> Failure:
        return parse(smallest, ()).fail(error)

    return fail


_SMALLEST_CHAT = b'{"model":"-","messages":[{"role":"user","content":"-"}]}'
_SMALLEST_RESPONSE = b'{"model":"-","input":"-"}'
_SMALLEST_MESSAGE = b'{"model":"-","max_tokens":1,"messages":[{"role":"user","content":"-"}]}'
_SMALLEST_CONTENT = b'{"contents":[{"role":"user","parts":[{"text":"-"}]}]}'

CHAT = Wire(lambda body, request: openai_chat.parse(body, request.headers), _failing(openai_chat.parse, _SMALLEST_CHAT))
RESPONSES = Wire(
    lambda body, request: openai_responses.parse(body, request.headers),
    _failing(openai_responses.parse, _SMALLEST_RESPONSE),
)
ANTHROPIC = Wire(
    lambda body, request: anthropic_messages.parse(body, request.headers),
    _failing(anthropic_messages.parse, _SMALLEST_MESSAGE),
)
GEMINI = Wire(lambda body, request: gemini.parse(body, request.headers), _failing(gemini.parse, _SMALLEST_CONTENT))
