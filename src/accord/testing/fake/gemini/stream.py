"""A streamed response (Vertex dossier section 4): text in pieces, calls whole, the reason to finish last."""

from collections.abc import Iterator
from itertools import zip_longest

from accord.core.json import JsonObject
from accord.testing.fake.node import Node
from accord.testing.fake.tokens import deltas


def chunks_of(candidates: list[dict[str, object]], size: int) -> list[dict[str, object]]:
    """The chunks that build up the candidates. Several take turns."""
    streams = [list(_pieces(Node(candidate), size)) for candidate in candidates]
    return [{"candidates": [piece]} for turn in zip_longest(*streams) for piece in turn if piece is not None]


def _pieces(candidate: Node, size: int) -> Iterator[dict[str, object]]:
    index = candidate.count("index")
    signature = ""
    for part in candidate.node("content").nodes("parts"):
        for piece in _cut(part, size):
            yield {"content": {"parts": [piece], "role": "model"}, "index": index}
        if "text" in part:
            signature = part.text("thoughtSignature") or signature
    # The signature of text comes in a last part of its own, whose text is empty.
    last: dict[str, object] = {"text": ""}
    if signature:
        last["thoughtSignature"] = signature
    yield {**candidate.raw, "content": {"parts": [last], "role": "model"}}


def _cut(part: Node, size: int) -> Iterator[JsonObject]:
    if "text" not in part:
        yield part.raw
        return
    rest = {name: value for name, value in part.raw.items() if name not in {"text", "thoughtSignature"}}
    for piece in deltas(part.text("text"), size):
        yield {"text": piece, **rest}
