"""A streamed message (dossier section 4.2)."""

from collections.abc import Iterator

from accord.core.json import dumps
from accord.core.part import Part, Refusal, ToolCall
from accord.testing.fake.anthropic.block import Block, ending, usage_of
from accord.testing.fake.node import Node
from accord.testing.fake.said import Said
from accord.testing.fake.tokens import argument_deltas, deltas

Event = dict[str, object]

_FIRST_OUTPUT = 1
"""The output tokens that `message_start` tells: a placeholder, as on the real wire."""


def message_stream(head: dict[str, object], blocks: list[Block], said: Said) -> list[bytes]:
    """The events. `head` is the message without content, ending and usage."""
    return [event_bytes(event) for event in _events(head, blocks, said)]


def event_bytes(event: Event) -> bytes:
    """An event on the wire. The real one pads the end of its JSON with spaces, and so does this one."""
    data = dumps(event)
    return b"event: %b\ndata: %b%b\n\n" % (str(event["type"]).encode(), data, b" " * (len(data) % 7))


def _events(head: dict[str, object], blocks: list[Block], said: Said) -> Iterator[Event]:
    usage = said.usage
    nothing: list[object] = []
    started = {**head, "content": nothing, "stop_reason": None, "stop_sequence": None, "stop_details": None}
    if usage is not None:
        started["usage"] = usage_of(usage, output=_FIRST_OUTPUT)
    yield {"type": "message_start", "message": started}
    parts = [part for part in said.choices[0].content if not isinstance(part, Refusal)]
    for index, (block, part) in enumerate(zip(blocks, parts, strict=True)):
        yield from _block(index, block, part, said.reply.delta)
        if index == 0:
            yield {"type": "ping"}
    end: Event = {"type": "message_delta", "delta": ending(said.choices[0])}
    if usage is not None:
        end["usage"] = usage_of(usage, output=usage.output)
    yield {**end, **said.reply.extra}
    yield {"type": "message_stop"}


def _block(index: int, block: Block, part: Part, size: int) -> Iterator[Event]:
    begun, pieces = _cut(block, part, size)
    yield {"type": "content_block_start", "index": index, "content_block": begun}
    for piece in pieces:
        yield {"type": "content_block_delta", "index": index, "delta": piece}
    yield {"type": "content_block_stop", "index": index}


def _cut(block: Block, part: Part, size: int) -> tuple[Block, list[Event]]:
    """The block as it starts, and the deltas that complete it."""
    node = Node(block)
    match block["type"]:
        case "text":
            pieces: list[Event] = [{"type": "text_delta", "text": piece} for piece in deltas(node.text("text"), size)]
            pieces += [{"type": "citations_delta", "citation": citation} for citation in node.items("citations")]
            return {**block, "text": "", **({"citations": []} if "citations" in block else {})}, pieces
        case "thinking":
            pieces = [{"type": "thinking_delta", "thinking": piece} for piece in deltas(node.text("thinking"), size)]
            pieces.append({"type": "signature_delta", "signature": node.text("signature")})
            return {"type": "thinking", "thinking": "", "signature": ""}, pieces
        case "tool_use" if isinstance(part, ToolCall):
            # An empty fragment comes first, and the input is cut without regard to its JSON.
            fragments = ["", *argument_deltas(part.arguments, size)]
            nothing: dict[str, object] = {}
            return {**block, "input": nothing}, [
                {"type": "input_json_delta", "partial_json": fragment} for fragment in fragments
            ]
        case _:
            return block, []
