"""OpenAI's small endpoints: embeddings, images and their edits, moderations, speech and transcriptions. Many hosts speak them.

Each file holds one endpoint: the codec that asks a provider (`encode`, `decode`), and the `parse` and `render` with which
the gateway serves the same endpoint to callers.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.dialects.openai_endpoints.embedding import EmbeddingCodec
    from accord.dialects.openai_endpoints.image import ImageCodec
    from accord.dialects.openai_endpoints.image_edit import ImageEditCodec
    from accord.dialects.openai_endpoints.moderation import ModerationCodec
    from accord.dialects.openai_endpoints.speech import SpeechCodec
    from accord.dialects.openai_endpoints.transcription import TranscriptionCodec

__all__ = ["EmbeddingCodec", "ImageCodec", "ImageEditCodec", "ModerationCodec", "SpeechCodec", "TranscriptionCodec"]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.dialects.openai_endpoints.embedding": ("EmbeddingCodec",),
            "accord.dialects.openai_endpoints.image": ("ImageCodec",),
            "accord.dialects.openai_endpoints.image_edit": ("ImageEditCodec",),
            "accord.dialects.openai_endpoints.moderation": ("ModerationCodec",),
            "accord.dialects.openai_endpoints.speech": ("SpeechCodec",),
            "accord.dialects.openai_endpoints.transcription": ("TranscriptionCodec",),
        },
    )
