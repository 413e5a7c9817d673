"""JSON that grows: what a stream's pieces add up to."""

from typing import Final

from accord.core.json import as_array, as_object

_FIXED: Final = frozenset({"index", "type"})
"""Members that name a thing, and are the same in each of its pieces."""


def grow(whole: dict[str, object], piece: dict[str, object]) -> None:
    """Adds a piece: texts and numbers are added on, objects member by member, lists by the `index` of their items."""
    for name, more in piece.items():
        before = whole.get(name)
        if before is None or name in _FIXED:
            whole[name] = _copied(more)
        elif more is not None:
            whole[name] = _grown(before, more)


def _grown(before: object, more: object) -> object:
    held, added = as_object(before), as_object(more)
    if held is not None and added is not None:
        grow(held, added)
        return held
    items, further = as_array(before), as_array(more)
    if items is not None and further is not None:
        _extend(items, further)
        return items
    if isinstance(before, str) and isinstance(more, str):
        return before + more
    return more


def _extend(items: list[object], further: list[object]) -> None:
    for one in further:
        added = as_object(one)
        index = added.get("index") if added is not None else None
        if added is None or not isinstance(index, int):
            items.append(_copied(one))
            continue
        known = next((held for item in items if (held := as_object(item)) and held.get("index") == index), None)
        if known is None:
            items.append(_copied(added))
        else:
            grow(known, added)


def _copied(value: object) -> object:
    """The value, apart from the piece it came in."""
    held = as_object(value)
    if held is not None:
        return {name: _copied(inner) for name, inner in held.items()}
    items = as_array(value)
    return value if items is None else [_copied(item) for item in items]
