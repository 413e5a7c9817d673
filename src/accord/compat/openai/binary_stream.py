"""Speech in a `with` block, from blocking code."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from typing_extensions import Unpack

from accord.compat.openai.binary import BinaryContent
from accord.compat.openai.param import SpeechParams


class StreamedSpeech:
    """`audio.speech.with_streaming_response`."""

    def __init__(self, speak: Callable[..., BinaryContent]) -> None:
        self._speak = speak

    @contextmanager
    def create(self, **params: Unpack[SpeechParams]) -> Generator[BinaryContent]:
        """As `audio.speech.create`."""
        yield self._speak(**params)
