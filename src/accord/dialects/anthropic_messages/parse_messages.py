"""The conversation in a caller's request: `system` and `messages`."""

from typing import NamedTuple

import msgspec

from accord.core.json import as_array, as_object
from accord.core.message import Message, Role
from accord.core.part import Part, Reasoning, Text, ToolCall
from accord.dialects.anthropic_messages.dialect import kept
from accord.dialects.anthropic_messages.fields import Fields, WrongShape
from accord.dialects.anthropic_messages.read_block import read_blocks
from accord.dialects.anthropic_messages.seal import Foreign, Seal, seal_in, unsealed


class Conversation(NamedTuple):
    """What was said so far."""

    messages: tuple[Message, ...]
    foreign_reasoning: Foreign


_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}


def read_conversation(fields: Fields) -> Conversation:
    """`system` and `messages`. Raises `WrongShape`."""
    messages: list[Message] = []
    system = _content(fields, "system")
    if system:
        messages.append(Message(role="system", parts=system))
    given = fields.array("messages")
    if given is None:
        raise fields.missing("messages")
    if not given:
        raise WrongShape("messages", "at least one message is required")
    foreign: Foreign = "none"
    for index, value in enumerate(given):
        message = _plain(value) or _message(Fields(value, f"messages.{index}"))
        restored = _unsealed(message.parts) if message.role == "assistant" else message.parts
        if restored is not message.parts:
            if _has_seal(message.parts):
                foreign = "sealed"
            elif foreign == "none":
                foreign = "unsigned"
            message = msgspec.structs.replace(message, parts=restored)
        messages.append(message)
    return Conversation(tuple(messages), foreign)


def _plain(value: object) -> Message | None:
    """A message of one text and nothing beside it: reading it by `Fields` takes four times as long."""
    found = as_object(value)
    if found is None or len(found) != 2:
        return None
    role, text = found.get("role"), found.get("content")
    if not isinstance(role, str) or role not in _ROLES or not isinstance(text, str) or not text:
        return None
    return Message(role=_ROLES[role], parts=(Text(text=text),))


def _message(fields: Fields) -> Message:
    role = fields.required_text("role")
    speaker = _ROLES.get(role)
    if speaker is None:
        raise WrongShape(fields.at("role"), "Input should be 'user', 'assistant' or 'system'")
    parts = _content(fields, "content")
    if parts is None:
        raise fields.missing("content")
    return Message(role=speaker, parts=parts, extra=kept(fields.rest()))


def _content(fields: Fields, key: str) -> tuple[Part, ...] | None:
    value = fields.take(key)
    if value is None:
        return None
    if isinstance(value, str):
        return (Text(text=value),) if value else ()
    blocks = as_array(value)
    if blocks is None:
        raise WrongShape(fields.at(key), "Input should be a valid string or array")
    return read_blocks(blocks, fields.at(key))


def _unsealed(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts with other providers' proofs back in their places; the same tuple where there are none."""
    if not any(isinstance(part, Reasoning) and not _is_anthropic(part) for part in parts):
        return parts
    seals = {id(part): seal for part in parts if (seal := _seal_of(part)) is not None}
    of_calls = {seal.call: seal.signature for seal in seals.values() if seal.call is not None}
    found: list[Part] = []
    for part in parts:
        seal = seals.get(id(part))
        if isinstance(part, Reasoning):
            if seal is None or seal.call is None:
                found.append(_thought(part, seal))
        elif isinstance(part, ToolCall) and part.id in of_calls:
            found.append(msgspec.structs.replace(part, signature=of_calls[part.id]))
        else:
            found.append(part)
    return tuple(found)


def _has_seal(parts: tuple[Part, ...]) -> bool:
    return any(_seal_of(part) is not None for part in parts)


def _seal_of(part: Part) -> Seal | None:
    return seal_in(part.signature or part.encrypted) if isinstance(part, Reasoning) else None


def _is_anthropic(part: Reasoning) -> bool:
    proof = part.signature or part.encrypted
    return proof is not None and seal_in(proof) is None


def _thought(part: Reasoning, seal: Seal | None) -> Reasoning:
    if seal is not None:
        return unsealed(part, seal)
    # Without a signature it is nobody's: the words of a model that signs nothing.
    return part if _is_anthropic(part) else msgspec.structs.replace(part, owner=None)
