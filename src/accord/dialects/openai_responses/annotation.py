"""Sources of a text: `annotations` both ways.

Four kinds exist (`url_citation`, `file_citation`, `container_file_citation`, `file_path`), of which the first has a
neutral meaning; the others keep their own fields and go back as they came.
"""

import msgspec

from accord.core.part import Citation
from accord.dialects.openai_responses.wire import Item, kept, own, shaped, unnamed


class _UrlCitation(msgspec.Struct):
    type: str = ""
    url: str | None = None
    title: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class _Named(msgspec.Struct):
    filename: str | None = None


def read_citation(raw: Item, path: str) -> Citation:
    """What an annotation says. Raises `WrongShape`."""
    if raw.get("type") != "url_citation":
        return Citation(title=shaped(raw, _Named, path).filename, extra=kept(raw))
    found = shaped(raw, _UrlCitation, path)
    return Citation(
        url=found.url,
        title=found.title,
        start=found.start_index,
        end=found.end_index,
        extra=kept(unnamed(raw, _UrlCitation)),
    )


def write_citation(citation: Citation, text: str) -> Item | None:
    """The annotation for a source of `text`; `None` where it has no address, which this wire cannot say.

    A source of the whole text is given its whole length.
    """
    fields = own(citation.extra)
    if "type" in fields:
        return fields
    if citation.url is None:
        return None
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title or "",
        "start_index": citation.start if citation.start is not None else 0,
        "end_index": citation.end if citation.end is not None else len(text),
        **fields,
    }
