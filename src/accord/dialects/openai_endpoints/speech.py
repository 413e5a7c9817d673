"""POST /audio/speech. https://developers.openai.com/api/reference/resources/audio."""

import msgspec

from accord.core.error import InvalidInput, Malformed
from accord.core.http import Draft, Reply
from accord.core.json import dumps
from accord.core.option import OnUnsupported
from accord.core.speech import SpeechRequest, SpeechResponse
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.dialects.codec import Decoder
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, parsed, unnamed, without_none
from accord.dialects.openai_endpoints.relay import (
    EventsDecoder,
    RelayExchange,
    SoundDecoder,
    event_type,
    sound_type,
    tokens_in,
)


class SpeechCodec:
    """Asks for a text to be spoken."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader) -> None:
        self._model = model
        self._error = error
        del provider

    def encode(
        self, request: SpeechRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[SpeechResponse]:
        """Everything a request can say has its place on this wire. Raises `InvalidInput` where events are asked for."""
        del on_unsupported
        if in_events(request):
            raise InvalidInput("events of speech are only had as a stream", param="stream_format")
        spoken = len(request.input)
        return EndpointExchange(self._draft(request), decode=lambda reply: _decode(reply, spoken), error=self._error)

    def relay(
        self,
        request: SpeechRequest,
        *,
        on_unsupported: OnUnsupported = "error",
        warnings: tuple[CallWarning, ...] = (),
    ) -> RelayExchange[SpeechResponse]:
        """The same, handed on while it arrives: the sound, or events with pieces of it (`stream_format="sse"`)."""
        del on_unsupported
        spoken = Usage(characters=len(request.input))
        events = in_events(request)

        def decoder() -> Decoder:
            if not events:
                return SoundDecoder(spoken)
            return EventsDecoder(done="speech.audio.done", usage=tokens_in, error=self._error, whole=_no_stream)

        return RelayExchange(
            self._draft(request),
            decode=lambda reply: _decode(reply, len(request.input)),
            error=self._error,
            decoder=decoder,
            content_type=event_type if events else sound_type,
            warnings=warnings,
        )

    def _draft(self, request: SpeechRequest) -> Draft:
        fields = {
            "model": self._model,
            "input": request.input,
            "voice": request.voice,
            "instructions": request.instructions,
            "response_format": request.response_format,
            "speed": request.speed,
            **request.extra,
        }
        return Draft(operation="speech", model=self._model, body=dumps(without_none(fields)))


def in_events(request: SpeechRequest) -> bool:
    """Whether the sound is to come in events."""
    return request.extra.get("stream_format") == "sse"


def _no_stream(body: bytes) -> Usage | None:
    raise Malformed("the speech answer is one JSON object, not events", status=200, body=body)


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
    if extra.get("stream_format") not in (None, "audio", "sse"):
        raise InvalidInput("`stream_format` is `audio` or `sse`", param="stream_format")
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
