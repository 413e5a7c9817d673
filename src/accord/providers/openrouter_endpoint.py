"""OpenRouter's small endpoints: embeddings, pictures, speech and transcriptions. https://openrouter.ai/docs/api-reference."""

from base64 import b64encode
from collections.abc import Mapping

import msgspec

from accord.core.blob import whole
from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import Malformed
from accord.core.http import Draft, Reply
from accord.core.image import GeneratedImage, ImageRequest, ImageResponse
from accord.core.json import JsonObject, NotJson, as_array, as_object, dumps, loads_object
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.part import Media
from accord.core.speech import SpeechRequest, SpeechResponse, TranscriptionRequest, TranscriptionResponse
from accord.core.usage import Usage
from accord.dialects.openai_chat.usage import reported_cost, usage_of
from accord.dialects.openai_endpoints import SpeechCodec
from accord.dialects.openai_endpoints.embedding import decode_embeddings
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, without_none
from accord.dialects.openai_endpoints.relay import RelayExchange
from accord.dialects.openai_endpoints.speech import in_events

_SOUNDS = ("mp3", "pcm")
_SOUND_TYPES: Mapping[str, str] = {"audio/mpeg": "mp3", "audio/x-wav": "wav", "audio/wave": "wav", "audio/mp4": "m4a"}
_PICTURE_FIELDS = ("prompt", "n", "size", "quality", "background", "output_format", "output_compression")


class OpenRouterCodec:
    """What the codecs of the small endpoints share."""

    def __init__(self, *, model: str, error: ErrorReader) -> None:
        self._model = model
        self._error = error

    def _losses(self, on_unsupported: OnUnsupported) -> Losses:
        return Losses("openrouter", self._model, on_unsupported)


