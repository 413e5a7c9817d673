"""POST /audio/transcriptions. https://developers.openai.com/api/reference/resources/audio."""

from collections.abc import Sequence

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Draft, Reply
from accord.core.json import JsonObject, as_array, dumps, loads_object
from accord.core.option import OnUnsupported
from accord.core.speech import TranscriptionRequest, TranscriptionResponse
from accord.core.usage import Usage
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, decoded
from accord.dialects.openai_endpoints.multipart import FormPart, form_text, read_form, text_of, write_form
from accord.dialects.openai_endpoints.relay import EventsDecoder, RelayExchange, event_type


class TranscriptionCodec:
    """Asks for a recording to be written down."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader) -> None:
        self._model = model
        self._error = error
        del provider

    def encode(
        self, request: TranscriptionRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[TranscriptionResponse]:
        """Everything a request can say has its place on this wire. Raises `InvalidInput` where events are asked for."""
        del on_unsupported
        if in_events(request):
            raise InvalidInput("events of a transcription are only had as a stream", param="stream")
        return EndpointExchange(self._draft(request, stream=False), decode=_decode, error=self._error)

    def relay(
        self, request: TranscriptionRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> RelayExchange[TranscriptionResponse]:
        """The same in events. Models that know none answer whole (whisper-1)."""
        del on_unsupported
        return RelayExchange(
            self._draft(request, stream=True),
            decode=_decode,
            error=self._error,
            decoder=lambda: EventsDecoder(
                done="transcript.text.done", usage=_used_in, error=self._error, whole=_whole_usage
            ),
            content_type=event_type,
        )

    def _draft(self, request: TranscriptionRequest, *, stream: bool) -> Draft:
        if stream:
            request = msgspec.structs.replace(request, extra={**request.extra, "stream": True})
        file = FormPart(
            name="file", data=request.audio, filename=request.filename, content_type=request.content_type or _GUESS
        )
        content_type, body = write_form([*_fields(request, self._model), file])
        return Draft(operation="transcription", model=self._model, body=body, content_type=content_type)


_GUESS = "application/octet-stream"


def _fields(request: TranscriptionRequest, model: str) -> list[FormPart]:
    named = {
        "model": model,
        "language": request.language,
        "prompt": request.prompt,
        "response_format": request.response_format,
        "temperature": None if request.temperature is None else repr(request.temperature),
    }
    fields = [FormPart(name=name, data=value.encode()) for name, value in named.items() if value is not None]
    fields += [
        FormPart(name="timestamp_granularities[]", data=word.encode()) for word in request.timestamp_granularities
    ]
    for name, value in request.extra.items():
        values = as_array(value) or [value]
        fields += [FormPart(name=name, data=form_text(item)) for item in values]
    return fields


class _Used(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float | None = None


class _Answer(msgspec.Struct):
    text: str
    language: str | None = None
    duration: float | None = None
    usage: _Used | None = None


# Some hosts write the duration as a string.
_answers = msgspec.json.Decoder(_Answer, strict=False)
_NAMED = ("text", "language", "duration", "usage")


def _decode(reply: Reply) -> TranscriptionResponse:
    content_type = reply.header("content-type") or "application/json"
    if "json" not in content_type:
        # srt, vtt and text come as they are.
        return TranscriptionResponse(
            text=reply.body.decode("utf-8", "replace"), content_type=content_type, raw=reply.body
        )
    answer = decoded(_answers, reply, "transcriptions")
    return TranscriptionResponse(
        text=answer.text,
        language=answer.language,
        duration=answer.duration,
        usage=_usage(answer.usage, answer.duration),
        extra={key: value for key, value in loads_object(reply.body).items() if key not in _NAMED},
        content_type=content_type,
        raw=reply.body,
    )


def _usage(used: _Used | None, duration: float | None) -> Usage | None:
    if used is None:
        return None if duration is None else Usage(seconds=duration)
    seconds = used.seconds if used.seconds is not None else duration
    return Usage(input=used.input_tokens, output=used.output_tokens, audio_input=used.input_tokens, seconds=seconds)


def _used_in(told: JsonObject) -> Usage | None:
    used = told.get("usage")
    if used is None:
        return None
    try:
        return _usage(msgspec.convert(used, _Used), None)
    except msgspec.ValidationError:
        return None


def _whole_usage(body: bytes) -> Usage | None:
    if not body.lstrip().startswith(b"{"):
        return None  # Subtitles, or plain text.
    return _decode(Reply(status=200, body=body)).usage


_SINGLE = frozenset({"model", "language", "prompt", "response_format", "temperature"})


def parse_transcription(content_type: str, body: bytes) -> TranscriptionRequest:
    """A caller's form that is all there. Raises as `transcription_of` does."""
    return transcription_of(read_form(content_type, body))


def transcription_of(parts: Sequence[FormPart]) -> TranscriptionRequest:
    """What a caller's form asks for. Raises `InvalidInput` naming the field at fault."""
    file = next((part for part in parts if part.name == "file"), None)
    if file is None:
        raise InvalidInput("the form has no `file`", param="file")
    single = {part.name: text_of(part) for part in parts if part.name in _SINGLE}
    if not single.get("model"):
        raise InvalidInput("the form has no `model`", param="model")
    granularities = [part for part in parts if part.name in ("timestamp_granularities[]", "timestamp_granularities")]
    return TranscriptionRequest(
        model=single["model"],
        audio=file.data,
        filename=file.filename or "audio.wav",
        content_type=file.content_type,
        language=single.get("language"),
        prompt=single.get("prompt"),
        response_format=single.get("response_format"),
        temperature=_temperature(single.get("temperature")),
        timestamp_granularities=tuple([text_of(part) for part in granularities]),
        extra=_rest(parts),
    )


def _temperature(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        raise InvalidInput(f"`temperature` must be a number, got {text!r}", param="temperature") from None


def _rest(parts: Sequence[FormPart]) -> JsonObject:
    found: dict[str, object] = {}
    for part in parts:
        if part.name in _SINGLE or part.name in ("file", "timestamp_granularities", "timestamp_granularities[]"):
            continue
        text = text_of(part)
        if part.name == "stream":
            found.update({"stream": True} if _truth(text) else {})
            continue
        before = found.get(part.name)
        found[part.name] = text if before is None else [*(before if isinstance(before, list) else [before]), text]
    return found


def _truth(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "1", "false", "0", ""):
        raise InvalidInput(f"`stream` must be true or false, got {text[:50]!r}", param="stream")
    return word in ("true", "1")


def in_events(request: TranscriptionRequest) -> bool:
    """Whether the words are to come in events."""
    return request.extra.get("stream") is True


def render_transcription(response: TranscriptionResponse) -> bytes:
    """The provider's own body, in the form the caller asked for."""
    return response.raw if response.raw is not None else dumps({"text": response.text})
