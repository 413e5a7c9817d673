"""Which operations a provider has, for the type checker and at run time.

A capability is a method of the provider that exists or not. The protocols here let a type checker refuse
`Client(Anthropic(...)).embeddings(...)`; `capabilities()` says the same at run time.
"""

from typing import Protocol, TypeVar, cast, get_args, runtime_checkable

from accord import providers
from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.error import Unsupported
from accord.core.image import ImageEditRequest, ImageRequest, ImageResponse
from accord.core.moderation import ModerationRequest, ModerationResponse
from accord.core.operation import Operation
from accord.core.request import ChatRequest
from accord.core.speech import SpeechRequest, SpeechResponse, TranscriptionRequest, TranscriptionResponse
from accord.dialects.codec import Codec
from accord.engine.target import Target
from accord.providers.base import ProviderBase

C = TypeVar("C")


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


class Everything(Embeds, Draws, Redraws, Moderates, Speaks, Transcribes, Protocol):
    """What a client that is addressed by model string may be asked; what the target lacks is `Unsupported` at run time."""


PROTOCOLS: dict[Operation, type] = {
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


def capable(target: Target, capability: type[C], operation: Operation) -> C:
    """The target's provider, known to have the capability. Raises `Unsupported` naming the providers that have it."""
    provider: object = target.provider
    if isinstance(provider, capability):
        return provider
    arms = cast("tuple[type[ProviderBase], ...]", get_args(providers.Provider))
    others = tuple([str(arm.__struct_config__.tag) for arm in arms if issubclass(arm, capability)])
    raise Unsupported(
        f"{target.name} has no {operation}; {', '.join(others) or 'no provider'} {'have' if len(others) > 1 else 'has'} it",
        provider=target.name,
        model=target.model,
        operation=operation,
        supported_by=others,
    )


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


def transcription_codec(target: Target) -> Codec[TranscriptionRequest, TranscriptionResponse]:
    """How to ask the target to listen. Raises `Unsupported`."""
    return capable(target, Transcribes, "transcription").transcription_codec(target.model)
