"""Streams that tell what their pieces add up to, from blocking code."""

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from accord.compat.openai.chat_progress import ChatProgress
from accord.compat.openai.model import Model
from accord.compat.openai.response_progress import ResponseProgress
from accord.compat.openai.stream import Stream
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
from accord.compat.openai.types.chat_event import ChatCompletionStreamEvent
from accord.compat.openai.types.parsed import ParsedChatCompletion
from accord.compat.openai.types.parsed_response import ParsedResponse, ParsedResponseStreamEvent
from accord.compat.openai.types.response_event import ResponseStreamEvent
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.warning import CallWarning

T = TypeVar("T")
E = TypeVar("E", bound=Model)
E_contra = TypeVar("E_contra", bound=Model, contravariant=True)
F = TypeVar("F")


class Progress(Protocol[E_contra, F]):
    """What pieces add up to."""

    def add(self, piece: E_contra, /) -> list[F]:
        """What a piece brings."""
        ...


class ProgressStream(Generic[E, F]):
    """What is told of an answer as it comes in."""

    def __init__(self, source: Stream[E], progress: Progress[E, F]) -> None:
        self._source = source
        self._progress = progress
        self._items = self._read()

    def __next__(self) -> F:
        return next(self._items)

    def __iter__(self) -> Iterator[F]:
        return self

    @property
    def cost(self) -> Cost:
        """What the call costs by the usage reported so far."""
        return self._source.cost

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._source.warnings

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests it took to get this stream."""
        return self._source.attempts

    def until_done(self) -> Self:
        """Reads to the end."""
        for _ in self:
            pass
        return self

    def close(self) -> None:
        """Closes the connection unless the answer was read to its end. May be called twice."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> Iterator[F]:
        for piece in self._source:
            yield from self._progress.add(piece)


class ChatCompletionStream(ProgressStream[ChatCompletionChunk, ChatCompletionStreamEvent[T]], Generic[T]):
    """A chat completion as it comes in."""

    def __init__(self, source: Stream[ChatCompletionChunk], progress: ChatProgress[T]) -> None:
        super().__init__(source, progress)
        self._chat = progress

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The answer as far as it is there."""
        return self._chat.snapshot()

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """The whole answer, read to its end. Raises as `chat.completions.parse`."""
        self.until_done()
        return self._chat.final()


class ResponseStream(ProgressStream[ResponseStreamEvent, ParsedResponseStreamEvent[T]], Generic[T]):
    """An answer of Responses as it comes in."""

    def __init__(self, source: Stream[ResponseStreamEvent], progress: ResponseProgress[T]) -> None:
        super().__init__(source, progress)
        self._response = progress

    def get_final_response(self) -> ParsedResponse[T]:
        """The whole answer, read to its end. Raises `RuntimeError` where it was not completed."""
        self.until_done()
        return self._response.final()


class StreamManager(Generic[T]):
    """A stream to be: entering its `with` block sends the request, leaving it closes the connection."""

    def __init__(self, send: Callable[[], T], close: Callable[[T], None]) -> None:
        self._send = send
        self._close = close
        self._stream: T | None = None

    def __enter__(self) -> T:
        """Sends the request. Raises what `create` raises."""
        self._stream = self._send()
        return self._stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._close(self._stream)
