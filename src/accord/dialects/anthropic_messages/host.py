"""What a host other than Anthropic's own does not take is left out of a finished body, or put where it takes it."""

from collections.abc import Iterator

from accord.core.json import as_array, as_object
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block

MOST_MARKS = 4
"""How many cache marks a request may have. https://platform.claude.com/docs/en/build-with-claude/prompt-caching"""


def fit_host(translation: Translation, body: Block) -> None:
    """Changes `body` in place. Nothing is done for Anthropic's own API."""
    knobs, losses = translation.knobs, translation.losses
    if knobs.account_fields == "refused":
        for field in ("inference_geo", "speed"):
            if body.pop(field, None) is not None:
                losses.advise(field, "this host does not take it")
    if knobs.automatic_cache == "refused" and "cache_control" in body:
        _mark_last(body, body.pop("cache_control"))
    if knobs.cache_scope == "refused":
        for holder in marked(body):
            mark = as_object(holder["cache_control"]) or {}
            if "scope" in mark:
                holder["cache_control"] = {key: value for key, value in mark.items() if key != "scope"}
                losses.advise("cache_control.scope", "this host does not take it")


def bound_marks(translation: Translation, body: Block) -> None:
    """Takes off the earliest cache marks where there are too many, since later ones cover longer prefixes; and has none
    last longer than one before it, which is refused.
    """
    if translation.marks <= 1:
        return
    holders = list(marked(body))
    surplus = len(holders) + ("cache_control" in body) - MOST_MARKS
    if surplus > 0:
        for holder in holders[:surplus]:
            del holder["cache_control"]
        translation.losses.advise(
            "cache", f"a request may have {MOST_MARKS} cache marks; the first {surplus} were left out"
        )
        holders = holders[surplus:]
    _shorten(translation, [*holders, body] if "cache_control" in body else holders)


def _shorten(translation: Translation, holders: list[Block]) -> None:
    """Marks of an hour that follow one of five minutes become marks of five minutes."""
    short = False
    for holder in holders:
        mark = as_object(holder["cache_control"]) or {}
        if mark.get("ttl") != "1h":
            short = True
        elif short:
            holder["cache_control"] = {**mark, "ttl": "5m"}
            translation.losses.change("cache.ttl", "a mark of an hour cannot follow one of five minutes; 5m was sent")


def marked(body: Block) -> Iterator[Block]:
    """Everything with a cache mark, in the order of the prompt."""
    for tool in as_array(body.get("tools")) or []:
        yield from _own_mark(tool)
    for block in as_array(body.get("system")) or []:
        yield from _own_mark(block)
    for message in as_array(body.get("messages")) or []:
        for block in as_array((as_object(message) or {}).get("content")) or []:
            yield from _own_mark(block)
            yield from _marks_in_result(as_object(block) or {})


def _marks_in_result(block: Block) -> Iterator[Block]:
    # Other blocks with content are the caller's own values, which are not ours to change.
    if block.get("type") == "tool_result":
        for inner in as_array(block.get("content")) or []:
            yield from _own_mark(inner)


def _own_mark(value: object) -> Iterator[Block]:
    found = as_object(value)
    if found is not None and "cache_control" in found:
        yield found


def _mark_last(body: Block, mark: object) -> None:
    """What a mark of the whole request means: on the last block that can have one."""
    messages = as_array(body.get("messages")) or []
    last = as_object(messages[-1]) if messages else None
    if last is None:
        return
    if isinstance(last["content"], str):
        last["content"] = [{"type": "text", "text": last["content"]}]
    for block in reversed(as_array(last["content"]) or []):
        found = as_object(block)
        if found is not None and found.get("type") not in {"thinking", "redacted_thinking"}:
            found.setdefault("cache_control", mark)
            return
