"""Responses, from blocking code."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal, TypeVar, overload

from typing_extensions import TypeForm, Unpack

from accord.compat.openai.calls import Calls
from accord.compat.openai.model import Model
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.param import ResponseParams, ServiceTier, Verbosity
from accord.compat.openai.parse_request import response_request
from accord.compat.openai.parsed import parsed_response
from accord.compat.openai.progress_stream import ResponseStream, StreamManager
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.response_progress import ResponseProgress
from accord.compat.openai.stream import Stream
from accord.compat.openai.types.parsed_response import ParsedResponse
from accord.compat.openai.types.response_event import ResponseStreamEvent
from accord.compat.openai.types.responses import Response
from accord.compat.openai.wire import RESPONSES

T = TypeVar("T")


class Responses(Resource):
    """Responses, from blocking code."""

    path: ClassVar[str] = "responses"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @overload
    def create(self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]) -> Response: ...

    @overload
    def create(self, *, stream: Literal[True], **params: Unpack[ResponseParams]) -> Stream[ResponseStreamEvent]: ...

    @overload
    def create(self, *, stream: bool, **params: Unpack[ResponseParams]) -> Response | Stream[ResponseStreamEvent]: ...

    def create(
        self,
        *,
        access_programs: Mapping[str, object] | Omit = omit,
        background: bool | Omit | None = omit,
        background_options: Mapping[str, object] | Omit = omit,
        context_management: Iterable[Mapping[str, object]] | Omit | None = omit,
        conversation: str | Mapping[str, object] | Omit | None = omit,
        image: Mapping[str, object] | Omit = omit,
        include: Sequence[str] | Omit | None = omit,
        input: str | Iterable[Mapping[str, object] | Model] | Omit = omit,  # noqa: A002 - OpenAI's word
        instructions: str | Omit | None = omit,
        max_output_tokens: int | Omit | None = omit,
        max_tool_calls: int | Omit | None = omit,
        metadata: Mapping[str, str] | Omit | None = omit,
        model: str | Omit = omit,
        moderation: Mapping[str, object] | Omit | None = omit,
        parallel_tool_calls: bool | Omit | None = omit,
        previous_response_id: str | Omit | None = omit,
        prompt: Mapping[str, object] | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_options: Mapping[str, object] | Omit = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        reasoning: Mapping[str, object] | Omit | None = omit,
        safety_identifier: str | Omit | None = omit,
        service_tier: ServiceTier | Omit | None = omit,
        store: bool | Omit | None = omit,
        stream: bool | Omit | None = omit,
        stream_options: Mapping[str, object] | Omit | None = omit,
        temperature: float | Omit | None = omit,
        text: Mapping[str, object] | Omit = omit,
        tool_choice: str | Mapping[str, object] | Omit = omit,
        tools: Iterable[Mapping[str, object]] | Omit = omit,
        top_logprobs: int | Omit | None = omit,
        top_p: float | Omit | None = omit,
        truncation: Literal["auto", "disabled"] | Omit | None = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> Response | Stream[ResponseStreamEvent]:
        """The answer, or with `stream=True` the pieces of one as they come; `timeout` is in seconds.

        Raises the errors of `accord.compat.openai.error`.
        """
        return self._calls.converse(RESPONSES, asked(locals(), timeout))

    @overload
    def parse(
        self,
        *,
        text_format: TypeForm[T],
        verbosity: Verbosity | Omit | None = omit,
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[T]: ...

    @overload
    def parse(
        self,
        *,
        text_format: Omit = omit,
        verbosity: Verbosity | Omit | None = omit,
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[None]: ...

    def parse(
        self,
        *,
        text_format: TypeForm[T] | Omit = omit,
        verbosity: Verbosity | Omit | None = omit,
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[T] | ParsedResponse[None]:
        """The answer with its values: `output_parsed` of the type `text_format`, and of each call of a strict tool
        `parsed_arguments`.

        Raises the errors of `accord.compat.openai.error`, and `ValueError` where an answer does not fit: of a pydantic model, its
        `ValidationError`.
        """
        form, tools, request = response_request(text_format, params, verbosity=verbosity)
        answer = self._calls.converse(RESPONSES, request)
        assert isinstance(answer, Response)
        return parsed_response(answer, form, tools)

    @overload
    def stream(
        self, *, text_format: TypeForm[T], **params: Unpack[ResponseParams]
    ) -> StreamManager[ResponseStream[T]]: ...

    @overload
    def stream(
        self, *, text_format: Omit = omit, **params: Unpack[ResponseParams]
    ) -> StreamManager[ResponseStream[None]]: ...

    def stream(
        self, *, text_format: TypeForm[T] | Omit = omit, **params: Unpack[ResponseParams]
    ) -> StreamManager[ResponseStream[T]] | StreamManager[ResponseStream[None]]:
        """A streamed answer, told as events with what they add up to, to be used in a `with` block. Raises as `parse`."""
        form, tools, request = response_request(text_format, params, stream=True)

        def send() -> ResponseStream[T]:
            source = self._calls.converse(RESPONSES, request)
            assert isinstance(source, Stream)
            return ResponseStream(source, ResponseProgress(form, tools))

        return StreamManager(send, ResponseStream[T].close)
