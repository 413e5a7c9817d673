"""A caller's request, and the writing of its answer."""

from collections.abc import Mapping
from typing import Literal

from accord.core.dialect import Dialect
from accord.core.error import AccordError
from accord.core.json import NotJson, edited
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Failure, Renderer
from accord.dialects.gemini.dialect import DIALECT
from accord.dialects.gemini.exchange import renamed
from accord.dialects.gemini.failure import fail
from accord.dialects.gemini.frame import ArrayFrame, EventFrame, Frame
from accord.dialects.gemini.render import render
from accord.dialects.gemini.renderer import ForwardRenderer, GeminiRenderer


class GeminiInbound:
    """A request that came in on this wire."""

    __slots__ = ("_alt", "_body", "_request", "_stream")

    def __init__(self, request: ChatRequest, *, body: bytes, stream: bool, alt: Literal["sse", "json"]) -> None:
        self._request = request
        self._body = body
        self._stream = stream
        self._alt = alt

    @property
    def dialect(self) -> Dialect:
        """This wire."""
        return DIALECT

    @property
    def request(self) -> ChatRequest:
        """What it asks; `request.model` is the name in the path."""
        return self._request

    @property
    def stream(self) -> bool:
        """Whether the path asks for a stream."""
        return self._stream

    @property
    def body(self) -> bytes:
        """The bytes as they came."""
        return self._body

    @property
    def content_type(self) -> str:
        """What a streamed answer is: events, or one JSON array."""
        return "text/event-stream" if self._alt == "sse" else "application/json"

    def render(
        self, response: ChatResponse, *, forwarded: bool = False, accord: Mapping[str, object] | None = None
    ) -> bytes:
        """The whole answer. `forwarded`: `response.raw` with the model's name replaced."""
        model = self._request.model
        if not forwarded or response.raw is None:
            return render(response, model, accord)
        body = renamed(response.raw, model)
        try:
            return body if accord is None else edited(body, {"accord": accord})
        except NotJson:
            return body

    def renderer(self, *, forwarded: bool = False) -> Renderer:
        """A fresh writer for one stream."""
        frame: Frame = EventFrame() if self._alt == "sse" else ArrayFrame()
        return ForwardRenderer(frame) if forwarded else GeminiRenderer(self._request.model, frame)

    def fail(self, error: AccordError) -> Failure:
        """The error answer before anything else was sent."""
        return fail(error)
