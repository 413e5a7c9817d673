"""The answers of `audio.transcriptions.create`."""

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model, Open
from accord.core.json import NotJson, loads_object
from accord.core.speech import TranscriptionResponse
from accord.dialects.openai_endpoints.transcription import render_transcription


class TranscriptionWord(Model):
    """A word, and when it was said, in seconds."""

    end: float
    start: float
    word: str


class TranscriptionSegment(Model):
    """A stretch of what was said, with its times in seconds."""

    id: int
    avg_logprob: float
    compression_ratio: float
    end: float
    no_speech_prob: float
    seek: int
    start: float
    temperature: float
    text: str
    tokens: list[int]


class Transcription(Answer):
    """What was said. What only some forms have (words, segments, the seconds it lasts) is `None` in others."""

    text: str
    duration: float | None
    language: str | None
    logprobs: list[Open] | None
    segments: list[TranscriptionSegment] | None
    usage: Open | None
    words: list[TranscriptionWord] | None


def transcription_of(found: TranscriptionResponse) -> Transcription | str:
    """The answer: a text where a form of plain text was asked for."""
    body = render_transcription(found)
    if not found.content_type.startswith("application/json"):
        return body.decode("utf-8", "replace")
    try:
        loads_object(body)
    except NotJson:
        return found.text
    return Transcription.of(body, found)
