"""POST /audio/speech. https://developers.openai.com/api/reference/resources/audio."""

import msgspec

from accord.core.error import InvalidInput, Malformed
from accord.core.http import Draft, Reply
from accord.core.json import dumps
from accord.core.option import OnUnsupported
from accord.core.speech import SpeechRequest, SpeechResponse
from accord.core.usage import Usage
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, parsed, unnamed, without_none


class SpeechCodec:
    """Asks for a text to be spoken."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader) -> None:
        self._model = model
        self._error = error
        del provider

    def encode(
        self, request: SpeechRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[SpeechResponse]:
        """Everything a request can say has its place on this wire."""
        del on_unsupported
        fields = {
            "model": self._model,
            "input": request.input,
            "voice": request.voice,
            "instructions": request.instructions,
            "response_format": request.response_format,
            "speed": request.speed,
            **request.extra,
        }
        draft = Draft(operation="speech", model=self._model, body=dumps(without_none(fields)))
        spoken = len(request.input)
        return EndpointExchange(draft, decode=lambda reply: _decode(reply, spoken), error=self._error)


def _decode(reply: Reply, characters: int) -> SpeechResponse:
    content_type = reply.header("content-type") or "application/octet-stream"
    if content_type.startswith(("application/json", "text/html")) or not reply.body:
        raise Malformed(f"the speech answer is {content_type}, not sound", body=reply.body)
    # The wire reports no usage; speech is billed by the characters spoken.
    return SpeechResponse(audio=reply.body, content_type=content_type, usage=Usage(characters=characters))


class _Named(msgspec.Struct):
    id: str


class _Asked(msgspec.Struct):
    model: str
    input: str
    voice: str | _Named
    instructions: str | None = None
    response_format: str | None = None
    speed: float | None = None


_requests = msgspec.json.Decoder(_Asked)


def parse_speech(body: bytes) -> SpeechRequest:
    """A caller's request. Raises `InvalidInput` naming the field at fault."""
    asked, found = parsed(_requests, body)
    extra = unnamed(found, frozenset(_Asked.__struct_fields__))
    if extra.get("stream_format") == "sse":
        raise InvalidInput("speech is not streamed as events here: leave `stream_format` out", param="stream_format")
    voice = asked.voice
    if isinstance(voice, _Named):
        extra["voice"] = {"id": voice.id}
    return SpeechRequest(
        model=asked.model,
        input=asked.input,
        voice=voice.id if isinstance(voice, _Named) else voice,
        instructions=asked.instructions,
        response_format=asked.response_format,
        speed=asked.speed,
        extra=extra,
    )
