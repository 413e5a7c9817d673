"""Sources of an answer: `groundingMetadata` and `citationMetadata` become citations, and back.

Places are counted in bytes of UTF-8 on this wire and in characters everywhere else.
https://ai.google.dev/gemini-api/docs/google-search, https://ai.google.dev/api/generate-content#CitationSource.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from accord.core.json import JsonObject, as_array, as_object
from accord.core.part import Citation


class Cited(NamedTuple):
    """A citation, and the text part it belongs to."""

    text: int
    """The index among the candidate's text parts."""
    citation: Citation


class _Span(NamedTuple):
    text: int
    start: int
    end: int
    """Both in characters."""


def citations_in(fields: Mapping[str, object], texts: Sequence[str]) -> list[Cited]:
    """The citations that a candidate's metadata tell of; `texts` are its text parts, in order."""
    grounding = as_object(fields.get("groundingMetadata"))
    found = [] if grounding is None else list(_grounded(grounding, texts))
    sources = as_object(fields.get("citationMetadata"))
    if sources is not None:
        found += _recited(sources, texts)
    return found


def _grounded(grounding: JsonObject, texts: Sequence[str]) -> Iterator[Cited]:
    chunks = [_chunk(item) for item in as_array(grounding.get("groundingChunks")) or []]
    for item in as_array(grounding.get("groundingSupports")) or []:
        support = as_object(item) or {}
        span = _span(as_object(support.get("segment")) or {}, texts)
        if span is None:
            continue
        for index in as_array(support.get("groundingChunkIndices")) or []:
            if isinstance(index, int) and 0 <= index < len(chunks):
                url, title, quote = chunks[index]
                citation = Citation(url=url, title=title, quote=quote, start=span.start, end=span.end)
                yield Cited(span.text, citation)


def _chunk(item: object) -> tuple[str | None, str | None, str | None]:
    """Address, title and words of a source, of whichever kind it is."""
    chunk = as_object(item) or {}
    for kind in ("web", "retrievedContext", "maps", "image"):
        source = as_object(chunk.get(kind))
        if source is not None:
            text = _text(source, "text") if kind == "retrievedContext" else None
            return _text(source, "uri") or _text(source, "sourceUri"), _text(source, "title"), text
    return None, None, None


def _recited(sources: JsonObject, texts: Sequence[str]) -> Iterator[Cited]:
    for item in as_array(sources.get("citationSources")) or as_array(sources.get("citations")) or []:
        source = as_object(item) or {}
        span = _span(source, texts)
        url, title = _text(source, "uri"), _text(source, "title")
        if span is not None and (url or title):
            yield Cited(span.text, Citation(url=url, title=title, start=span.start, end=span.end))


def _span(segment: JsonObject, texts: Sequence[str]) -> _Span | None:
    """Where a segment is. Which part it counts in is not always said, so its own words decide where it has any."""
    start, end = _place(segment, "startIndex"), _place(segment, "endIndex")
    words = _text(segment, "text")
    for index, text in enumerate(texts):
        found = _in_characters(text, start, end)
        if found is not None and (words is None or text[found[0] : found[1]] == words):
            return _Span(index, *found)
    for index, text in enumerate(texts):
        place = text.find(words) if words else -1
        if place >= 0 and words:
            return _Span(index, place, place + len(words))
    return None


def _in_characters(text: str, start: int, end: int) -> tuple[int, int] | None:
    if text.isascii():
        return (start, end) if 0 <= start < end <= len(text) else None
    data = text.encode("utf-8", "surrogatepass")
    if not 0 <= start < end <= len(data):
        return None
    before = len(data[:start].decode("utf-8", "ignore"))
    return before, before + len(data[start:end].decode("utf-8", "ignore"))


def _place(segment: JsonObject, key: str) -> int:
    value = segment.get(key)
    return value if isinstance(value, int) else 0


def _text(source: JsonObject, key: str) -> str | None:
    value = source.get(key)
    return value if isinstance(value, str) and value else None


class Citing(NamedTuple):
    """A text part, and where it stands among all parts of its content."""

    place: int
    text: str
    citations: Sequence[Citation]


def wire_grounding(texts: Sequence[Citing]) -> JsonObject | None:
    """`groundingMetadata` for texts and what they cite, `None` where they cite nothing."""
    chunks: list[JsonObject] = []
    places: dict[tuple[str | None, str | None], int] = {}
    supports: list[JsonObject] = []
    for place, text, citations in texts:
        for citation in citations:
            source = (citation.url, citation.title)
            if source not in places:
                places[source] = len(chunks)
                web = {"uri": citation.url, "title": citation.title}
                chunks.append({"web": {key: value for key, value in web.items() if value is not None}})
            if citation.start is not None and citation.end is not None:
                segment = _segment(text, place, citation.start, citation.end)
                supports.append({"segment": segment, "groundingChunkIndices": [places[source]]})
    if not chunks:
        return None
    return {"groundingChunks": chunks, **({"groundingSupports": supports} if supports else {})}


def _segment(text: str, part: int, start: int, end: int) -> JsonObject:
    words = text[start:end]
    before = len(text[:start].encode("utf-8", "surrogatepass"))
    after = before + len(words.encode("utf-8", "surrogatepass"))
    segment: dict[str, object] = {"startIndex": before, "endIndex": after, "text": words}
    return {"partIndex": part, **segment} if part else segment


def searches_in(fields: Mapping[str, object], *, by_query: bool) -> int | None:
    """How many searches are charged: each different query (Gemini 3 and later), or one for an answer with web sources.

    `None` where the answer is not grounded at all.
    """
    grounding = as_object(fields.get("groundingMetadata"))
    if not grounding:
        return None
    queries = {query for query in as_array(grounding.get("webSearchQueries")) or [] if isinstance(query, str)}
    if by_query:
        return len(queries) or None
    chunks = as_array(grounding.get("groundingChunks")) or []
    return 1 if any("web" in chunk for item in chunks if (chunk := as_object(item))) else None
