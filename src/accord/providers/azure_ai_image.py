"""Pictures by models of Foundry that have words of their own for them.

https://learn.microsoft.com/azure/foundry/foundry-models/how-to/use-foundry-models-flux and `.../use-foundry-models-mai`.
"""

import re
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Draft, Reply
from accord.core.image import ImageRequest, ImageResponse
from accord.core.json import NotJson, as_object, dumps, loads_object
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.usage import Usage
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, without_none
from accord.dialects.openai_endpoints.image import decode_images

Vendor: TypeAlias = Literal["openai", "black_forest_labs", "microsoft"]

_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")
_LEFT_OUT = ("quality", "background", "moderation", "style", "output_compression", "user")


def vendor_of(model: str) -> Vendor:
    """Whose words the model wants."""
    name = _normalised(model)
    if name.startswith("flux-2"):
        return "black_forest_labs"
    return "microsoft" if name.startswith("mai-image") else "openai"


def picture_path(model: str) -> str | None:
    """The path of a model that is not served under `/openai/v1`."""
    match vendor_of(model):
        case "black_forest_labs":
            return f"/providers/blackforestlabs/v1/{_normalised(model)}?api-version=preview"
        case "microsoft":
            return "/mai/v1/images/generations?api-version=preview"
        case "openai":
            return None


class FoundryImages:
    """Asks for pictures in the words of Black Forest Labs or of Microsoft."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader, vendor: Vendor) -> None:
        self._model = model
        self._provider = provider
        self._error = error
        self._vendor = vendor

    def encode(
        self, request: ImageRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ImageResponse]:
        """Raises `Unsupported` for several pictures of a model that makes one, `InvalidInput` for a size that is none."""
        losses = Losses(self._provider, self._model, on_unsupported)
        given = msgspec.structs.asdict(request)
        for field in _LEFT_OUT:
            if given[field] is not None:
                losses.advise(field, "the model has no such setting")
        if request.response_format == "url":
            losses.refuse("response_format", "the model answers with the picture itself (b64_json), not an address")
        width, height = _size(request.size)
        fields: dict[str, object] = {
            "model": self._model,
            "prompt": request.prompt,
            "width": width,
            "height": height,
            **self._own_fields(request, losses),
            **request.extra,
        }
        draft = Draft(operation="image_generation", model=self._model, body=dumps(without_none(fields)))
        return EndpointExchange(draft, decode=self._decode, error=self._error, warnings=losses.warnings)

    def _own_fields(self, request: ImageRequest, losses: Losses) -> dict[str, object]:
        if self._vendor == "black_forest_labs":
            return {"num_images": request.n, "output_format": request.output_format}
        if request.n not in (None, 1):
            losses.refuse("n", "the model makes one picture a call")
        if request.output_format is not None:
            losses.advise("output_format", "the model has no such setting")
        return {}

    def _decode(self, reply: Reply) -> ImageResponse:
        response = decode_images(reply)
        if self._vendor == "black_forest_labs":
            return msgspec.structs.replace(response, usage=Usage(images=len(response.images)))
        return msgspec.structs.replace(response, usage=_microsofts(reply.body))


def _microsofts(body: bytes) -> Usage | None:
    try:
        used = as_object(loads_object(body).get("usage"))
    except NotJson:
        return None
    if used is None:
        return None
    words, pictures, made = (
        _count(used.get(key)) for key in ("num_input_text_tokens", "num_input_image_tokens", "num_output_tokens")
    )
    whole = None if words is None else words + (pictures or 0)
    return Usage(input=whole, image_input=pictures, output=made, image_output=made)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _size(text: str | None) -> tuple[int | None, int | None]:
    if text is None or text == "auto":
        return None, None
    found = _SIZE.fullmatch(text)
    if found is None:
        raise InvalidInput(f"`size` must be like 1024x1024, got {text!r}", param="size")
    return int(found[1]), int(found[2])


def _normalised(model: str) -> str:
    return re.sub(r"[._ ]", "-", model.lower())
