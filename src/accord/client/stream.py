"""A streamed answer, for blocking code."""

from collections.abc import Iterator

from accord.client.entered import Entered
from accord.client.stream_shared import StreamBase
from accord.core.error import ProviderError
from accord.core.event import Event, TextDelta
from accord.engine.event_stream_sync import EventStream


class ChatStream(Entered, StreamBase[EventStream]):
    """Events of an answer as they come. Entering it sends the request; leaving it early closes the connection.

    ```python
    with client.chat_completion_stream("Tell me a story") as stream:
        for text in stream.text():
            print(text, end="")
    print(stream.response.usage)
    ```
    """

    def __iter__(self) -> Iterator[Event]:
        """The events. A stream that breaks off raises `Interrupted` (or its cause), with what arrived in `partial`."""
        stream = self._events
        while True:
            try:
                events = self._noted(stream.next())
            except ProviderError as error:
                raise self._with_partial(error) from None
            if not events:
                self._ended()
                return
            yield from events

    def text(self) -> Iterator[str]:
        """The text of the first choice, piece by piece. Raises as iteration does."""
        for event in self:
            if isinstance(event, TextDelta) and event.choice == 0:
                yield event.text
