"""One conversation on its way to Gemini, and the reading of its answer."""

import re
from typing import Protocol

import msgspec

from accord.core.error import ProviderError
from accord.core.event import Event, Forwarded
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, dumps, edited
from accord.core.response import ChatResponse
from accord.core.sse import NEWLINE, RETURN
from accord.core.warning import CallWarning
from accord.dialects.gemini.decode import response_of
from accord.dialects.gemini.reader import Asked
from accord.dialects.gemini.stream import GeminiDecoder

_MODEL_VERSION = re.compile(rb'"modelVersion"(\s*):(\s*)"(?:[^"\\]|\\.)*"')


class ErrorStage(Protocol):
    """The stage of a codec that reads failed replies."""

    def error(self, reply: Reply) -> ProviderError:
        """What a failed reply tells of."""
        ...


class GeminiExchange:
    """A conversation that Accord wrote."""

    __slots__ = ("_asked", "_errors", "draft", "warnings")

    def __init__(self, draft: Draft, *, asked: Asked, errors: ErrorStage, warnings: tuple[CallWarning, ...]) -> None:
        self.draft: Draft = draft
        self.warnings: tuple[CallWarning, ...] = warnings
        self._asked = asked
        self._errors = errors

    @property
    def forwarded(self) -> bool:
        """Never: what comes back is read and written anew."""
        return False

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that its body tells of."""
        return response_of(reply, self._asked)

    def decoder(self) -> GeminiDecoder:
        """A fresh reader for one stream."""
        return GeminiDecoder(self._asked)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return self._errors.error(reply)


class ForwardExchange(GeminiExchange):
    """A caller's own bytes; what comes back is handed on with the model's name replaced."""

    __slots__ = ("_model",)

    def __init__(self, draft: Draft, *, asked: Asked, errors: ErrorStage, model: str) -> None:
        super().__init__(draft, asked=asked, errors=errors, warnings=())
        self._model = model

    @property
    def forwarded(self) -> bool:
        """Always."""
        return True

    def decode(self, reply: Reply) -> ChatResponse:
        """The response, marked as one that can be handed on."""
        return msgspec.structs.replace(response_of(reply, self._asked), forwarded=True)

    def decoder(self) -> GeminiDecoder:
        """A fresh reader for one stream, whose events hold the bytes too."""
        return _ForwardDecoder(self._asked, self._model)


class _ForwardDecoder(GeminiDecoder):
    def __init__(self, asked: Asked, model: str) -> None:
        super().__init__(asked)
        self._model = model

    def _message(self, payload: bytes, events: list[Event]) -> None:
        super()._message(payload, events)
        events.append(Forwarded(data=event_of(renamed(payload, self._model))))


def event_of(payload: bytes) -> bytes:
    """A message as a server-sent event. Line breaks in JSON mean nothing, and would end the event's line."""
    if NEWLINE in payload or RETURN in payload:
        payload = payload.replace(b"\r", b" ").replace(b"\n", b" ")
    return b"data: " + payload + b"\n\n"


def renamed(body: bytes, model: str) -> bytes:
    """An answer with its `modelVersion` replaced by the name the caller asked for; all else keeps its bytes."""
    found = list(_MODEL_VERSION.finditer(body))
    if not found:
        return body
    if len(found) == 1 and _is_top_level(body):
        start, end = found[0].span()
        return body[:start] + b'"modelVersion":' + dumps(model) + body[end:]
    try:
        return edited(body, {"modelVersion": model})
    except NotJson:
        return body


class _Named(msgspec.Struct):
    model_version: str | None = msgspec.field(default=None, name="modelVersion")


_names = msgspec.json.Decoder(_Named)


def _is_top_level(body: bytes) -> bool:
    """Whether the answer itself has the member, and not only something within it."""
    try:
        return _names.decode(body).model_version is not None
    except msgspec.MsgspecError:
        return False
