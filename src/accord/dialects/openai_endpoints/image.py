"""POST /images/generations. https://developers.openai.com/api/reference/resources/images."""

import msgspec

from accord.core.error import InvalidInput, Malformed
from accord.core.http import Draft, Reply
from accord.core.image import GeneratedImage, ImageRequest, ImageResponse
from accord.core.json import dumps
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.part import Media
from accord.core.usage import Usage
from accord.dialects.openai_endpoints.exchange import (
    EndpointExchange,
    ErrorReader,
    decoded,
    parsed,
    unnamed,
    without_none,
)

FIELDS = (
    "prompt",
    "n",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "response_format",
    "style",
    "user",
)
"""What both endpoints for pictures know, beside the model."""


class ImageCodec:
    """Asks for pictures. `always_base64`: the model refuses `response_format` and answers base64 (OpenAI's gpt-image)."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader, always_base64: bool = False) -> None:
        self._model = model
        self._provider = provider
        self._error = error
        self._always_base64 = always_base64

    def encode(
        self, request: ImageRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ImageResponse]:
        """Raises `Unsupported` where an address is asked of a model that has none to give."""
        losses = Losses(self._provider, self._model, on_unsupported)
        fields: dict[str, object] = {"model": self._model, **msgspec.structs.asdict(request), **request.extra}
        if self._always_base64:
            refuse_address(request, losses)
            fields["response_format"] = None
        wanted = {"model": self._model, **{key: fields.get(key) for key in (*FIELDS, *request.extra)}}
        draft = Draft(operation="image_generation", model=self._model, body=dumps(without_none(wanted)))
        return EndpointExchange(draft, decode=decode_images, error=self._error, warnings=losses.warnings)


def refuse_address(request: ImageRequest, losses: Losses) -> None:
    """Raises `Unsupported` where an address is asked of a model that answers base64 (and refuses to be told so)."""
    if request.response_format not in (None, "b64_json"):
        losses.refuse("response_format", "this model answers with the picture itself (b64_json), not an address")


class _Picture(msgspec.Struct):
    url: str | None = None
    b64_json: str | None = None
    revised_prompt: str | None = None


class _Details(msgspec.Struct):
    image_tokens: int | None = None


class _Used(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Details | None = None


class _Answer(msgspec.Struct):
    data: list[_Picture] | None = None
    created: int | None = None
    output_format: str | None = None
    usage: _Used | None = None


_answers = msgspec.json.Decoder(_Answer)


def decode_images(reply: Reply) -> ImageResponse:
    """The pictures in a reply. Raises `Malformed`."""
    answer = decoded(_answers, reply, "images")
    if answer.data is None:
        raise Malformed("the images answer has no `data`", body=reply.body)
    media_type = f"image/{answer.output_format}" if answer.output_format else None
    return ImageResponse(
        created=answer.created,
        images=tuple(
            [
                GeneratedImage(
                    source=Media(url=item.url, data=item.b64_json, media_type=media_type),
                    revised_prompt=item.revised_prompt,
                )
                for item in answer.data
            ]
        ),
        usage=_usage(answer.usage),
        raw=reply.body,
    )


def _usage(used: _Used | None) -> Usage | None:
    if used is None:
        return None
    pictures = used.input_tokens_details.image_tokens if used.input_tokens_details is not None else None
    # What an image model writes is the picture.
    return Usage(
        input=used.input_tokens, output=used.output_tokens, image_input=pictures, image_output=used.output_tokens
    )


class _Asked(msgspec.Struct):
    prompt: str
    model: str = ""
    n: int | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    response_format: str | None = None
    style: str | None = None
    user: str | None = None


_requests = msgspec.json.Decoder(_Asked)


def parse_image(body: bytes) -> ImageRequest:
    """A caller's request. Raises `InvalidInput` naming the field at fault."""
    asked, found = parsed(_requests, body)
    extra = unnamed(found, frozenset(_Asked.__struct_fields__))
    refuse_stream(extra.get("stream"))
    return ImageRequest(**msgspec.structs.asdict(asked), extra=extra)


def refuse_stream(value: object) -> None:
    """Raises `InvalidInput` where pictures are to come piece by piece (`value` as JSON or a form has it)."""
    if value is True or (isinstance(value, str) and value.lower() in ("true", "1")):
        raise InvalidInput("pictures are not streamed here: leave `stream` and `partial_images` out", param="stream")


def render_image(response: ImageResponse) -> bytes:
    """The answer in OpenAI's form; the provider's own body where it already has it."""
    rows = [
        without_none({"url": item.source.url, "b64_json": item.source.data, "revised_prompt": item.revised_prompt})
        for item in response.images
    ]
    return response.raw or dumps({"created": response.created or 0, "data": rows})
