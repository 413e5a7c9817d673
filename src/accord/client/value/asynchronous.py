"""`parse` for clients of asyncio; `blocking.py` is the same for blocking code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from accord.client import later, value
from accord.client.shared import DEFAULT_REPAIRS, NO_CONTEXT, ClientBase

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from accord.client.async_stream import AsyncChatStream
    from accord.client.conversation_input import ChatInput
    from accord.core.context import RequestContext
    from accord.core.option import Options
    from accord.core.response import ChatResponse

T = TypeVar("T")


class AsyncParses(ClientBase, ABC):
    """A client that gets values of the caller's types."""

    @abstractmethod
    async def chat_completion(
        self,
        conversation: ChatInput,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ChatResponse:
        """A whole answer."""

    @abstractmethod
    def chat_completion_stream(
        self,
        conversation: ChatInput,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> AsyncChatStream:
        """A streamed answer."""

    async def parse(
        self,
        conversation: ChatInput,
        *,
        into: TypeForm[T],
        model: str | None = None,
        repairs: int = DEFAULT_REPAIRS,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> T:
        """The answer as a value of a type of yours; `parse_with_response` also tells what it took.

        Args:
            conversation: as for `chat_completion`.
            into: a pydantic model, msgspec struct, dataclass, TypedDict, enum, `Literal`, or a union, list or dict of such.
            model: as for `chat_completion`.
            repairs: how often the model is shown what is wrong with an answer that does not fit. Each is a further
                request, billed like any other; 0 is exactly one request.
            options: as for `chat_completion`.
            context: as for `chat_completion`.

        Raises:
            Unparsed: the model refused, was cut, or wrote what does not fit; it carries the answers.
            InvalidInput: the type has no JSON Schema, or the conversation is wrong in itself.
            Unsupported: the model cannot do what it asks; nothing was sent.
            ProviderError: the provider, or the way to it, failed.
        """
        found = await self.parse_with_response(
            conversation, into=into, model=model, repairs=repairs, options=options, context=context
        )
        return found.value

    async def parse_with_response(
        self,
        conversation: ChatInput,
        *,
        into: TypeForm[T],
        model: str | None = None,
        repairs: int = DEFAULT_REPAIRS,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> value.Parsed[T]:
        """The value with every answer it took, their usage (tokens) and cost (US dollars) together.

        Takes what `parse` takes, and raises what it raises.
        """
        request = later.chat_request(conversation, model)
        target = self._typical(request.model)
        wanted = value.Wanted(into)
        steps: value.Parsing[T] = value.parsed_by(
            request, wanted, value.best_means(target, request, wanted), later.counted(repairs, "repairs", least=0)
        )
        try:
            asked = next(steps)
            while True:
                asked = steps.send(await self.chat_completion(asked, options=options, context=context))
        except StopIteration as done:
            parsed: value.Parsed[T] = done.value
            return parsed

    def parse_stream(
        self,
        conversation: ChatInput,
        *,
        into: TypeForm[T],
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> value.AsyncParseStream[T]:
        """The value as it is written, to be entered by `async with`, which sends the one request. Raises as `parse`."""
        request = later.chat_request(conversation, model)
        target = self._typical(request.model)
        wanted = value.Wanted(into)
        means = value.best_means(target, request, wanted)
        asked = value.with_means(request, wanted, means)
        chat = self.chat_completion_stream(asked, options=options, context=context)
        return value.AsyncParseStream(chat, value.ValueReader(into, wanted, means))
