"""Content parts of messages and tool results become neutral parts."""

from collections.abc import Callable, Mapping, Sequence

from accord.core.json import as_object
from accord.core.part import Audio, CacheControl, File, Image, Media, Opaque, Part, Refusal, Text
from accord.core.response import TokenLogprob
from accord.dialects.data_url import media_of
from accord.dialects.openai_responses.annotation import read_citation
from accord.dialects.openai_responses.logprob import read_logprobs
from accord.dialects.openai_responses.wire import (
    NAME,
    AudioContent,
    FileContent,
    ImageContent,
    Item,
    RefusalContent,
    TextContent,
    WrongShape,
    kept,
    members_of,
    shaped,
    unnamed,
)

CONTENT_MARK = "content"
"""Set in the `extra` of an `Opaque` part that is a content part of a message; without it, it is an item."""

_TEXTS = frozenset({"input_text", "output_text", "text"})
_WORDS = frozenset({"type", "text", "annotations", "logprobs"})
_NONE: Sequence[object] = (None, [])

Scores = list[TokenLogprob]


def read_contents(content: str | Sequence[object] | None, path: str, scores: Scores | None = None) -> tuple[Part, ...]:
    """The parts of a message. `scores` takes the log probabilities of its texts, which else stay with the text.

    Raises `WrongShape` naming the part at fault.
    """
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(text=content),)
    return tuple([read_content(raw, f"{path}[{index}]", scores) for index, raw in enumerate(content)])


def read_content(raw: object, path: str, scores: Scores | None = None) -> Part:
    """One part; a kind nobody knows is kept as it is."""
    item = as_object(raw)
    if item is None:
        raise WrongShape(path, "expected an object")
    kind = item.get("type")
    if not isinstance(kind, str):
        raise WrongShape(f"{path}.type", "expected a string that says what kind of content this is")
    if kind in _TEXTS:
        text = item.get("text")
        if (
            type(text) is str
            and item.keys() <= _WORDS
            and item.get("annotations") in _NONE
            and item.get("logprobs") in _NONE
        ):
            # What nearly all texts are: 2 in place of 12 thousand processor instructions.
            return Text(text=text)
        return _text(item, path, scores)
    reader = _READERS.get(kind)
    return _opaque(item) if reader is None else reader(item, path)


def _text(raw: Item, path: str, scores: Scores | None) -> Text:
    found = shaped(raw, TextContent, path)
    fields = unnamed(raw, TextContent)
    if found.logprobs:
        if scores is None:
            fields["logprobs"] = found.logprobs
        else:
            scores.extend(read_logprobs(found.logprobs, f"{path}.logprobs"))
    citations = tuple(
        [read_citation(item, f"{path}.annotations[{index}]") for index, item in enumerate(found.annotations or ())]
    )
    return Text(text=found.text, citations=citations, cache=_cache(raw), extra=kept(fields))


def _refusal(raw: Item, path: str) -> Refusal:
    return Refusal(text=shaped(raw, RefusalContent, path).refusal, extra=kept(unnamed(raw, RefusalContent)))


def _image(raw: Item, path: str) -> Image:
    found = shaped(raw, ImageContent, path)
    if found.image_url is None and found.file_id is None:
        raise WrongShape(path, "a picture needs `image_url` or `file_id`")
    source = Media(file_id=found.file_id) if found.image_url is None else media_of(found.image_url)
    extra = kept(unnamed(raw, ImageContent))
    return Image(source=source, detail=found.detail, cache=_cache(raw), extra=extra)


def _file(raw: Item, path: str) -> File:
    found = shaped(raw, FileContent, path)
    if found.file_data is not None:
        is_url = found.file_data.startswith("data:")
        source = media_of(found.file_data) if is_url else Media(data=found.file_data)
    elif found.file_url is not None:
        source = Media(url=found.file_url)
    elif found.file_id is not None:
        source = Media(file_id=found.file_id)
    else:
        raise WrongShape(path, "a file needs `file_data`, `file_url` or `file_id`")
    extra = kept(unnamed(raw, FileContent))
    return File(source=source, filename=found.filename, cache=_cache(raw), extra=extra)


def _audio(raw: Item, path: str) -> Audio:
    found = shaped(raw, AudioContent, path).input_audio
    source = Media(data=found.data, media_type=f"audio/{found.format}")
    return Audio(source=source, cache=_cache(raw), extra=kept(unnamed(raw, AudioContent)))


def _opaque(raw: Item) -> Opaque:
    return Opaque(dialect=NAME, raw=raw, extra=kept({CONTENT_MARK: True}))


def _cache(raw: Item) -> CacheControl | None:
    """The mark that the prompt up to this part may be cached; it stays in `extra` too, for this wire's own words."""
    if raw.get("prompt_cache_breakpoint") is None:
        return None
    ttl = members_of(raw["prompt_cache_breakpoint"]).get("ttl")
    return CacheControl(ttl=ttl if isinstance(ttl, str) else None)


_READERS: Mapping[str, Callable[[Item, str], Part]] = {
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _audio,
}
