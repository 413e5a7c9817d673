"""What recorded exchanges mean: the conversation that was asked, and the answer that came, whatever wire they are on."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from accord.catalog import facts
from accord.catalog.cost import cost_of
from accord.client.environment import PROVIDER_TYPES, provider_class
from accord.core.accumulate import accumulate
from accord.core.cost import Cost
from accord.core.error import AccordError
from accord.core.event import Event
from accord.core.http import Reply
from accord.core.json import dumps
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.anthropic_messages import parse as parse_messages
from accord.dialects.codec import ChatCodec, ChatExchange, Inbound
from accord.dialects.gemini import Gemini
from accord.dialects.gemini import parse as parse_gemini
from accord.dialects.openai_chat import OpenAIChat
from accord.dialects.openai_chat import parse as parse_chat
from accord.dialects.openai_responses import OpenAIResponses
from accord.dialects.openai_responses import parse as parse_responses
from accord.testing.recording.tape import Answered, Asked, Exchange, bytes_of

_GOOGLE = re.compile(r"/models/([^/:]+):(generateContent|streamGenerateContent)$")


class Read(NamedTuple):
    """A recorded conversation. `stream`: whether the answer was streamed."""

    request: ChatRequest
    stream: bool
    provider: str
    """The provider's type, by its host; empty where the host is nobody's own."""
    response: ChatResponse | None
    error: AccordError | None
    """Why there was no answer, or no whole one."""


def read(exchange: Exchange, at: datetime) -> Read | None:
    """The conversation on a recorded exchange, with its cost at the prices of `at`; `None` where it holds none.

    Raises `InvalidInput` or `Unsupported` for a request that cannot be read.
    """
    found = _wire(exchange.request)
    if found is None:
        return None
    inbound, codec_of = found
    provider = provider_of(exchange.request.url)
    if exchange.answer is None:
        error = exchange.failure.error() if exchange.failure is not None else None
        return Read(inbound.request, inbound.stream, provider, None, error)
    codec = codec_of(inbound.request.model)
    request = codec.encode(inbound.request, stream=inbound.stream, on_unsupported="drop")
    response, failed = _answered(request, exchange.answer, stream=inbound.stream)
    if response is not None:
        response = msgspec.structs.replace(response, cost=_cost(response, provider, inbound.request.model, at))
    return Read(inbound.request, inbound.stream, provider, response, failed)


def provider_of(url: str) -> str:
    """The provider type whose own host it is, `""` where it is none's."""
    host = urlsplit(url).hostname
    for name in PROVIDER_TYPES:
        if host and urlsplit(provider_class(name).default_base_url).hostname == host:
            return name
    return ""


def _wire(asked: Asked) -> tuple[Inbound, Callable[[str], ChatCodec]] | None:
    path, body = urlsplit(asked.url).path, dumps(asked.json)
    headers = tuple(asked.headers.items())
    if path.endswith("/chat/completions"):
        return parse_chat(body, headers), lambda model: OpenAIChat(model=model)
    if path.endswith("/responses"):
        return parse_responses(body, headers), lambda model: OpenAIResponses(model=model)
    if path.endswith("/messages"):
        return parse_messages(body, headers), lambda model: AnthropicMessages(model=model)
    google = _GOOGLE.search(path)
    if google is not None:
        stream = google[2] == "streamGenerateContent"
        inbound = parse_gemini(body, headers, model=google[1], stream=stream, alt="sse")
        return inbound, lambda model: Gemini(model=model)
    return None


def _answered(
    exchange: ChatExchange, answer: Answered, *, stream: bool
) -> tuple[ChatResponse | None, AccordError | None]:
    pieces = [bytes_of(piece) for piece in answer.pieces]
    reply = Reply(status=answer.status, headers=answer.headers, body=b"".join(pieces))
    if not 200 <= answer.status < 300:
        return None, exchange.error(reply)
    if not stream:
        try:
            return exchange.decode(reply), None
        except AccordError as error:
            return None, error
    decoder, events = exchange.decoder(), list[Event]()
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.end()
    except AccordError as error:
        return accumulate(events), error
    return accumulate(events), None


def _cost(response: ChatResponse, provider: str, model: str, at: datetime) -> Cost:
    if response.usage is None:
        return Cost(reason="the provider reported no usage")
    return cost_of(response.usage, facts(provider, model) if provider else None, at=at)
