"""Which operations a provider has, for the type checker and at run time.

A capability is a method of the provider that exists or not. The protocols here let a type checker refuse
`Client(Anthropic(...)).embeddings(...)`; `capabilities()` says the same at run time.
"""

from typing import Protocol, runtime_checkable

from accord.core.completion import CompletionRequest
from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import Unsupported
from accord.core.image import ImageEditRequest, ImageRequest, ImageResponse
from accord.core.moderation import ModerationRequest, ModerationResponse
from accord.core.operation import Operation
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.speech import SpeechRequest, SpeechResponse, TranscriptionRequest, TranscriptionResponse
from accord.dialects.codec import Codec, RelayCodec
from accord.dialects.openai_endpoints.collected import CollectedSpeech
from accord.engine.capability import Completes, capable
from accord.engine.target import Target

__all__ = [
    "Completes",
    "Counts",
    "Draws",
    "Embeds",
    "Everything",
    "Moderates",
    "Redraws",
    "Speaks",
    "Transcribes",
    "capabilities",
    "capable",
    "completion_codec",
    "embedding_codec",
    "image_codec",
    "image_edit_codec",
    "moderation_codec",
    "speech_codec",
    "speech_relay",
    "transcription_codec",
    "transcription_relay",
]


@runtime_checkable
class Embeds(Protocol):
    """A provider that makes embeddings."""

    def embedding_codec(self, model: str) -> Codec[EmbeddingRequest, EmbeddingResponse]:
        """How to ask `model` for embeddings. Raises `Unsupported`."""
        ...


@runtime_checkable
class Draws(Protocol):
    """A provider that makes pictures."""

    def image_codec(self, model: str) -> Codec[ImageRequest, ImageResponse]:
        """How to ask `model` for pictures. Raises `Unsupported`."""
        ...


@runtime_checkable
class Redraws(Protocol):
    """A provider that makes pictures out of others."""

    def image_edit_codec(self, model: str) -> Codec[ImageEditRequest, ImageResponse]:
        """How to ask `model` for edited pictures. Raises `Unsupported`."""
        ...


@runtime_checkable
class Moderates(Protocol):
    """A provider that judges content."""

    def moderation_codec(self, model: str) -> Codec[ModerationRequest, ModerationResponse]:
        """How to ask `model` for a verdict. Raises `Unsupported`."""
        ...


@runtime_checkable
class Speaks(Protocol):
    """A provider that speaks texts."""

    def speech_codec(self, model: str) -> Codec[SpeechRequest, SpeechResponse]:
        """How to ask `model` to speak. Raises `Unsupported`."""
        ...


@runtime_checkable
class Transcribes(Protocol):
    """A provider that writes down recordings."""

    def transcription_codec(self, model: str) -> Codec[TranscriptionRequest, TranscriptionResponse]:
        """How to ask `model` to listen. Raises `Unsupported`."""
        ...


@runtime_checkable
class Counts(Protocol):
    """A provider that counts tokens before anything is generated."""

    def count_codec(self, model: str) -> Codec[ChatRequest, int]:
        """How to ask for the tokens of a conversation. Raises `Unsupported`."""
        ...


class Everything(Completes, Embeds, Draws, Redraws, Moderates, Speaks, Transcribes, Protocol):
    """What a client that is addressed by model string may be asked; what the target lacks is `Unsupported` at run time."""


PROTOCOLS: dict[Operation, type] = {
    "completion": Completes,
    "embeddings": Embeds,
    "image_generation": Draws,
    "image_edit": Redraws,
    "moderation": Moderates,
    "speech": Speaks,
    "transcription": Transcribes,
    "count_tokens": Counts,
}
"""The protocol whose methods are the capability; every provider chats and lists its models."""


def capabilities(cls: type) -> frozenset[Operation]:
    """The operations a provider type has at all; some of its models may have fewer."""
    return frozenset(
        ["chat", "models", *[operation for operation, protocol in PROTOCOLS.items() if issubclass(cls, protocol)]]
    )


def completion_codec(target: Target) -> Codec[CompletionRequest, ChatResponse]:
    """How to ask the target to continue a text. Raises `Unsupported`."""
    return capable(target, Completes, "completion").completion_codec(target.model)


def embedding_codec(target: Target) -> Codec[EmbeddingRequest, EmbeddingResponse]:
    """How to ask the target for embeddings. Raises `Unsupported`."""
    return capable(target, Embeds, "embeddings").embedding_codec(target.model)


def image_codec(target: Target) -> Codec[ImageRequest, ImageResponse]:
    """How to ask the target for pictures. Raises `Unsupported`."""
    return capable(target, Draws, "image_generation").image_codec(target.model)


def image_edit_codec(target: Target) -> Codec[ImageEditRequest, ImageResponse]:
    """How to ask the target for changed pictures. Raises `Unsupported`."""
    return capable(target, Redraws, "image_edit").image_edit_codec(target.model)


def moderation_codec(target: Target) -> Codec[ModerationRequest, ModerationResponse]:
    """How to ask the target for a verdict. Raises `Unsupported`."""
    return capable(target, Moderates, "moderation").moderation_codec(target.model)


def speech_codec(target: Target) -> Codec[SpeechRequest, SpeechResponse]:
    """How to ask the target to speak. Raises `Unsupported`."""
    return capable(target, Speaks, "speech").speech_codec(target.model)


def speech_relay(target: Target) -> RelayCodec[SpeechRequest, SpeechResponse]:
    """How to ask the target to speak, and hand the sound on while it comes. Raises `Unsupported`."""
    found = speech_codec(target)
    return found if isinstance(found, RelayCodec) else CollectedSpeech(found)


def transcription_relay(target: Target) -> RelayCodec[TranscriptionRequest, TranscriptionResponse]:
    """How to ask the target to write down while it listens. Raises `Unsupported`."""
    found = transcription_codec(target)
    if isinstance(found, RelayCodec):
        return found
    raise Unsupported(
        f"{target.name} ({target.model}) gives transcriptions whole, not in events",
        provider=target.name,
        model=target.model,
        operation="transcription",
        param="stream",
    )


def transcription_codec(target: Target) -> Codec[TranscriptionRequest, TranscriptionResponse]:
    """How to ask the target to listen. Raises `Unsupported`."""
    return capable(target, Transcribes, "transcription").transcription_codec(target.model)
