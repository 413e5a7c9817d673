"""Sounds and transcripts while they arrive, for blocking code."""

from collections.abc import Iterator

from accord.client.entered import Entered
from accord.client.relay_shared import RelayBase, words_in
from accord.core.error import ProviderError
from accord.core.event import Event, handed_on
from accord.engine.event_stream_sync import EventStream


class Relay(Entered, RelayBase[EventStream]):
    """An answer that is handed on while it arrives. Entering it sends the request; leaving it early closes the connection."""

    def _next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the answer broke off with."""
        try:
            events = self._events.next()
        except ProviderError as error:
            self._left()
            raise error from None
        if not events:
            self._ended()
        return events


class SpeechStream(Relay):
    """A sound, piece by piece as it arrives.

    ```python
    with client.speech_stream(SpeechRequest(input="Hello", voice="alloy")) as sound:
        for piece in sound:
            file.write(piece)
    print(sound.cost)
    ```
    """

    def __iter__(self) -> Iterator[bytes]:
        """The pieces. A sound that breaks off raises `Interrupted` (or its cause), and never just ends."""
        while events := self._next():
            if piece := handed_on(events):
                yield piece


class TranscriptionStream(Relay):
    """A transcript, piece by piece as it is written down."""

    def __iter__(self) -> Iterator[str]:
        """The words as they come; models that know no events (whisper-1) give none: use `transcription`. A transcript that
        breaks off raises `Interrupted` (or its cause), and never just ends.
        """
        while events := self._next():
            if words := words_in(events):
                yield words
