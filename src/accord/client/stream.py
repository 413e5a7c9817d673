"""A streamed answer, for blocking code."""

from collections.abc import Callable, Iterator
from types import TracebackType

from accord.client.spend.charge import Charge
from accord.client.stream_shared import StreamBase
from accord.core.error import ProviderError
from accord.core.event import Event, TextDelta
from accord.engine.event_stream_sync import EventStream


class ChatStream(StreamBase[EventStream]):
    """Events of an answer as they come. Entering it sends the request; leaving it early closes the connection.

    ```python
    with client.chat_completion_stream("Tell me a story") as stream:
        for text in stream.text():
            print(text, end="")
    print(stream.response.usage)
    ```
    """

    def __init__(self, send: Callable[[], EventStream], charge: Callable[[], Charge]) -> None:
        super().__init__(charge)
        self._send = send

    def __enter__(self) -> "ChatStream":
        """Sends the request and waits for the first event. Raises what `chat_completion` raises."""
        charge = self._charge = self._to_charge()
        try:
            self._opened = self._send()
        except BaseException as error:
            charge.fail(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

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

    def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end. May be called twice."""
        self._left()
        if self._opened is not None:
            self._opened.close()
