"""A streamed response (inbound facts section 2.5): the events that build up the object, in their order."""

from collections.abc import Iterator

from accord.core.json import as_array, dumps
from accord.testing.fake.node import Node, nodes_of
from accord.testing.fake.openai.responses.item import Item
from accord.testing.fake.openai.responses.whole import unfinished
from accord.testing.fake.tokens import argument_deltas, deltas

Event = dict[str, object]

_TERMINAL = {"completed": "response.completed", "incomplete": "response.incomplete", "failed": "response.failed"}


def responses_stream(response: dict[str, object], size: int) -> list[bytes]:
    """The events of a finished response."""
    return [event_bytes(event, number) for number, event in enumerate(_events(response, size))]


def event_bytes(event: Event, number: int) -> bytes:
    """An event on the wire."""
    return f"event: {event['type']}\n".encode() + b"data: " + dumps({**event, "sequence_number": number}) + b"\n\n"


def _events(response: dict[str, object], size: int) -> Iterator[Event]:
    started = unfinished(response, "in_progress")
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    for index, item in enumerate(nodes_of(response["output"])):
        yield from _item(dict(item.raw), index, size)
    yield {"type": _TERMINAL[str(response["status"])], "response": response}


def _item(item: Item, index: int, size: int) -> Iterator[Event]:
    yield {"type": "response.output_item.added", "output_index": index, "item": _begun(item)}
    where: Event = {"item_id": item.get("id"), "output_index": index}
    match item["type"]:
        case "message":
            for at, part in enumerate(nodes_of(item["content"])):
                yield from _message_part(part, {**where, "content_index": at}, size)
        case "reasoning":
            yield from _reasoning(Node(item), where, size)
        case "function_call":
            yield from _text("function_call_arguments", "arguments", str(item["arguments"]), where, size)
        case "custom_tool_call":
            yield from _text("custom_tool_call_input", "input", str(item["input"]), where, size)
        case _:
            pass
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _begun(item: Item) -> Item:
    """The item before anything of it was said."""
    begun = dict(item)
    if "status" in begun:
        begun["status"] = "in_progress"
    for field in ("content", "summary"):
        if field in begun:
            begun[field] = []
    for field in ("arguments", "input"):
        if isinstance(begun.get(field), str):
            begun[field] = ""
    return begun


def _message_part(part: Node, where: Event, size: int) -> Iterator[Event]:
    if part.text("type") == "refusal":
        yield _part("added", {"type": "refusal", "refusal": ""}, where)
        yield from _text("refusal", "refusal", part.text("refusal"), where, size, cuts_words=True)
        yield _part("done", part.raw, where)
        return
    yield _part("added", {**part.raw, "text": "", "annotations": [], "logprobs": []}, where)
    logprobs = list(as_array(part.value("logprobs")) or [])
    for piece in deltas(part.text("text"), size):
        own = [logprobs.pop(0)] if logprobs else []
        yield {"type": "response.output_text.delta", **where, "delta": piece, "logprobs": own}
    for at, annotation in enumerate(part.items("annotations")):
        yield {
            "type": "response.output_text.annotation.added",
            **where,
            "annotation_index": at,
            "annotation": annotation,
        }
    yield {
        "type": "response.output_text.done",
        **where,
        "text": part.text("text"),
        "logprobs": part.value("logprobs"),
    }
    yield _part("done", part.raw, where)


def _part(what: str, part: object, where: Event) -> Event:
    return {"type": f"response.content_part.{what}", **where, "part": part}


def _reasoning(item: Node, where: Event, size: int) -> Iterator[Event]:
    for at, paragraph in enumerate(item.nodes("summary")):
        here = {**where, "summary_index": at}
        part = {"type": "summary_text", "text": ""}
        yield {"type": "response.reasoning_summary_part.added", **here, "part": part}
        yield from _text("reasoning_summary_text", "text", paragraph.text("text"), here, size, cuts_words=True)
        yield {"type": "response.reasoning_summary_part.done", **here, "part": paragraph.raw}
    for at, thought in enumerate(item.nodes("content")):
        here = {**where, "content_index": at}
        yield _part("added", {"type": "reasoning_text", "text": ""}, here)
        yield from _text("reasoning_text", "text", thought.text("text"), here, size, cuts_words=True)
        yield _part("done", thought.raw, here)


def _text(name: str, field: str, text: str, where: Event, size: int, *, cuts_words: bool = False) -> Iterator[Event]:
    """Deltas of a text and its whole. `cuts_words`: it is cut as prose is, else as arguments are."""
    for piece in deltas(text, size) if cuts_words else argument_deltas(text, size):
        yield {"type": f"response.{name}.delta", **where, "delta": piece}
    yield {"type": f"response.{name}.done", **where, field: text}