class OpenRouterEmbeddings(OpenRouterCodec):
    """Asks for embeddings, in numbers."""

    def encode(
        self, request: EmbeddingRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[EmbeddingResponse]:
        """What the vectors are for is `input_type` here."""
        del on_unsupported
        fields = {
            "model": self._model,
            "input": request.input,
            "dimensions": request.dimensions,
            "input_type": request.task,
            "user": request.user,
            **request.extra,
        }
        draft = Draft(operation="embeddings", model=self._model, body=dumps(without_none(fields)))
        return EndpointExchange(draft, decode=_embeddings, error=self._error)


class OpenRouterImages(OpenRouterCodec):
    """Asks for pictures at POST /images, whose words are not those of OpenAI's endpoint."""

    def encode(
        self, request: ImageRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ImageResponse]:
        """Raises `Unsupported` where an address is asked for: the picture itself comes."""
        losses = self._losses(on_unsupported)
        if request.response_format == "url":
            losses.refuse("response_format", "the host answers with the picture itself (b64_json), not an address")
        if request.style is not None:
            losses.refuse("style", "the host has no such field")
        given: dict[str, object] = msgspec.structs.asdict(request)
        for field in ("moderation", "user"):
            if given[field] is not None:
                losses.advise(field, "the host has no such field")
        fields = {"model": self._model, **{name: given[name] for name in _PICTURE_FIELDS}, **request.extra}
        draft = Draft(operation="image_generation", model=self._model, body=dumps(without_none(fields)))
        return EndpointExchange(draft, decode=_pictures, error=self._error, warnings=losses.warnings)


class OpenRouterSpeech(OpenRouterCodec):
    """Asks for a text to be spoken."""

    def encode(
        self, request: SpeechRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[SpeechResponse]:
        """Raises `Unsupported` for a form of sound other than MP3 and PCM, and for events."""
        losses = self._losses(on_unsupported)
        exchange = self._usual.encode(self._taken(request, losses))
        return EndpointExchange(exchange.draft, decode=exchange.decode, error=self._error, warnings=losses.warnings)

    def relay(
        self, request: SpeechRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> RelayExchange[SpeechResponse]:
        """The same, handed on while it arrives. Raises as `encode` does."""
        losses = self._losses(on_unsupported)
        return self._usual.relay(self._taken(request, losses), warnings=losses.warnings)

    @property
    def _usual(self) -> SpeechCodec:
        return SpeechCodec(model=self._model, provider="openrouter", error=self._error)

    def _taken(self, request: SpeechRequest, losses: Losses) -> SpeechRequest:
        if request.response_format not in (None, *_SOUNDS):
            losses.refuse("response_format", f"the host makes {' and '.join(_SOUNDS)} alone")
            request = msgspec.structs.replace(request, response_format=None)
        if in_events(request):
            losses.refuse("stream_format", "the host gives the sound itself, not events")
            extra = {name: value for name, value in request.extra.items() if name != "stream_format"}
            request = msgspec.structs.replace(request, extra=extra)
        return request


class OpenRouterTranscription(OpenRouterCodec):
    """Asks for a recording to be written down, with the sound within the JSON."""

    def encode(
        self, request: TranscriptionRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[TranscriptionResponse]:
        """Raises `Unsupported` for subtitles, which the host does not write."""
        losses = self._losses(on_unsupported)
        form = request.response_format
        if form not in (None, "json", "verbose_json"):
            losses.refuse("response_format", "the host answers json and verbose_json alone")
            form = None
        fields = {
            "model": self._model,
            "input_audio": {"data": b64encode(whole(request.audio)).decode(), "format": _sound_of(request)},
            "language": request.language,
            "prompt": request.prompt,
            "response_format": form,
            "temperature": request.temperature,
            "timestamp_granularities": list(request.timestamp_granularities) or None,
            **request.extra,
        }
        draft = Draft(operation="transcription", model=self._model, body=dumps(without_none(fields)))
        return EndpointExchange(draft, decode=_words, error=self._error, warnings=losses.warnings)


def _sound_of(request: TranscriptionRequest) -> str:
    """The form of the sound, by its MIME type or else its file's ending."""
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return _SOUND_TYPES.get(kind) or kind.removeprefix("audio/").removeprefix("x-")
    return request.filename.rpartition(".")[2].lower() or "wav"


def _embeddings(reply: Reply) -> EmbeddingResponse:
    response = decode_embeddings(reply)
    raw = _usage_in(reply)
    if raw is None or response.usage is None:
        return response
    usage = msgspec.structs.replace(response.usage, cost=reported_cost(raw), raw=raw)
    return msgspec.structs.replace(response, usage=usage)


def _pictures(reply: Reply) -> ImageResponse:
    body = _body(reply)
    rows = as_array(body.get("data"))
    if rows is None:
        raise Malformed("the images answer has no `data`", body=reply.body)
    found = [row for item in rows if (row := as_object(item)) is not None]
    raw = as_object(body.get("usage"))
    created = body.get("created")
    return ImageResponse(
        created=created if type(created) is int else None,
        images=tuple([GeneratedImage(source=_picture(row)) for row in found]),
        usage=None if raw is None else msgspec.structs.replace(usage_of(raw), images=len(found)),
        raw=reply.body,
    )


def _picture(row: JsonObject) -> Media:
    data, media_type, url = row.get("b64_json"), row.get("media_type"), row.get("url")
    return Media(
        data=data if isinstance(data, str) else None,
        url=url if isinstance(url, str) else None,
        media_type=media_type if isinstance(media_type, str) else None,
    )


def _words(reply: Reply) -> TranscriptionResponse:
    body = _body(reply)
    text, language, duration = body.get("text"), body.get("language"), body.get("duration")
    if not isinstance(text, str):
        raise Malformed("the transcriptions answer has no `text`", body=reply.body)
    raw = as_object(body.get("usage"))
    return TranscriptionResponse(
        text=text,
        language=language if isinstance(language, str) else None,
        duration=_seconds(duration),
        usage=None if raw is None else _heard(raw),
        extra={key: value for key, value in body.items() if key not in ("text", "language", "duration", "usage")},
        raw=reply.body,
    )


def _heard(raw: JsonObject) -> Usage:
    return msgspec.structs.replace(usage_of(raw), seconds=_seconds(raw.get("seconds")))


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _usage_in(reply: Reply) -> JsonObject | None:
    return as_object(_body(reply).get("usage"))


def _body(reply: Reply) -> JsonObject:
    try:
        return loads_object(reply.body)
    except NotJson as error:
        raise Malformed(f"the answer is not JSON: {error}", body=reply.body) from None
