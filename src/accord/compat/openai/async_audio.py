"""Speech and transcriptions, for asyncio."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from accord.compat.openai import job
from accord.compat.openai.async_binary_stream import AsyncStreamedSpeech
from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.binary import BinaryContent
from accord.compat.openai.form import FileTypes, asked_by_form
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.audio import Transcription


class AsyncSpeech(Resource):
    """Texts, spoken."""

    path: ClassVar[str] = "audio.speech"

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        input: str,  # noqa: A002 - OpenAI's word
        model: str,
        voice: str | Mapping[str, object],
        instructions: str | Omit = omit,
        response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] | Omit = omit,
        speed: float | Omit = omit,
        stream_format: Literal["sse", "audio"] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> BinaryContent:
        """The text as sound, whole; `speed` is 0.25 to 4. Raises the errors of `accord.compat.openai.error`."""
        return await self._calls.perform(job.speech, asked(locals(), timeout))

    @property
    def with_streaming_response(self) -> AsyncStreamedSpeech:
        """The same in a `with` block, for code that reads it so. The sound is there as a whole when the block begins."""
        return AsyncStreamedSpeech(self.create)


class AsyncTranscriptions(Resource):
    """Recordings, written down."""

    path: ClassVar[str] = "audio.transcriptions"

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        chunking_strategy: str | Mapping[str, object] | Omit | None = omit,
        include: Sequence[str] | Omit = omit,
        keywords: Sequence[str] | Omit = omit,
        known_speaker_names: Sequence[str] | Omit = omit,
        known_speaker_references: Sequence[str] | Omit = omit,
        language: str | Omit = omit,
        languages: Sequence[str] | Omit = omit,
        prompt: str | Omit = omit,
        response_format: Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] | Omit = omit,
        stream: Literal[False] | Omit | None = omit,
        temperature: float | Omit = omit,
        timestamp_granularities: Sequence[Literal["word", "segment"]] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> Transcription | str:
        """What was said, whole: a text with the forms `text`, `srt` and `vtt`, else an object. Raises the errors of
        `accord.compat.openai.error`.
        """
        return await self._calls.perform(job.transcription, asked_by_form(locals(), timeout, ("file",)))


class AsyncAudio(Resource):
    """Sound."""

    path: ClassVar[str] = "audio"

    def __init__(self, calls: AsyncCalls) -> None:
        self.speech: AsyncSpeech = AsyncSpeech(calls)
        self.transcriptions: AsyncTranscriptions = AsyncTranscriptions(calls)
