"""Thought signatures: issued for one model, demanded on the calls of the current turn, and checked wherever they come."""

import base64

from accord.testing.fake.desk import Desk
from accord.testing.fake.gemini.error import reject
from accord.testing.fake.gemini.model import GeminiRules
from accord.testing.fake.node import Node

_PURPOSE = "gemini"

SKIP = "skip_thought_signature_validator"
"""The documented way out for calls that another model made."""

_SKIPS = {SKIP, base64.b64encode(SKIP.encode()).decode()}


def new_signature(model: str, desk: Desk) -> str:
    """A fresh signature, in standard base64 as the service writes it."""
    wrapped = desk.seal.wrap(_PURPOSE, f"{model} {desk.ids.new('', 12)}")
    return wrapped.replace("-", "+").replace("_", "/")


def check_signatures(body: Node, rules: GeminiRules, model: str, desk: Desk) -> None:
    """Raises `Rejected` for a signature that is missing, changed, or another model's."""
    contents = body.nodes("contents")
    begins = _current_turn(contents)
    for index, content in enumerate(contents):
        parts = content.nodes("parts")
        for part in parts:
            _check_own(part.text("thoughtSignature"), model, desk)
        calls = [part for part in parts if "functionCall" in part]
        if rules.needs_signatures and index >= begins and calls and "thoughtSignature" not in calls[0]:
            name = calls[0].node("functionCall").text("name")
            raise reject(
                f"Unable to submit request because function call `{name}` in the {index + 1}. content block is missing a "
                "`thought_signature`."
            )


def _check_own(signature: str, model: str, desk: Desk) -> None:
    if not signature or signature in _SKIPS or signature in desk.vouched:
        return
    claimed = desk.seal.unwrap(_PURPOSE, signature)
    if claimed is None or claimed.split(" ")[0] != model:
        raise reject("Thought signature is not valid.")


def _current_turn(contents: list[Node]) -> int:
    """Where the current turn begins: the last time the user said something that is no function result."""
    for index in range(len(contents) - 1, -1, -1):
        content = contents[index]
        if content.text("role", "user") != "model" and any(
            "functionResponse" not in part for part in content.nodes("parts")
        ):
            return index
    return 0
