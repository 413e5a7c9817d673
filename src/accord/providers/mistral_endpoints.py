"""Mistral's small endpoints: OpenAI's paths with differences of its own. https://docs.mistral.ai/api."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping

import msgspec

from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import Malformed, Unsupported
from accord.core.http import Draft, Reply
from accord.core.json import JsonObject, NotJson, as_object, dumps, loads_object
from accord.core.loss import Losses
from accord.core.moderation import ModerationRequest, ModerationResponse, Verdict
from accord.core.option import OnUnsupported
from accord.core.part import Image, Text
from accord.core.speech import SpeechRequest, SpeechResponse, TranscriptionRequest, TranscriptionResponse
from accord.core.usage import Usage
from accord.dialects.openai_endpoints.embedding import decode_embeddings
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, without_none
from accord.dialects.openai_endpoints.moderation import decode_moderation
from accord.dialects.openai_endpoints.transcription import TranscriptionCodec

MOST_INPUTS = 256
"""The most texts in one request for embeddings (a 257th is refused with code 3210)."""

_FIXED_LENGTH = "mistral-embed"
_SOUNDS: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "opus": "audio/opus",
    "pcm": "audio/pcm",
}


class MistralCodec:
    """What the codecs of the small endpoints share."""

    def __init__(self, *, model: str, error: ErrorReader, region: str | None = None) -> None:
        self._model = model
        self._error = error
        self._region = region

    def _losses(self, on_unsupported: OnUnsupported) -> Losses:
        return Losses("mistral", self._model, on_unsupported)


class MistralEmbeddings(MistralCodec):
    """Asks for embeddings."""

    def encode(
        self, request: EmbeddingRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[EmbeddingResponse]:
        """Raises `Unsupported` for tokens in place of texts, for more texts than fit, and for a length of vectors that the
        model has not.
        """
        losses = self._losses(on_unsupported)
        self._check_input(request)
        if request.task is not None:
            losses.refuse("task", "this wire has no word for what embeddings are for")
        if request.user is not None:
            losses.advise("user", "the provider does not take it")
        dimensions = request.dimensions
        if dimensions is not None and self._model.startswith(_FIXED_LENGTH):
            losses.refuse("dimensions", "the model's vectors have 1024 numbers")
            dimensions = None
        fields = {"model": self._model, "input": request.input, "output_dimension": dimensions, **request.extra}
        draft = Draft(operation="embeddings", model=self._model, body=dumps(without_none(fields)))
        return EndpointExchange(draft, decode=self._decode, error=self._error, warnings=losses.warnings)

    def _check_input(self, request: EmbeddingRequest) -> None:
        why = None
        if any(not isinstance(item, str) for item in request.input):
            why = "it takes texts, not tokens"
        elif len(request.input) > MOST_INPUTS:
            why = f"it takes at most {MOST_INPUTS} texts at once, got {len(request.input)}"
        if why is not None:
            raise Unsupported(
                f"mistral ({self._model}) cannot take `input`: {why}",
                provider="mistral",
                model=self._model,
                operation="embeddings",
                param="input",
            )

    def _decode(self, reply: Reply) -> EmbeddingResponse:
        response = decode_embeddings(reply)
        if response.usage is None or self._region is None:
            return response
        return msgspec.structs.replace(response, usage=msgspec.structs.replace(response.usage, region=self._region))


class MistralModeration(MistralCodec):
    """Asks whether texts are allowed."""

    def encode(
        self, request: ModerationRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ModerationResponse]:
        """Raises `Unsupported` for pictures."""
        losses = self._losses(on_unsupported)
        if any(isinstance(item, Image) for item in request.input):
            losses.refuse("input", "pictures are not judged")
        texts = [item.text if isinstance(item, Text) else item for item in request.input if not isinstance(item, Image)]
        body = dumps({"model": self._model, "input": texts, **request.extra})
        draft = Draft(operation="moderation", model=self._model, body=body)
        return EndpointExchange(draft, decode=_verdicts, error=self._error, warnings=losses.warnings)


class MistralSpeech(MistralCodec):
    """Asks for a text to be spoken. The sound comes within JSON."""

    def encode(
        self, request: SpeechRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[SpeechResponse]:
        """Raises `Unsupported` for how to speak: a voice is all that can be chosen."""
        losses = self._losses(on_unsupported)
        if request.instructions is not None:
            losses.refuse("instructions", "the provider cannot be told how to speak")
        if request.speed not in (None, 1):
            losses.refuse("speed", "the provider has one speed")
        fields = {
            "model": self._model,
            "input": request.input,
            "voice": request.voice or None,
            "response_format": request.response_format,
            **request.extra,
        }
        draft = Draft(operation="speech", model=self._model, body=dumps(without_none(fields)))
        sound, spoken = _SOUNDS.get(request.response_format or "mp3", "application/octet-stream"), len(request.input)
        return EndpointExchange(
            draft, decode=lambda reply: _sound(reply, sound, spoken), error=self._error, warnings=losses.warnings
        )


class MistralTranscription(MistralCodec):
    """Asks for a recording to be written down."""

    def encode(
        self, request: TranscriptionRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[TranscriptionResponse]:
        """Raises `Unsupported` for any form of answer but JSON."""
        losses = self._losses(on_unsupported)
        if request.response_format not in (None, "json", "verbose_json"):
            losses.refuse("response_format", "the provider answers in JSON alone")
        if request.prompt is not None:
            losses.advise("prompt", "the provider takes words to expect as `context_bias` instead")
        plain = msgspec.structs.replace(request, response_format=None, prompt=None)
        usual = TranscriptionCodec(model=self._model, provider="mistral", error=self._error).encode(plain)
        return EndpointExchange(
            usual.draft,
            decode=lambda reply: _written(usual.decode(reply)),
            error=self._error,
            warnings=losses.warnings,
        )


def _verdicts(reply: Reply) -> ModerationResponse:
    """The wire has no `flagged`: a text is flagged that is in any category."""
    response = decode_moderation(reply)
    results = tuple([_judged(row) for row in response.results])
    return msgspec.structs.replace(response, results=results, usage=_tokens(reply))


def _judged(row: Verdict) -> Verdict:
    flagged = any(row.categories.values()) if row.flagged is None and row.categories else row.flagged
    return msgspec.structs.replace(row, flagged=flagged)


def _sound(reply: Reply, content_type: str, characters: int) -> SpeechResponse:
    try:
        data = loads_object(reply.body).get("audio_data")
        audio = b64decode(data, validate=True) if isinstance(data, str) else b""
    except (NotJson, NotBase64):
        audio = b""
    if not audio:
        raise Malformed("the speech answer holds no sound", status=reply.status, body=reply.body)
    return SpeechResponse(audio=audio, content_type=content_type, usage=Usage(characters=characters))


def _written(response: TranscriptionResponse) -> TranscriptionResponse:
    used = _used(response.raw or b"")
    if used is None:
        return response
    seconds = _count(used, "prompt_audio_seconds")
    usage = Usage(
        input=_count(used, "prompt_tokens"),
        output=_count(used, "completion_tokens"),
        seconds=None if seconds is None else float(seconds),
        raw=used,
    )
    return msgspec.structs.replace(response, usage=usage)


def _tokens(reply: Reply) -> Usage | None:
    used = _used(reply.body)
    return None if used is None else Usage(input=_count(used, "prompt_tokens"), output=0, raw=used)


def _used(body: bytes) -> JsonObject | None:
    try:
        return as_object(loads_object(body).get("usage"))
    except NotJson:
        return None


def _count(used: JsonObject, key: str) -> int | None:
    value = used.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
