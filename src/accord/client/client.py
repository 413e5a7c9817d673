"""The library's client for blocking code; `async_client.py` is the same for asyncio."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Generic, Self, overload

from typing_extensions import TypeVar

from accord.client import later
from accord.client.shared import NO_CONTEXT
from accord.client.tool.blocking import RunsTools
from accord.core.error import AccordError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from accord.client.capability import Completes, Draws, Embeds, Everything, Moderates, Redraws, Speaks, Transcribes
    from accord.client.conversation_input import ChatInput
    from accord.client.health import Health
    from accord.client.relay import SpeechStream, TranscriptionStream
    from accord.client.stream import ChatStream
    from accord.core.completion import CompletionRequest
    from accord.core.context import RequestContext
    from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
    from accord.core.image import ImageEditRequest, ImageRequest, ImageResponse
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
    from accord.engine.run_sync import Engine
    from accord.engine.target import Target
    from accord.transport.base import Transport

Req = TypeVar("Req")
Res = TypeVar("Res", bound="CallRecord")
P_co = TypeVar("P_co", covariant=True, default="Everything")


class Client(RunsTools, Generic[P_co]):
    """Calls models from blocking code. Safe to use from several threads.

    Make one for a provider (`Client(OpenAI(api_key="..."))`), for a model (`Client("openai/gpt-5.4-mini")`,
    with the key from the environment), or open (`Client()`, each call names its model). Keep it: connections are
    reused. Enter it by `with`, or call `close()`.
    """

    @overload
    def __init__(
        self: Client[Everything],
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
        self._transport = transport
        self._observers = later.watching(observers) if observers != () else ()
        self._made: Engine | None = None
        self._making = Lock()

    @property
    def _engine(self) -> Engine:
        """What carries calls out; loaded and made by the first one, since many programs make a client before it is needed."""
        return self._made or self._make()

    def _make(self) -> Engine:
        with self._making:
            if self._made is None:
                transport, tokens = self._transport or later.Http1(), later.TokenCache()
                self._made = (
                    later.ObservedEngine(transport, tokens, self._observers)
                    if self._observers
                    else later.Engine(transport, tokens)
                )
            return self._made

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
        request = later.chat_request(conversation, model)
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
        """A streamed answer, to be entered by `with`, which sends the request. Raises as `chat_completion`."""
        request, merged = later.chat_request(conversation, model), self._merged(options)
        return later.ChatStream(
            lambda: self._stream(request, merged, context), lambda: self._charge(request.model, request, context)
        )

    def completion(
        self: Client[Completes],
        request: CompletionRequest | str,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ChatResponse:
        """A text, continued, or the gap in it filled; no conversation. Raises as `chat_completion`."""
        asked = later.completion_request(request, model)
        return self._counted(later.completion_codec, asked.model, asked, self._merged(options), context)

    def embeddings(
        self: Client[Embeds],
        request: EmbeddingRequest | str | Sequence[str],
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> EmbeddingResponse:
        """One vector for each text. Raises as `chat_completion`."""
        asked = later.embedding_request(request, model)
        return self._counted(later.embedding_codec, asked.model, asked, self._merged(options), context)

    def image_generation(
        self: Client[Draws],
        request: ImageRequest | str,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ImageResponse:
        """Pictures of what the prompt describes. Raises as `chat_completion`."""
        asked = later.image_request(request, model)
        return self._counted(later.image_codec, asked.model, asked, self._merged(options), context)

    def image_edit(
        self: Client[Redraws],
        request: ImageEditRequest,
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ImageResponse:
        """Pictures made of those in the request. Raises as `chat_completion`."""
        asked = later.image_edit_request(request, model)
        return self._counted(later.image_edit_codec, asked.model, asked, self._merged(options), context)

    def moderation(
        self: Client[Moderates],
        request: ModerationRequest | str | Sequence[str],
        *,
        model: str | None = None,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> ModerationResponse:
        """A verdict on each text. Raises as `chat_completion`."""
        asked = later.moderation_request(request, model)
        return self._counted(later.moderation_codec, asked.model, asked, self._merged(options), context)

    def speech(
        self: Client[Speaks],
        request: SpeechRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> SpeechResponse:
        """The text, spoken. Raises as `chat_completion`."""
        asked = later.speech_request(request)
        return self._counted(later.speech_codec, asked.model, asked, self._merged(options), context)

    def speech_stream(
        self: Client[Speaks],
        request: SpeechRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> SpeechStream:
        """The text, spoken, piece by piece as it arrives: to be entered by `with`, which sends the request. Raises as
        `chat_completion`.
        """
        merged, asked = self._merged(options), later.speech_request(request)
        return later.SpeechStream(
            lambda: self._relay(later.speech_relay, asked.model, asked, merged, context),
            lambda: self._charge(asked.model, asked, context),
        )

    def transcription(
        self: Client[Transcribes],
        request: TranscriptionRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> TranscriptionResponse:
        """The recording, written down. Raises as `chat_completion`."""
        asked = later.transcription_request(request)
        return self._counted(later.transcription_codec, asked.model, asked, self._merged(options), context)

    def transcription_stream(
        self: Client[Transcribes],
        request: TranscriptionRequest,
        *,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> TranscriptionStream:
        """The recording, written down, piece by piece: to be entered by `with`, which sends the request. Raises as
        `chat_completion`.
        """
        merged, asked = self._merged(options), later.transcription_request(request)
        return later.TranscriptionStream(
            lambda: self._relay(later.transcription_relay, asked.model, asked, merged, context),
            lambda: self._charge(asked.model, asked, context),
        )

    def models(self, *, live: bool = False) -> tuple[ModelFacts, ...]:
        """The provider's models: from the catalogue shipped with Accord, or `live` from the provider's own list.

        Raises `ConfigError` where the client has no provider of its own; `live` also what `chat_completion` raises.
        """
        if not live:
            return self._catalogued()
        target = self._prober()
        codec = target.provider.models_codec()
        found = self._engine.run(target, codec, later.ListRequest(), options=self._options, context=NO_CONTEXT)
        return found.models

    def health_check(self) -> Health:
        """Whether the provider is there and accepts the key, by its cheapest probe. Raises nothing of the provider's."""
        return self._probe(self._prober())

    def _probe(self, target: Target) -> Health:
        clock = self._engine.now
        started = clock()
        try:
            codec = target.provider.probe_codec()
            self._engine.run(target, codec, later.ListRequest(), options=self._probing, context=NO_CONTEXT)
        except AccordError as error:
            return later.judged(error, clock() - started)
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
        if self._made is not None:
            self._made.close()
        elif self._transport is not None:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
