"""A value that is being written, for blocking code."""

from collections.abc import Iterator
from types import TracebackType
from typing import Generic, TypeVar, cast

from accord.client.stream import ChatStream
from accord.client.value.parsing import Parsed
from accord.client.value.stream_shared import JsonValue, ValueReader

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item


class ParseStream(Generic[T]):
    """A value as it is written. Entering it sends the request; leaving it early closes the connection.

    ```python
    with client.parse_stream("Invoice 7: two apples", into=Invoice) as stream:
        for partial in stream:
            print(partial)
    print(stream.value.total)
    ```

    A stream is one request: its value is checked at the end, and never asked for again.
    """

    def __init__(self, chat: ChatStream, reader: ValueReader[T]) -> None:
        self._chat = chat
        self._reader = reader

    @property
    def chat(self) -> ChatStream:
        """The answer underneath: usage, cost, warnings, attempts."""
        return self._chat

    @property
    def value(self) -> T:
        """The value. Raises `InvalidInput` before the stream was read to its end."""
        return self._reader.parsed.value

    @property
    def parsed(self) -> Parsed[T]:
        """The value with its answer. Raises `InvalidInput` before the stream was read to its end."""
        return self._reader.parsed

    def __enter__(self) -> "ParseStream[T]":
        """Sends the request and waits for the first event. Raises what `chat_completion` raises."""
        self._chat.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._chat.close()

    def __iter__(self) -> Iterator[JsonValue]:
        """What is there so far, as plain JSON data, whenever there is more: members appear as they are written, numbers and
        keys when they are whole, texts while they grow. At the end the whole is checked.

        Raises:
            Unparsed: the model refused, was cut, or wrote what does not fit.
            ProviderError: the stream broke off.
        """
        for event in self._chat:
            if self._reader.take(event):
                yield self._reader.partial
        self._reader.finish(self._chat.response)

    def items(self: "ParseStream[list[I]]") -> Iterator[I]:
        """The elements of a list (`into=list[...]`), each checked and given as soon as it is whole. Raises as iteration."""
        element = self._reader.element()
        for event in self._chat:
            self._reader.take(event)
            yield from cast("Iterator[I]", self._reader.new_items(element))
        self._reader.finish(self._chat.response)
