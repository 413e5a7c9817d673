"""What of a conversation on this wire only the account knows that gave it out, and its marks (`core/account.py`)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from accord.core.account import account_in, marked, plain, refuse_marked
from accord.core.json import JsonObject
from accord.core.part import Opaque, Part, Reasoning, ToolCall
from accord.dialects.openai_responses.read_item import mark_of, with_mark
from accord.dialects.openai_responses.wire import NAME, Item

Bond: TypeAlias = Literal["free", "named", "needed"]
"""How a part is bound to an account: not at all; it is whole but has an id there; or it means nothing elsewhere."""

_CONTENT = frozenset({"compaction", "item_reference", "mcp_approval_response"})
_BOUND = ("id", "encrypted_content", "approval_request_id")


def bond_of(part: Part) -> Bond:
    """How a part is bound."""
    match part:
        case Reasoning(owner="openai_responses"):
            return "needed" if part.encrypted is not None or part.id is not None else "free"
        case ToolCall():
            return "free" if part.item_id is None else "named"
        case Opaque(dialect="openai_responses"):
            return "needed" if any(isinstance(part.raw.get(key), str) for key in _BOUND) else "free"
        case _:
            return "free" if _message_id(part) is None else "named"


def is_content(part: Part) -> bool:
    """Whether the model would answer something else without the part."""
    return isinstance(part, Opaque) and part.raw.get("type") in _CONTENT


def account_of(part: Part) -> str | None:
    """The tag of the account whose mark a part bears."""
    for text in _bound_texts(part):
        if isinstance(text, str) and (tag := account_in(text)) is not None:
            return tag
    return None


def marked_part(part: Part, tag: str) -> Part:
    """The part with the account's mark on whatever is bound to it."""
    return _told(part, lambda text: marked(text, tag))


def plain_part(part: Part) -> Part:
    """The part as its account gave it out."""
    return _told(part, plain)


def nameless(part: Part) -> Part:
    """The part without the id of its item."""
    if isinstance(part, ToolCall):
        return msgspec.structs.replace(part, item_id=None)
    facts = mark_of(part)
    return part if facts is None else with_mark(part, {key: value for key, value in facts.items() if key != "id"})


def marked_event(raw: JsonObject, tag: str) -> Item:
    """An event about an item that has marks."""
    item_id = raw.get("item_id")
    return {**raw, "item_id": marked(item_id, tag)} if isinstance(item_id, str) else dict(raw)


def is_marked(item: Item) -> bool:
    """Whether an item bears a mark."""
    # Most items have none of them: 0.06 us.
    return ("id" in item or "encrypted_content" in item or "approval_request_id" in item) and any(
        isinstance(value := item.get(key), str) and account_in(value) is not None for key in _BOUND
    )


def check_unmarked(items: Iterable[Item]) -> None:
    """Raises `Unsupported` where an item bears a mark."""
    for index, item in enumerate(items):
        if is_marked(item):
            refuse_marked([item.get(key) for key in _BOUND], f"input[{index}]")


def _bound_texts(part: Part) -> tuple[object, ...]:
    match part:
        case Reasoning(owner="openai_responses"):
            return part.encrypted, part.id
        case ToolCall():
            return (part.item_id,)
        case Opaque(dialect="openai_responses"):
            return tuple([part.raw.get(key) for key in _BOUND])
        case _:
            return (_message_id(part),) if part.extra else ()


def _told(part: Part, write: Callable[[str], str]) -> Part:
    """The part with whatever is bound written anew."""
    match part:
        case Reasoning(owner="openai_responses"):
            encrypted = None if part.encrypted is None else write(part.encrypted)
            return msgspec.structs.replace(part, encrypted=encrypted, id=None if part.id is None else write(part.id))
        case ToolCall() if part.item_id is not None:
            return msgspec.structs.replace(part, item_id=write(part.item_id))
        case Opaque(dialect="openai_responses"):
            return msgspec.structs.replace(part, raw=_item(part.raw, _BOUND, write))
        case _:
            facts = mark_of(part)
            if facts is None or _message_id(part) is None:
                return part
            return with_mark(part, _item(facts, ("id",), write))


def _item(item: JsonObject, keys: Sequence[str], write: Callable[[str], str]) -> Item:
    return {key: write(value) if key in keys and isinstance(value, str) else value for key, value in item.items()}


def _message_id(part: Part) -> str | None:
    given = (mark_of(part) or {}).get("id") if NAME in part.extra else None
    return given if isinstance(given, str) else None
