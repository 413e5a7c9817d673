"""What calls that are no conversation accept, made into their requests."""

from collections.abc import Sequence
from typing import cast

from accord.client.fitted import named, request_of
from accord.core.completion import CompletionRequest
from accord.core.embedding import EmbeddingRequest
from accord.core.error import InvalidInput
from accord.core.image import ImageEditRequest, ImageRequest
from accord.core.moderation import ModerationRequest
from accord.core.speech import SpeechRequest, TranscriptionRequest


def completion_request(given: CompletionRequest | str, model: str | None) -> CompletionRequest:
    """The request that was meant. Raises `InvalidInput` naming what is wrong, as those below do."""
    asked = CompletionRequest(prompt=(given,)) if isinstance(given, str) else given
    return named(request_of(CompletionRequest, asked, "a string or "), model)


def embedding_request(given: EmbeddingRequest | str | Sequence[str], model: str | None) -> EmbeddingRequest:
    """The request that was meant."""
    texts = _texts(given)
    asked = given if texts is None else EmbeddingRequest(input=texts)
    return named(request_of(EmbeddingRequest, asked, "a string, strings or "), model)


def image_request(given: ImageRequest | str, model: str | None) -> ImageRequest:
    """The request that was meant."""
    asked = ImageRequest(prompt=given) if isinstance(given, str) else given
    return named(request_of(ImageRequest, asked, "a string or "), model)


def image_edit_request(given: ImageEditRequest, model: str | None) -> ImageEditRequest:
    """The request that was meant."""
    return named(request_of(ImageEditRequest, given), model)


def moderation_request(given: ModerationRequest | str | Sequence[str], model: str | None) -> ModerationRequest:
    """The request that was meant."""
    texts = _texts(given)
    asked = given if texts is None else ModerationRequest(input=texts)
    return named(request_of(ModerationRequest, asked, "a string, strings or "), model)


def speech_request(given: SpeechRequest) -> SpeechRequest:
    """The request that was meant."""
    return request_of(SpeechRequest, given)


def transcription_request(given: TranscriptionRequest) -> TranscriptionRequest:
    """The request that was meant."""
    return request_of(TranscriptionRequest, given)


def _texts(given: object) -> tuple[str, ...] | None:
    """One text or several, `None` where it is something else."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, list | tuple):
        return None
    if not given:
        raise InvalidInput("no text was given: there is nothing to do", param="input")
    return cast("tuple[str, ...]", tuple(cast("Sequence[object]", given)))
