"""Words become pictures."""

import msgspec

from accord.core.blob import Data
from accord.core.json import JsonObject
from accord.core.part import Media
from accord.core.record import CallRecord


class ImageRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture to make."""

    model: str = ""
    prompt: str
    n: int | None = None
    size: str | None = None
    """`1024x1024`, `auto`, ..."""
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    """0 to 100."""
    moderation: str | None = None
    response_format: str | None = None
    """`url` or `b64_json`, where the model lets one choose."""
    style: str | None = None
    user: str | None = None
    extra: JsonObject = {}


class ImageFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture that is handed over as a file."""

    data: Data
    filename: str = "image.png"
    content_type: str | None = None
    """The MIME type; `None` leaves it to the provider to tell from the data."""


class ImageEditRequest(ImageRequest, frozen=True, kw_only=True, omit_defaults=True):
    """Pictures to make out of others; `prompt` says how."""

    images: tuple[ImageFile, ...]
    """One or several, in the order in which the prompt speaks of them."""
    mask: ImageFile | None = None
    """A PNG as large as the first picture; its transparent area may be changed."""
    markup: ImageFile | None = None
    """A drawing over the first picture that shows what is meant (newer models of OpenAI)."""
    input_fidelity: str | None = None
    """`high` keeps faces and details of the pictures, where a model lets one choose."""


class GeneratedImage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture."""

    source: Media
    revised_prompt: str | None = None


class ImageResponse(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """The pictures made."""

    model: str = ""
    created: int | None = None
    images: tuple[GeneratedImage, ...] = ()
    extra: JsonObject = {}
