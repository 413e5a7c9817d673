"""What pictures, sounds and files cost in tokens, as far as their bytes tell.

Pictures are counted by vendors' published rules, which the recordings confirm: OpenAI by tiles of 512 pixels
(https://developers.openai.com/api/docs/guides/images-vision#calculating-costs) or patches of 32, Claude by area
(https://platform.claude.com/docs/en/build-with-claude/vision#calculate-image-costs), Gemini by tiles of 768
(https://ai.google.dev/gemini-api/docs/tokens). Sounds and documents are guesses by their length in bytes.
"""

from collections.abc import Callable
from math import ceil
from typing import Final, TypeAlias

from accord.catalog.picture import Size, size_of
from accord.catalog.span import Span, around
from accord.core.part import Audio, File, Image, Media

Rule: TypeAlias = Callable[[Size, str | None], float]
"""Tokens of a picture by its size and the `detail` asked for."""

_UNSEEN: Final[Size] = (1024, 768)
"""What a picture is taken to be whose bytes are not in the request."""


def media_tokens(part: Image | Audio | File, model: str) -> Span:
    """The tokens of an attachment for the model of that name."""
    if isinstance(part, Image):
        return _picture(part, model)
    if isinstance(part, Audio):
        return _sound(part.source, model)
    return _document(part.source)


def _picture(part: Image, model: str) -> Span:
    rule = _rule(model)
    size = size_of(part.source.data) if part.source.data is not None else None
    if size is not None:
        return around(rule(size, part.detail), low=0.9, high=1.2)
    return around(rule(_UNSEEN, part.detail), low=0.05, high=4.0)


def _rule(model: str) -> Rule:
    name = model.rpartition("/")[2].lower().replace(".", "-")
    return next((rule for start, rule in _RULES if name.startswith(start)), _some)


def _tiles(base: int, tile: int) -> Rule:
    def tokens(size: Size, detail: str | None) -> float:
        if detail == "low":
            return base
        width, height = _fitted(_fitted_longest(size, 2048), 768)
        return base + tile * ceil(width / 512) * ceil(height / 512)

    return tokens


def _patches(factor: float, most: int = 1536) -> Rule:
    def tokens(size: Size, detail: str | None) -> float:
        del detail
        return factor * min(ceil(size[0] / 32) * ceil(size[1] / 32), most)

    return tokens


def _by_area(size: Size, detail: str | None) -> float:
    """Claude's rule. Larger pictures are scaled down to about 1,600 tokens; the newest models take more."""
    del detail
    return min(size[0] * size[1] / 750, 1600) + 8


def _gemini_2(size: Size, detail: str | None) -> float:
    if detail == "low" or max(size) <= 384:
        return 258
    return 258 * ceil(size[0] / 768) * ceil(size[1] / 768)


def _gemini_3(size: Size, detail: str | None) -> float:
    del size
    return {"low": 280, "medium": 560}.get(detail or "", 1120)


def _pixtral(size: Size, detail: str | None) -> float:
    """Patches of 16 pixels, at most 1,540 pixels a side."""
    del detail
    width, height = _fitted_longest(size, 1540)
    return 1 + ceil(width / 16) * ceil(height / 16)


def _some(size: Size, detail: str | None) -> float:
    del detail
    return min(max(size[0] * size[1] / 750, 64), 2000)


def _fitted_longest(size: Size, longest: int) -> Size:
    scale = longest / max(size)
    return size if scale >= 1 else (round(size[0] * scale), round(size[1] * scale))


def _fitted(size: Size, shortest: int) -> Size:
    scale = shortest / min(size)
    return size if scale >= 1 else (round(size[0] * scale), round(size[1] * scale))


_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("gpt-4o-mini", _tiles(2833, 5667)),
    ("gpt-4-1-mini", _patches(1.62)),
    ("gpt-4-1-nano", _patches(2.46)),
    ("gpt-4", _tiles(85, 170)),
    ("o4-mini", _patches(1.72)),
    ("o", _tiles(75, 150)),
    ("gpt-5-mini", _patches(1.62)),
    ("gpt-5-nano", _patches(1.5)),
    ("gpt-5-4", _patches(1.2, 2500)),
    ("gpt-5-5", _patches(1.2, 2500)),
    ("gpt-5-6", _patches(1.2, 2500)),
    ("gpt-6", _patches(1.2, 2500)),
    ("gpt", _tiles(70, 140)),
    ("claude", _by_area),
    ("gemini-1", _gemini_2),
    ("gemini-2", _gemini_2),
    ("gemini", _gemini_3),
    ("mistral", _pixtral),
    ("ministral", _pixtral),
    ("pixtral", _pixtral),
)


def _sound(source: Media, model: str) -> Span:
    per_second = 32 if "gemini" in model.lower() else 10
    if source.data is None:
        return around(60 * per_second, low=0.01, high=60)
    # Uncompressed speech is 32 to 96 KB a second, compressed speech 2 to 40.
    bytes_per_second = 48_000 if "wav" in (source.media_type or "") or "pcm" in (source.media_type or "") else 12_000
    return around(_bytes(source.data) / bytes_per_second * per_second, low=0.2, high=6)


def _document(source: Media) -> Span:
    if source.data is None:
        return Span(min=1, likely=3000, max=None)
    size = _bytes(source.data)
    if (source.media_type or "").startswith("text/"):
        return around(size / 4, low=0.6, high=2.5)
    # A page of a PDF is 258 tokens on Gemini and 1,500 to 3,000 elsewhere; its bytes tell little about their number.
    return Span(min=1, likely=max(500, round(size / 40)), max=None)


def _bytes(base64: str) -> int:
    return len(base64) * 3 // 4
