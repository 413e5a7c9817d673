"""Text becomes sound, and sound becomes text."""

import msgspec

from accord.core.blob import Data
from accord.core.json import JsonObject
from accord.core.record import CallRecord


class SpeechRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text to speak."""

    model: str = ""
    input: str
    voice: str
    instructions: str | None = None
    response_format: str | None = None
    """`mp3`, `opus`, `aac`, `flac`, `wav`, `pcm`."""
    speed: float | None = None
    """0.25 to 4, 1 is usual."""
    extra: JsonObject = {}


class SpeechResponse(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """The sound."""

    audio: bytes
    content_type: str
    model: str = ""


class TranscriptionRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recording to write down."""

    model: str = ""
    audio: Data
    filename: str = "audio.wav"
    """Its ending tells the provider the format."""
    content_type: str | None = None
    language: str | None = None
    prompt: str | None = None
    response_format: str | None = None
    """`json`, `verbose_json`, `text`, `srt`, `vtt`."""
    temperature: float | None = None
    timestamp_granularities: tuple[str, ...] = ()
    extra: JsonObject = {}


class TranscriptionResponse(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """The words."""

    text: str
    language: str | None = None
    duration: float | None = None
    """Seconds of sound, where the provider says so."""
    model: str = ""
    extra: JsonObject = {}
    """Segments, words and whatever else the provider gave."""
    content_type: str = "application/json"
