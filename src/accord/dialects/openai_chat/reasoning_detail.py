"""`reasoning_details`: the lossless form of reasoning on this wire.

Chat completions have no place of their own for signed or encrypted reasoning. OpenRouter's array of items is the one that
clients know: `reasoning.text {text, signature}`, `reasoning.summary {summary}`, `reasoning.encrypted {data}`, each with
`id`, `format` (whose proof it is) and `index` (https://openrouter.ai/docs/use-cases/reasoning-tokens). Accord writes
reasoning of other wires to its callers in this form and reads it back when they return it, so that a signature or an
encrypted block survives a tool loop. Its items carry one more field, `part`: where in its message the reasoning stood.
"""

from collections.abc import Iterable, Mapping, Sequence

from accord.core.dialect import Dialect
from accord.core.json import as_array, as_object
from accord.core.part import Part, Reasoning

Detail = dict[str, object]

_FORMATS: Mapping[Dialect, str] = {
    "anthropic_messages": "anthropic-claude-v1",
    "openai_responses": "openai-responses-v1",
    "gemini": "google-gemini-v1",
}
_OWNERS: Mapping[str, Dialect] = {name: owner for owner, name in _FORMATS.items()}
_PORTABLE: frozenset[Dialect] = frozenset({"anthropic_messages"})
"""Whose proofs are good at other hosts than the one that gave them. The others are bound to an account there."""


def needs_details(part: Reasoning) -> bool:
    """Whether plain text would lose something of it."""
    return part.signature is not None or part.encrypted is not None or part.id is not None


def details_of(part: Reasoning, index: int, place: int | None = None) -> list[Detail]:
    """The items for one part. `index` numbers the first; `place` is the part's position in its message."""
    items: list[Detail] = [{"type": "reasoning.summary", "summary": text} for text in part.summary]
    if part.text or part.signature is not None:
        items.append({"type": "reasoning.text", "text": part.text, "signature": part.signature})
    if part.encrypted is not None or not items:
        items.append({"type": "reasoning.encrypted", "data": part.encrypted or ""})
    marks: Detail = {"id": part.id, "format": _FORMATS.get(part.owner) if part.owner else None, "part": place}
    return [
        {key: value for key, value in {**item, **marks, "index": index + offset}.items() if value is not None}
        for offset, item in enumerate(items)
    ]


def reasoning_of(details: Sequence[object]) -> list[tuple[Reasoning, int | None]]:
    """The parts that a caller's `details` tell of, each with its position where told.

    Proofs are taken from Accord's own items, and portable ones from all; the others go back with their array alone.
    """
    groups: dict[object, list[Detail]] = {}
    for position, item in enumerate(details):
        detail = as_object(item)
        if detail is not None:
            groups.setdefault(_group(detail, position), []).append(detail)
    return [(_part(items), _place(items[0])) for items in groups.values()]


def thinking_of(blocks: Sequence[object]) -> list[tuple[Reasoning, int | None]]:
    """The parts in `thinking_blocks`, Anthropic's blocks as clients of LiteLLM send them."""
    found: list[tuple[Reasoning, int | None]] = []
    for item in blocks:
        block = as_object(item) or {}
        part = Reasoning(
            text=_word(block, "thinking"),
            signature=_word(block, "signature") or None,
            encrypted=_word(block, "data") or None,
            owner="anthropic_messages",
        )
        found.append((part, None))
    return found


def placed(parts: Iterable[Part], reasoning: Sequence[tuple[Reasoning, int | None]]) -> list[Part]:
    """A message's parts with its reasoning where it stood: at the beginning, unless told otherwise."""
    result: list[Part] = [part for part, place in reasoning if place is None]
    result.extend(parts)
    for part, place in reasoning:
        if place is not None:
            result.insert(min(max(place, 0), len(result)), part)
    return result


def merge_details(whole: list[Detail], fragments: object) -> None:
    """Adds a stream's fragments: by index and type, words are joined and all else is replaced."""
    for item in as_array(fragments) or []:
        fragment = as_object(item)
        if fragment is None:
            continue
        known = next((detail for detail in whole if _same(detail, fragment)), None)
        if known is None:
            whole.append(dict(fragment))
            continue
        for key, value in fragment.items():
            before = known.get(key)
            if key in ("text", "summary", "data") and isinstance(before, str) and isinstance(value, str):
                known[key] = before + value
            elif value is not None:
                known[key] = value


def text_in(fragments: object) -> str:
    """The words in the items of an answer or a delta, for hosts that give them nowhere else."""
    found: list[str] = []
    for item in as_array(fragments) or []:
        detail = as_object(item) or {}
        words = detail.get("text", detail.get("summary"))
        if isinstance(words, str):
            found.append(words)
    return "".join(found)


def sealed(details: Sequence[object]) -> tuple[Dialect, str] | None:
    """Whose portable proof an answer's reasoning is under, and the proof, where it is one piece."""
    detail = as_object(details[0]) if len(details) == 1 else None
    if detail is None or detail.get("type") != "reasoning.text":
        return None
    owner, signature = _trusted(detail), _word(detail, "signature")
    return (owner, signature) if owner is not None and signature else None


def _same(detail: Detail, fragment: Detail) -> bool:
    return (
        detail.get("type") == fragment.get("type")
        and fragment.get("index") is not None
        and detail.get("index") == fragment.get("index")
    )


def _group(detail: Detail, position: int) -> object:
    """Items with one id are one part: the summary and the encrypted form of the same thought."""
    return detail["id"] if isinstance(detail.get("id"), str) else position


def _part(items: Sequence[Detail]) -> Reasoning:
    text = "".join([_word(item, "text") for item in items])
    summary = tuple([_word(item, "summary") for item in items if item.get("type") == "reasoning.summary"])
    owner = _trusted(items[0])
    if owner is None:
        return Reasoning(text=text, summary=summary, owner="openai_chat")
    return Reasoning(
        text=text,
        summary=summary,
        signature="".join([_word(item, "signature") for item in items]) or None,
        encrypted=next((_word(item, "data") for item in items if item.get("type") == "reasoning.encrypted"), None),
        id=_word(items[0], "id") or None,
        owner=owner,
    )


def _trusted(detail: Detail) -> Dialect | None:
    owner = _OWNERS.get(_word(detail, "format"))
    return owner if owner in _PORTABLE or _place(detail) is not None else None


def _place(detail: Detail) -> int | None:
    place = detail.get("part")
    return place if isinstance(place, int) and not isinstance(place, bool) else None


def _word(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
