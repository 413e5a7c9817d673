"""Calls that are no conversations: how each is read, which codec asks for it, and what its answer becomes."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import msgspec

from accord.client.capability import (
    embedding_codec,
    image_codec,
    image_edit_codec,
    moderation_codec,
    speech_codec,
    transcription_codec,
)
from accord.compat.openai.binary import BinaryContent
from accord.compat.openai.request import Asked
from accord.compat.openai.types.audio import Transcription, transcription_of
from accord.compat.openai.types.embedding import CreateEmbeddingResponse
from accord.compat.openai.types.image import ImagesResponse
from accord.compat.openai.types.moderation import ModerationCreateResponse
from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
from accord.core.image import ImageEditRequest, ImageRequest, ImageResponse
from accord.core.moderation import ModerationRequest, ModerationResponse
from accord.core.record import CallRecord
from accord.core.speech import SpeechRequest, SpeechResponse, TranscriptionRequest, TranscriptionResponse
from accord.dialects.codec import Codec
from accord.dialects.openai_endpoints.embedding import parse_embedding
from accord.dialects.openai_endpoints.image import parse_image, render_image
from accord.dialects.openai_endpoints.image_edit import parse_image_edit
from accord.dialects.openai_endpoints.moderation import parse_moderation, render_moderation
from accord.dialects.openai_endpoints.speech import parse_speech
from accord.dialects.openai_endpoints.transcription import parse_transcription
from accord.engine.target import Target

DEFAULT_MODERATION = "openai/omni-moderation-latest"
"""What judges where no model is named, as at OpenAI's SDK."""


class Named(Protocol):
    """A request that names its model."""

    @property
    def model(self) -> str:
        """As the caller wrote it."""
        ...


Req = TypeVar("Req", bound=Named)
Res = TypeVar("Res", bound=CallRecord)
A = TypeVar("A")


class Job(msgspec.Struct, Generic[Req, Res, A], frozen=True):
    """One call, read."""

    request: Req
    codec: Callable[[Target], Codec[Req, Res]]
    answer: Callable[[Res], A]


def embedding(asked: Asked) -> Job[EmbeddingRequest, EmbeddingResponse, CreateEmbeddingResponse]:
    """`embeddings.create`."""
    inbound = parse_embedding(asked.body)
    request = inbound.request
    return Job(
        request,
        embedding_codec,
        lambda found: CreateEmbeddingResponse.of(inbound.render(found, model=request.model), found),
    )


def image(asked: Asked) -> Job[ImageRequest, ImageResponse, ImagesResponse]:
    """`images.generate`."""
    return Job(parse_image(asked.body), image_codec, _pictures)


def image_edit(asked: Asked) -> Job[ImageEditRequest, ImageResponse, ImagesResponse]:
    """`images.edit`."""
    return Job(parse_image_edit(asked.content_type, asked.body), image_edit_codec, _pictures)


def moderation(asked: Asked) -> Job[ModerationRequest, ModerationResponse, ModerationCreateResponse]:
    """`moderations.create`."""
    request = parse_moderation(asked.body)
    if not request.model:
        request = msgspec.structs.replace(request, model=DEFAULT_MODERATION)
    return Job(request, moderation_codec, lambda found: ModerationCreateResponse.of(render_moderation(found), found))


def speech(asked: Asked) -> Job[SpeechRequest, SpeechResponse, BinaryContent]:
    """`audio.speech.create`."""
    return Job(parse_speech(asked.body), speech_codec, BinaryContent)


def transcription(asked: Asked) -> Job[TranscriptionRequest, TranscriptionResponse, Transcription | str]:
    """`audio.transcriptions.create`."""
    return Job(parse_transcription(asked.content_type, asked.body), transcription_codec, transcription_of)


def _pictures(found: ImageResponse) -> ImagesResponse:
    return ImagesResponse.of(render_image(found), found)
