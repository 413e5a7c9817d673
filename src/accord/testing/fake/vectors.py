"""Embeddings made up from the text itself: the same text has the same vector, and every vector has length 1."""

import base64
import hashlib
import math
import struct

DIMENSIONS = 16
"""Few, so that tests are quick; ask for others where it matters."""


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """The vector of a text, as 32-bit floats have it."""
    raw = [_number(text, index) for index in range(dimensions)]
    length = math.sqrt(sum(value * value for value in raw)) or 1.0
    packed = struct.pack(f"<{dimensions}f", *[value / length for value in raw])
    return list(struct.unpack(f"<{dimensions}f", packed))


def packed(values: list[float]) -> str:
    """A vector as base64 of little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def _number(text: str, index: int) -> float:
    digest = hashlib.sha256(f"{index}:{text}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**31 - 1
