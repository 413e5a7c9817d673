"""POST /images/edits, a form with the pictures. https://developers.openai.com/api/reference/resources/images."""

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Draft
from accord.core.image import ImageEditRequest, ImageFile, ImageResponse
from accord.core.json import JsonObject, as_array
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader
from accord.dialects.openai_endpoints.image import FIELDS, decode_images, refuse_address, refuse_stream
from accord.dialects.openai_endpoints.multipart import FormPart, form_text, read_form, write_form

_TEXTS = (*FIELDS, "input_fidelity")
_NUMBERS = ("n", "output_compression")
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
    if file.data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if file.data[8:12] == b"WEBP" else "image/png"


def parse_image_edit(content_type: str, body: bytes) -> ImageEditRequest:
    """A caller's form. Raises `InvalidInput` naming the field at fault."""
    parts = read_form(content_type, body)
    images = tuple([_file(part) for part in parts if part.name in _PICTURES])
    if not images:
        raise InvalidInput("the form has no `image`", param="image")
    texts = _texts([part for part in parts if part.name in _SINGLE])
    if not texts.get("prompt"):
        raise InvalidInput("the form has no `prompt`", param="prompt")
    refuse_stream(texts.get("stream"))
    named = {name: texts[name] for name in (*_TEXTS, "model") if name in texts and name not in _NUMBERS}
    numbers = {name: _whole(name, texts[name]) for name in _NUMBERS if name in texts}
    return msgspec.convert(
        {
            **named,
            **numbers,
            "images": images,
            "mask": _one(parts, "mask"),
            "markup": _one(parts, "markup"),
            "extra": _rest([part for part in parts if part.name not in (*_SINGLE, *_FILES)]),
        },
        ImageEditRequest,
    )


def _file(part: FormPart) -> ImageFile:
    if part.filename is None:
        raise InvalidInput(f"`{part.name}` must be a file", param=part.name.removesuffix("[]"))
    return ImageFile(data=part.data, filename=part.filename, content_type=part.content_type)


def _one(parts: list[FormPart], name: str) -> ImageFile | None:
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
    try:
        return part.data.decode()
    except UnicodeDecodeError:
        raise InvalidInput(f"`{part.name}` is not valid UTF-8", param=part.name) from None


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise InvalidInput(f"`{name}` must be a whole number, got {text[:50]!r}", param=name)
    return int(text)
