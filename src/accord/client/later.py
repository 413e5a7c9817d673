"""What clients are made without: loaded by the first call that needs it."""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.catalog.estimate import estimate
    from accord.client.async_credential import AsyncTokenCache
    from accord.client.async_relay import AsyncSpeechStream, AsyncTranscriptionStream
    from accord.client.async_stream import AsyncChatStream
    from accord.client.capability import (
        capabilities,
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
    from accord.client.conversation_input import chat_request
    from accord.client.credential import TokenCache
    from accord.client.environment import environment, provider_from_environment
    from accord.client.fitted import counted
    from accord.client.given import checked_context, checked_options, usage_given, watching
    from accord.client.health import Health, judged
    from accord.client.naming import provider_and_model
    from accord.client.relay import SpeechStream, TranscriptionStream
    from accord.client.request_input import (
        completion_request,
        embedding_request,
        image_edit_request,
        image_request,
        moderation_request,
        speech_request,
        transcription_request,
    )
    from accord.client.spend.amount import dollars, sooner
    from accord.client.spend.charge import Charge
    from accord.client.spend.span import span_of
    from accord.client.stream import ChatStream
    from accord.client.token_command import printed_token
    from accord.client.token_entra import entra_token
    from accord.client.token_google import google_token
    from accord.core.listing import ListRequest
    from accord.engine.complete import price
    from accord.engine.observed_async import ObservedAsyncEngine
    from accord.engine.observed_sync import ObservedEngine
    from accord.engine.run_async import AsyncEngine
    from accord.engine.run_sync import Engine
    from accord.engine.target import Target
    from accord.transport.asyncio_http1 import AsyncHttp1
    from accord.transport.blocking_http1 import Http1

__all__ = [
    "AsyncChatStream",
    "AsyncEngine",
    "AsyncHttp1",
    "AsyncSpeechStream",
    "AsyncTokenCache",
    "AsyncTranscriptionStream",
    "Charge",
    "ChatStream",
    "Engine",
    "Health",
    "Http1",
    "ListRequest",
    "ObservedAsyncEngine",
    "ObservedEngine",
    "SpeechStream",
    "Target",
    "TokenCache",
    "TranscriptionStream",
    "capabilities",
    "chat_request",
    "checked_context",
    "checked_options",
    "completion_codec",
    "completion_request",
    "counted",
    "dollars",
    "embedding_codec",
    "embedding_request",
    "entra_token",
    "environment",
    "estimate",
    "google_token",
    "image_codec",
    "image_edit_codec",
    "image_edit_request",
    "image_request",
    "judged",
    "moderation_codec",
    "moderation_request",
    "price",
    "printed_token",
    "provider_and_model",
    "provider_from_environment",
    "sooner",
    "span_of",
    "speech_codec",
    "speech_relay",
    "speech_request",
    "transcription_codec",
    "transcription_relay",
    "transcription_request",
    "usage_given",
    "watching",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.catalog.estimate": ("estimate",),
            "accord.client.async_credential": ("AsyncTokenCache",),
            "accord.client.async_relay": ("AsyncSpeechStream", "AsyncTranscriptionStream"),
            "accord.client.async_stream": ("AsyncChatStream",),
            "accord.client.capability": (
                "capabilities",
                "completion_codec",
                "embedding_codec",
                "image_codec",
                "image_edit_codec",
                "moderation_codec",
                "speech_codec",
                "speech_relay",
                "transcription_codec",
                "transcription_relay",
            ),
            "accord.client.conversation_input": ("chat_request",),
            "accord.client.credential": ("TokenCache",),
            "accord.client.environment": ("environment", "provider_from_environment"),
            "accord.client.fitted": ("counted",),
            "accord.client.given": ("checked_context", "checked_options", "usage_given", "watching"),
            "accord.client.health": ("Health", "judged"),
            "accord.client.naming": ("provider_and_model",),
            "accord.client.relay": ("SpeechStream", "TranscriptionStream"),
            "accord.client.request_input": (
                "completion_request",
                "embedding_request",
                "image_edit_request",
                "image_request",
                "moderation_request",
                "speech_request",
                "transcription_request",
            ),
            "accord.client.spend.amount": ("dollars", "sooner"),
            "accord.client.spend.charge": ("Charge",),
            "accord.client.spend.span": ("span_of",),
            "accord.client.stream": ("ChatStream",),
            "accord.client.token_command": ("printed_token",),
            "accord.client.token_entra": ("entra_token",),
            "accord.client.token_google": ("google_token",),
            "accord.core.listing": ("ListRequest",),
            "accord.engine.complete": ("price",),
            "accord.engine.observed_async": ("ObservedAsyncEngine",),
            "accord.engine.observed_sync": ("ObservedEngine",),
            "accord.engine.run_async": ("AsyncEngine",),
            "accord.engine.run_sync": ("Engine",),
            "accord.engine.target": ("Target",),
            "accord.transport.asyncio_http1": ("AsyncHttp1",),
            "accord.transport.blocking_http1": ("Http1",),
        },
    )
