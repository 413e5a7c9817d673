"""The conversation behind a Responses request: what was stored, what came along, and whether it holds together."""

from accord.core.json import JsonObject
from accord.testing.fake.desk import Desk
from accord.testing.fake.node import Node
from accord.testing.fake.openai.error import reject

PURPOSE = "openai_responses"
"""What encrypted reasoning is sealed for."""

_CALLS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}
_OUTPUTS = {output: call for call, output in _CALLS.items()}


def new_items(body: Node, desk: Desk) -> list[JsonObject]:
    """The items of this request; a string is a message of the user's, and references become what they refer to.

    Raises `Rejected` for a reference to nothing.
    """
    text = body.text("input")
    if text:
        return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}]
    return [_resolved(item, desk) for item in body.nodes("input")]


def _resolved(item: Node, desk: Desk) -> JsonObject:
    if item.text("type") == "item_reference" or set(item) == {"id"}:
        _check_kept(item.text("id"), desk)
        return desk.kept_items[item.text("id")]
    return item.raw


def earlier_items(body: Node, desk: Desk) -> list[JsonObject]:
    """The items of the responses before this one. Raises `Rejected` where there is no such response."""
    previous = body.text("previous_response_id")
    if not previous:
        return []
    stored = desk.stored.get(previous)
    if stored is None:
        message = f"Previous response with id '{previous}' not found."
        raise reject(message, param="previous_response_id", code="previous_response_not_found")
    output = Node(stored.response).nodes("output")
    return [*stored.items, *[item.raw for item in output]]


def check_history(earlier: list[JsonObject], new: list[JsonObject], desk: Desk) -> None:
    """Raises `Rejected` where calls and results, or reasoning and what it led to, do not belong together."""
    items = [Node(item) for item in [*earlier, *new]]
    _check_results(items)
    for index in range(len(earlier), len(items)):
        if items[index].text("type") == "reasoning":
            _check_reasoning(items, index, desk)
        else:
            _check_reasoned(items, index, desk)


def _check_results(items: list[Node]) -> None:
    waiting: dict[str, str] = {}
    for item in items:
        kind, call_id = item.text("type"), item.text("call_id")
        if kind in _CALLS:
            waiting[call_id] = kind
        elif kind in _OUTPUTS and waiting.pop(call_id, None) != _OUTPUTS[kind]:
            message = f"No tool call found for {kind.replace('_', ' ')} with call_id {call_id}."
            raise reject(message, param="input")
    for call_id, kind in waiting.items():
        raise reject(f"No tool output found for {kind.replace('_', ' ')} {call_id}.", param="input")


def _check_reasoning(items: list[Node], index: int, desk: Desk) -> None:
    item = items[index]
    encrypted = item.text("encrypted_content")
    if encrypted:
        if desk.seal.unwrap(PURPOSE, encrypted) is None:
            message = f"The encrypted content {encrypted[:8]}... could not be verified."
            raise reject(message, code="invalid_encrypted_content")
    else:
        _check_kept(item.text("id"), desk)
    following = items[index + 1].text("type", "message") if index + 1 < len(items) else ""
    said = following == "message" and items[index + 1].text("role") == "assistant"
    if not said and following in {"", "message", *_OUTPUTS}:
        message = f"Item '{item.text('id')}' of type 'reasoning' was provided without its required following item."
        raise reject(message, param="input")


def _check_kept(id_: str, desk: Desk) -> None:
    if id_ not in desk.kept_items:
        message = f"Item with id '{id_}' not found. Items are not persisted when `store` is set to false."
        raise reject(message, param="input", status=404)


def _check_reasoned(items: list[Node], index: int, desk: Desk) -> None:
    """An item that came with reasoning and comes back under its id must bring the reasoning along."""
    id_ = items[index].text("id")
    reasoning = desk.reasoned_items.get(id_)
    if reasoning is None or any(item.text("id") == reasoning for item in items[:index]):
        return
    message = (
        f"Item '{id_}' of type '{items[index].text('type')}' was provided without its required 'reasoning' item: "
        f"'{reasoning}'."
    )
    raise reject(message, param="input")
