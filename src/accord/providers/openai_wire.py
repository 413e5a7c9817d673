"""How OpenAI's models are talked with, loaded by the first call that needs it."""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.dialects.model_list import ModelListCodec
    from accord.providers.openai_codec import ModelChat, Served, codec_of
    from accord.providers.openai_host import is_openai_host, region_of
    from accord.providers.openai_responses import ModelResponses

__all__ = ["ModelChat", "ModelListCodec", "ModelResponses", "Served", "codec_of", "is_openai_host", "region_of"]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.dialects.model_list": ("ModelListCodec",),
            "accord.providers.openai_codec": ("ModelChat", "Served", "codec_of"),
            "accord.providers.openai_host": ("is_openai_host", "region_of"),
            "accord.providers.openai_responses": ("ModelResponses",),
        },
    )
