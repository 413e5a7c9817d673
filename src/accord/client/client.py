"""The library's client for blocking code; `async_client.py` is the same for asyncio."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Generic, Self, overload

from typing_extensions import TypeVar

from accord.client.capability import (
    Completes,
    Draws,
    Embeds,
    Everything,
    Moderates,
    Redraws,
    Speaks,
    Transcribes,
    completion_codec,
    embedding_codec,
    image_codec,
    image_edit_codec,
    moderation_codec,
    speech_codec,
    speech_relay,
    transcription_codec,
    transcription_relay,
)
from accord.client.conversation_input import ChatInput, chat_request
from accord.client.credential import TokenCache
from accord.client.fitted import request_of
from accord.client.health import Health, judged
from accord.client.relay import SpeechStream, TranscriptionStream
from accord.client.shared import (
    NO_CONTEXT,
    completion_request,
    embedding_request,
    image_edit_request,
    image_request,
    moderation_request,
    watching,
)
from accord.client.stream import ChatStream
from accord.client.tool.blocking import RunsTools
from accord.core.completion import CompletionRequest
from accord.core.context import RequestContext
from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import AccordError
from accord.core.image import ImageEditRequest, ImageRequest, ImageResponse
from accord.core.listing import ListRequest
from accord.core.model import ModelFacts
from accord.core.moderation import ModerationRequest, ModerationResponse
from accord.core.observe import Observer
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.speech import SpeechRequest, SpeechResponse, TranscriptionRequest, TranscriptionResponse
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.event_stream_sync import EventStream
from accord.engine.observed_sync import ObservedEngine
from accord.engine.run_sync import Engine
from accord.engine.target import Target
from accord.transport.base import Transport
from accord.transport.blocking_http1 import Http1

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)
P_co = TypeVar("P_co", covariant=True, default=Everything)


class Client(RunsTools, Generic[P_co]):
    """Calls models from blocking code. Safe to use from several threads.

    Make one for a provider (`Client(OpenAI(api_key="..."))`), for a model (`Client("openai/gpt-5.4-mini")`,
    with the key from the environment), or open (`Client()`, each call names its model). Keep it: connections are
    reused. Use it in an `with` block, or call `close()`.
    """

    @overload
    def __init__(
        self: "Client[Everything]",
        provider: str | None = None,
        *,
        options: Options | None = None,
        transport: Transport | None = None,
        environ: Mapping[str, str] | None = None,
        observers: Sequence[Observer] = (),
    ) -> None: ...

    @overload
    def __init__(
        self,
        provider: P_co,
        *,
        options: Options | None = None,
        transport: Transport | None = None,
        environ: Mapping[str, str] | None = None,
        observers: Sequence[Observer] = (),
    ) -> None: ...

    def __init__(
        self,
        provider: P_co | str | None = None,
        *,
        options: Options | None = None,
        transport: Transport | None = None,
        environ: Mapping[str, str] | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        """Raises `ConfigError` where the provider cannot be set up, naming the variable that is missing.

        Args:
            provider: who to ask; see the class.
            options: timeouts, retries and the like for all calls; calls may give their own.
            transport: how to reach the network, if not by Accord's own HTTP/1.1.
            environ: variables to find keys in, if not the process's.
            observers: who is told of calls; see `accord.core.observe`.
        """
        super().__init__(provider, options, environ)
        watchers = watching(observers)
        transport, tokens = transport or Http1(), TokenCache()
        self._engine: Engine = ObservedEngine(transport, tokens, watchers) if watchers else Engine(transport, tokens)

    def chat_completion(
        self,
        conversation: ChatInput,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ChatResponse:
        """A whole answer.

        Raises:
            InvalidInput: the conversation is wrong in itself.
            Unsupported: the model cannot do what it asks; nothing was sent.
            ProviderError: the provider, or the way to it, failed; see `accord.core.error`.
        """
        request = chat_request(conversation, model)
        with self._charge(request.model, request, context) as charge:
            return charge.settled(self._chat(request, self._merged(options), context))

    def chat_completion_stream(
        self,
        conversation: ChatInput,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ChatStream:
        """A streamed answer, to be used in an `with` block, which sends the request. Raises as `chat_completion`."""
        request, merged = chat_request(conversation, model), self._merged(options)
        return ChatStream(
            lambda: self._stream(request, merged, context), lambda: self._charge(request.model, request, context)
        )

    def completion(
        self: "Client[Completes]",
        request: CompletionRequest | str,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ChatResponse:
        """A text, continued, or the gap in it filled; no conversation. Raises as `chat_completion`."""
        asked = completion_request(request, model)
        return self._counted(completion_codec, asked.model, asked, self._merged(options), context)

    def embeddings(
        self: "Client[Embeds]",
        request: EmbeddingRequest | str | Sequence[str],
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> EmbeddingResponse:
        """One vector for each text. Raises as `chat_completion`."""
        asked = embedding_request(request, model)
        return self._counted(embedding_codec, asked.model, asked, self._merged(options), context)

    def image_generation(
        self: "Client[Draws]",
        request: ImageRequest | str,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ImageResponse:
        """Pictures of what the prompt describes. Raises as `chat_completion`."""
        asked = image_request(request, model)
        return self._counted(image_codec, asked.model, asked, self._merged(options), context)

    def image_edit(
        self: "Client[Redraws]",
        request: ImageEditRequest,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ImageResponse:
        """Pictures made of those in the request. Raises as `chat_completion`."""
        asked = image_edit_request(request, model)
        return self._counted(image_edit_codec, asked.model, asked, self._merged(options), context)

    def moderation(
        self: "Client[Moderates]",
        request: ModerationRequest | str | Sequence[str],
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ModerationResponse:
        """A verdict on each text. Raises as `chat_completion`."""
        asked = moderation_request(request, model)
        return self._counted(moderation_codec, asked.model, asked, self._merged(options), context)

    def speech(
        self: "Client[Speaks]",
        request: SpeechRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> SpeechResponse:
        """The text, spoken. Raises as `chat_completion`."""
        asked = request_of(SpeechRequest, request)
        return self._counted(speech_codec, asked.model, asked, self._merged(options), context)

    def speech_stream(
        self: "Client[Speaks]",
        request: SpeechRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> SpeechStream:
        """The text, spoken, piece by piece as it arrives: to be used in an `with` block, which sends the request. Raises as
        `chat_completion`.
        """
        merged, asked = self._merged(options), request_of(SpeechRequest, request)
        return SpeechStream(
            lambda: self._relay(speech_relay, asked.model, asked, merged, context),
            lambda: self._charge(asked.model, asked, context),
        )

    def transcription(
        self: "Client[Transcribes]",
        request: TranscriptionRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> TranscriptionResponse:
        """The recording, written down. Raises as `chat_completion`."""
        asked = request_of(TranscriptionRequest, request)
        return self._counted(transcription_codec, asked.model, asked, self._merged(options), context)

    def transcription_stream(
        self: "Client[Transcribes]",
        request: TranscriptionRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> TranscriptionStream:
        """The recording, written down, piece by piece: to be used in an `with` block, which sends the request. Raises as
        `chat_completion`.
        """
        merged, asked = self._merged(options), request_of(TranscriptionRequest, request)
        return TranscriptionStream(
            lambda: self._relay(transcription_relay, asked.model, asked, merged, context),
            lambda: self._charge(asked.model, asked, context),
        )

    def models(self, *, live: bool = False) -> tuple[ModelFacts, ...]:
        """The provider's models: from the catalogue shipped with Accord, or `live` from the provider's own list."""
        if not live:
            return self._catalogued()
        target = self._prober()
        codec = target.provider.models_codec()
        found = self._engine.run(target, codec, ListRequest(), options=self._options, context=NO_CONTEXT)
        return found.models

    def health_check(self) -> Health:
        """Whether the provider is there and accepts the key, by its cheapest probe. Raises nothing of the provider's."""
        return self._probe(self._prober())

    def _probe(self, target: Target) -> Health:
        clock = self._engine.now
        started = clock()
        try:
            codec = target.provider.probe_codec()
            self._engine.run(target, codec, ListRequest(), options=self._probing, context=NO_CONTEXT)
        except AccordError as error:
            return judged(error, clock() - started)
        return self._proven(target, clock() - started)

    def _counted(
        self,
        codec: Callable[[Target], Codec[Req, Res]],
        model: str,
        request: Req,
        options: Options,
        context: RequestContext,
    ) -> Res:
        """An operation that is no conversation, within the limits of what may be spent."""
        with self._charge(model, request, context) as charge:
            return charge.settled(self._run(codec, model, request, options, context))

    def _chat(self, request: ChatRequest, options: Options, context: RequestContext) -> ChatResponse:
        """A whole answer; this and the two below are what `Router` does differently."""
        return self._engine.chat(self._book.target(request.model), request, options=options, context=context)

    def _stream(self, request: ChatRequest, options: Options, context: RequestContext) -> EventStream:
        """A stream whose first events are there."""
        return self._engine.stream(self._book.target(request.model), request, options=options, context=context)

    def _run(
        self,
        codec: Callable[[Target], Codec[Req, Res]],
        model: str,
        request: Req,
        options: Options,
        context: RequestContext,
    ) -> Res:
        """An operation that is no conversation."""
        target = self._book.target(model)
        return self._engine.run(target, codec(target), request, options=options, context=context)

    def _relay(
        self,
        codec: Callable[[Target], RelayCodec[Req, CallRecord]],
        model: str,
        request: Req,
        options: Options,
        context: RequestContext,
    ) -> EventStream:
        """An operation that is no conversation, its answer handed on while it arrives."""
        target = self._book.target(model)
        return self._engine.relay(target, codec(target), request, options=options, context=context)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
