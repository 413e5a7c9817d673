"""POST /images/edits, a form with the pictures. https://developers.openai.com/api/reference/resources/images."""

from collections.abc import Sequence

import msgspec

from accord.core.blob import beginning
from accord.core.error import InvalidInput
from accord.core.http import Draft
from accord.core.image import ImageEditRequest, ImageFile, ImageResponse
from accord.core.json import JsonObject, as_array
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader
from accord.dialects.openai_endpoints.image import FIELDS, decode_images, refuse_address, refuse_stream
from accord.dialects.openai_endpoints.multipart import FormPart, form_text, read_form, text_of, write_form

_TEXTS = (*FIELDS, "input_fidelity")
_PICTURES = ("image", "image[]")
_FILES = (*_PICTURES, "mask", "markup")
_SINGLE = frozenset({*_TEXTS, "model", "stream"})
_DIGITS = 9
"""A number in a form that is longer is none that anybody means."""


class ImageEditCodec:
    """Asks for pictures made of others.

    `always_base64`: the model refuses `response_format` and answers base64 (OpenAI's gpt-image). `names_model`: the model
    stands in the form; not where the path names it.
    """

    def __init__(
        self, *, model: str, provider: str, error: ErrorReader, always_base64: bool = False, names_model: bool = True
    ) -> None:
        self._model = model
        self._provider = provider
        self._error = error
        self._always_base64 = always_base64
        self._names_model = names_model

    def encode(
        self, request: ImageEditRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ImageResponse]:
        """Raises `InvalidInput` without a picture, `Unsupported` where an address is asked of a model that has none."""
        if not request.images:
            raise InvalidInput("there is no picture to edit", param="image")
        losses = Losses(self._provider, self._model, on_unsupported)
        given = msgspec.structs.asdict(request)
        if self._always_base64:
            refuse_address(request, losses)
            given["response_format"] = None
        named = {"model": self._model if self._names_model else None, **{key: given[key] for key in _TEXTS}}
        parts = [FormPart(name=key, data=form_text(value)) for key, value in named.items() if value is not None]
        for name, value in request.extra.items():
            parts += [FormPart(name=name, data=form_text(item)) for item in as_array(value) or [value]]
        content_type, body = write_form([*parts, *_files(request)])
        draft = Draft(operation="image_edit", model=self._model, body=body, content_type=content_type)
        return EndpointExchange(draft, decode=decode_images, error=self._error, warnings=losses.warnings)


def _files(request: ImageEditRequest) -> list[FormPart]:
    name = "image" if len(request.images) == 1 else "image[]"
    given = [(name, image) for image in request.images]
    given += [(name, file) for name, file in (("mask", request.mask), ("markup", request.markup)) if file is not None]
    return [
        FormPart(name=name, data=file.data, filename=file.filename, content_type=file.content_type or _type_of(file))
        for name, file in given
    ]


def _type_of(file: ImageFile) -> str:
    """What the picture is by its first bytes: the service refuses `application/octet-stream`."""
    begun = beginning(file.data, 12)
    if begun.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if begun[8:12] == b"WEBP" else "image/png"


def parse_image_edit(content_type: str, body: bytes) -> ImageEditRequest:
    """A caller's form that is all there. Raises as `image_edit_of` does."""
    return image_edit_of(read_form(content_type, body))


def image_edit_of(parts: Sequence[FormPart]) -> ImageEditRequest:
    """What a caller's form asks for. Raises `InvalidInput` naming the field at fault."""
    images = tuple([_file(part) for part in parts if part.name in _PICTURES])
    if not images:
        raise InvalidInput("the form has no `image`", param="image")
    texts = _texts([part for part in parts if part.name in _SINGLE])
    if not texts.get("prompt"):
        raise InvalidInput("the form has no `prompt`", param="prompt")
    refuse_stream(texts.get("stream"))
    return ImageEditRequest(
        model=texts.get("model", ""),
        prompt=texts["prompt"],
        images=images,
        mask=_one(parts, "mask"),
        markup=_one(parts, "markup"),
        n=_whole("n", texts.get("n")),
        size=texts.get("size"),
        quality=texts.get("quality"),
        background=texts.get("background"),
        output_format=texts.get("output_format"),
        output_compression=_whole("output_compression", texts.get("output_compression")),
        moderation=texts.get("moderation"),
        response_format=texts.get("response_format"),
        style=texts.get("style"),
        user=texts.get("user"),
        input_fidelity=texts.get("input_fidelity"),
        extra=_rest([part for part in parts if part.name not in (*_SINGLE, *_FILES)]),
    )


def _file(part: FormPart) -> ImageFile:
    if part.filename is None:
        raise InvalidInput(f"`{part.name}` must be a file", param=part.name.removesuffix("[]"))
    return ImageFile(data=part.data, filename=part.filename, content_type=part.content_type)


def _one(parts: Sequence[FormPart], name: str) -> ImageFile | None:
    found = next((part for part in parts if part.name == name), None)
    return None if found is None else _file(found)


def _texts(parts: list[FormPart]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        if part.name in found:
            raise InvalidInput(f"`{part.name}` appears more than once", param=part.name)
        found[part.name] = _text(part)
    return found


def _rest(parts: list[FormPart]) -> JsonObject:
    """Fields Accord has no name for; those that repeat are lists."""
    found: dict[str, object] = {}
    for part in parts:
        text = _text(part)
        before = as_array(found.get(part.name))
        if part.name.endswith("[]"):
            found[part.name] = [*(before or []), text]
        elif part.name in found:
            raise InvalidInput(f"`{part.name}` appears more than once", param=part.name)
        else:
            found[part.name] = text
    return found


def _text(part: FormPart) -> str:
    if part.filename is not None:
        raise InvalidInput(f"there is no file `{part.name}` in this form", param=part.name)
    return text_of(part)


def _whole(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise InvalidInput(f"`{name}` must be a whole number, got {text[:50]!r}", param=name)
    return int(text)
