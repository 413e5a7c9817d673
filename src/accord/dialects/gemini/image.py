"""Words become pictures, by `generateContent`. https://ai.google.dev/gemini-api/docs/image-generation.

The Imagen models, which had a method of their own, were shut down on 2026-08-17.
"""

from math import log

import msgspec

from accord.core.error import ContentFiltered, Malformed
from accord.core.http import Draft, Reply
from accord.core.image import GeneratedImage, ImageRequest, ImageResponse
from accord.core.json import NotJson, as_object, dumps
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.part import Media
from accord.dialects.gemini import wire
from accord.dialects.gemini.dialect import DIALECT, overlaid
from accord.dialects.gemini.endpoint import EndpointExchange
from accord.dialects.gemini.knobs import AI_STUDIO, Knobs
from accord.dialects.gemini.reader import block_reason, created
from accord.dialects.gemini.reading import converted
from accord.dialects.gemini.rules import rules_of
from accord.dialects.gemini.usage import usage_of

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""The shapes that can be asked for."""

# OpenAI's sizes whose shape is not among them, and what they are meant for.
_MEANT = {"1792x1024": "16:9", "1024x1792": "9:16", "1280x896": "4:3", "896x1280": "3:4"}
_SIZES = ("512", "1K", "2K", "4K")


class GeminiImage:
    """Asks one model for pictures."""

    def __init__(
        self, *, model: str, facts: ModelFacts | None = None, provider: str = "gemini", knobs: Knobs = AI_STUDIO
    ) -> None:
        """`provider` is the name used in errors."""
        self._model = model
        self._provider = provider
        self._knobs = knobs
        self._gemini_3 = rules_of(model, facts).gemini_3

    def encode(
        self, request: ImageRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ImageResponse]:
        """Raises `Unsupported` for several pictures at once, addresses, and forms that the service does not give."""
        losses = Losses(self._provider, self._model, on_unsupported)
        self._report(request, losses)
        config: dict[str, object] = {"responseModalities": ["IMAGE"] if self._gemini_3 else ["TEXT", "IMAGE"]}
        picture = self._picture(request, losses)
        if picture:
            config["imageConfig"] = picture
        body: dict[str, object] = {
            "contents": [{"role": "user", "parts": [{"text": request.prompt}]}],
            "generationConfig": config,
        }
        draft = Draft(
            operation="image_generation",
            dialect=DIALECT,
            model=self._model,
            body=dumps(overlaid(body, request.extra)),
        )
        return EndpointExchange(draft, read=_response, provider=self._provider, warnings=losses.warnings)

    def _report(self, request: ImageRequest, losses: Losses) -> None:
        if (request.n or 1) > 1:
            losses.refuse("n", "this wire makes one picture at a time; ask several times")
        if request.response_format == "url":
            losses.refuse("response_format", "this wire answers with the picture itself (b64_json), not an address")
        if request.background == "transparent":
            losses.refuse("background", "these models make no transparent pictures")
        for field, value in (("moderation", request.moderation), ("style", request.style), ("user", request.user)):
            if value is not None:
                losses.advise(field, "this wire has no such field")

    def _picture(self, request: ImageRequest, losses: Losses) -> dict[str, object]:
        picture: dict[str, object] = {}
        ratio, size = _shape(request.size, losses)
        if ratio is not None:
            picture["aspectRatio"] = ratio
        size = size or {"low": "1K", "high": "2K"}.get(request.quality or "")
        if size is not None and self._gemini_3:
            picture["imageSize"] = size
        elif size not in (None, "1K"):
            losses.change("size", "this model makes pictures of one size, about 1024 pixels wide")
        form = self._form(request, losses)
        if form:
            picture["imageOutputOptions"] = form
        return picture

    def _form(self, request: ImageRequest, losses: Losses) -> dict[str, object]:
        """The file's form, which can be chosen on Vertex AI alone."""
        form: dict[str, object] = {}
        if request.output_format is not None:
            form["mimeType"] = f"image/{request.output_format}"
        if request.output_compression is not None:
            form["compressionQuality"] = request.output_compression
        if form and self._knobs.platform != "vertex":
            losses.refuse("output_format", "AI Studio chooses the form of the file itself")
            return {}
        return form


def _shape(size: str | None, losses: Losses) -> tuple[str | None, str | None]:
    """The shape and size that come nearest to what was asked for in pixels."""
    if size is None or size == "auto":
        return None, None
    if size in RATIOS:
        return size, None
    if size in _SIZES:
        return None, size
    wide, _, high = size.partition("x")
    if not (wide.isdigit() and high.isdigit() and int(wide) and int(high)):
        losses.refuse("size", f"{size!r} is neither pixels (1024x1024), a shape (16:9) nor a size (2K)")
        return None, None
    width, height = int(wide), int(high)
    ratio = _MEANT.get(size) or min(RATIOS, key=lambda one: _distance(one, width / height))
    if _distance(ratio, width / height) > 0.01:
        losses.change("size", f"{size} is no shape of this wire's; the nearest is {ratio}")
    longest = max(width, height)
    return ratio, "4K" if longest > 3000 else "2K" if longest >= 2048 else None


def _distance(ratio: str, wanted: float) -> float:
    wide, _, high = ratio.partition(":")
    return abs(log(int(wide) / int(high) / wanted))


def _response(found: dict[str, object], reply: Reply) -> ImageResponse:
    try:
        answer = converted(found, wire.Answer)
    except NotJson as error:
        raise Malformed(f"the answer is not what generateContent promises: {error}", body=reply.body) from None
    parts = [part for one in answer.candidates or [] if one.content for part in one.content.parts or []]
    # Drafts that the model made while it thought are marked as thoughts.
    blobs = [part.inline_data for part in parts if part.inline_data is not None and not part.thought]
    if not blobs:
        raise ContentFiltered(_why_none(answer, parts), body=reply.body, status=reply.status)
    metadata = as_object(answer.usage_metadata)
    return ImageResponse(
        model=answer.model_version or "",
        created=created(answer),
        images=tuple(
            [GeneratedImage(source=Media(data=blob.data, media_type=blob.mime_type or None)) for blob in blobs]
        ),
        usage=None if metadata is None else msgspec.structs.replace(usage_of(metadata), images=len(blobs)),
        raw=reply.body,
    )


def _why_none(answer: wire.Answer, parts: list[wire.Part]) -> str:
    """What the model says instead of making a picture."""
    told = [one.finish_message or one.finish_reason for one in answer.candidates or []]
    words = "".join([part.text or "" for part in parts if not part.thought])
    reason = next((one for one in told if one and one != "STOP"), None) or block_reason(answer) or words
    return f"no picture was made: {reason or 'the answer holds none'}"
