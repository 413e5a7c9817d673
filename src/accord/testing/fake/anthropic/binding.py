"""Signatures over thinking: issued over the text, the model and the conversation before it, and checked on return."""

import hashlib

from accord.core.json import as_array, as_object, dumps
from accord.core.part import Reasoning
from accord.testing.fake.anthropic.error import reject
from accord.testing.fake.anthropic.model import ClaudeRules
from accord.testing.fake.desk import Desk
from accord.testing.fake.node import Node

_PURPOSE = "anthropic_messages"
_REDACTED = "anthropic_messages redacted"

_INVALID = "messages.{message}.content.{block}: Invalid `signature` in `thinking` block"


def signature_of(part: Reasoning, shown: str, body: Node, desk: Desk) -> str:
    """The signature for thinking that answers `body` and is shown as `shown`."""
    if part.signature is not None:
        desk.vouched.add(part.signature)
        return part.signature
    return desk.seal.wrap(_PURPOSE, _claim(shown, body.text("model"), prefix_of(body, len(body.nodes("messages")))))


def redacted_of(part: Reasoning, desk: Desk) -> str:
    """The data of redacted thinking."""
    data = part.encrypted or desk.seal.wrap(_REDACTED, part.text)
    desk.vouched.add(data)
    return data


def check_thinking(body: Node, rules: ClaudeRules, desk: Desk) -> None:
    """Raises `Rejected` for thinking that was not issued here, was changed, or belongs to another conversation."""
    for index, message in enumerate(body.nodes("messages")):
        for at, block in enumerate(message.nodes("content")):
            if block.text("type") == "thinking" and block.text("signature") not in desk.vouched:
                _check_block(block, (index, at), body, rules, desk)
            if block.text("type") == "redacted_thinking" and block.text("data") not in desk.vouched:
                raise reject(f"messages.{index}.content.{at}: Invalid `data` in `redacted_thinking` block")


def _check_block(block: Node, place: tuple[int, int], body: Node, rules: ClaudeRules, desk: Desk) -> None:
    where = _INVALID.format(message=place[0], block=place[1])
    claimed = desk.seal.unwrap(_PURPOSE, block.text("signature"))
    if claimed is None or claimed.split(" ")[0] != _digest(block.text("thinking")):
        raise reject(where)
    if not rules.binds or "block_binding" in body.node("thinking"):
        return
    if claimed != _claim(block.text("thinking"), body.text("model"), prefix_of(body, place[0])):
        raise reject(f"{where}. The block is bound to a different conversation.")


def prefix_of(body: Node, messages: int) -> str:
    """What precedes an answer: system, tools and so many messages, cache marks aside."""
    before = [body.value("system"), body.value("tools"), body.items("messages")[:messages]]
    return _digest(dumps(_unmarked(before)).decode())


def _claim(text: str, model: str, prefix: str) -> str:
    return f"{_digest(text)} {model} {prefix}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _unmarked(value: object) -> object:
    """The value in one form: keys sorted, cache marks left out, strings of text as blocks."""
    members = as_object(value)
    if members is not None:
        kept = {key: _unmarked(item) for key, item in sorted(members.items()) if key != "cache_control"}
        if isinstance(kept.get("content"), str):
            kept["content"] = [{"text": kept["content"], "type": "text"}]
        return kept
    items = as_array(value)
    return value if items is None else [_unmarked(item) for item in items]
