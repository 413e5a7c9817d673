"""Citations of an answer, back in the wire's form."""

from accord.core.part import Citation
from accord.dialects.anthropic_messages.dialect import own

_TITLED = frozenset({"web_search_result_location", "search_result_location"})


def write_citation(citation: Citation) -> dict[str, object] | None:
    """A citation that came on this wire, as it came; `None` for one that did not."""
    rest = own(citation.extra)
    kind = rest.get("type")
    if kind is None:
        return None
    written: dict[str, object] = {**rest, "cited_text": citation.quote or ""}
    if kind in _TITLED:
        written["title"] = citation.title
    if citation.url is not None:
        written["url"] = citation.url
    return written


def foreign_citation(citation: Citation) -> dict[str, object] | None:
    """A citation of another wire in the nearest form of this one, for a caller to read; `None` without an address.

    A model would not take it back: its `encrypted_index` is empty, by which it is known again.
    """
    if citation.url is None:
        return None
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "cited_text": citation.quote or "",
        "encrypted_index": "",
    }
