"""Reasoning and proofs of other wires, carried through a Responses client and back.

A client of this wire keeps reasoning between turns as items with `encrypted_content`, a text it does not look into. Where
the model behind is another wire's, Accord puts that wire's part there whole: its signature, its own encrypted form, and
the words those are a proof of, since clients drop `content` when they send an item back. A proof that belongs to a tool
call (Gemini's `thoughtSignature`) travels in an item of its own.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

import msgspec

from accord.core.json import NotJson, dumps, read
from accord.core.part import Reasoning, ToolCall
from accord.dialects.openai_responses.wire import NAME, WrongShape

_PREFIX = "accord.1."

_contents = msgspec.json.Decoder(Reasoning | ToolCall)


def needs_envelope(part: Reasoning) -> bool:
    """Whether this wire has no place of its own for something in `part`."""
    if part.owner == NAME:
        return False
    return part.signature is not None or part.encrypted is not None or part.id is not None or bool(part.extra)


def sealed(part: Reasoning | ToolCall) -> str:
    """The part as a text for `encrypted_content`."""
    return _PREFIX + urlsafe_b64encode(dumps(part)).decode()


def proof_of(call: ToolCall) -> ToolCall | None:
    """What of a tool call has to travel apart from it; `None` where there is nothing."""
    if call.signature is None:
        return None
    return ToolCall(id=call.id, name=call.name, signature=call.signature)


def opened(text: str | None, path: str) -> Reasoning | ToolCall | None:
    """The part in `encrypted_content`, `None` where that is this wire's own. Raises `WrongShape` where it is broken."""
    if text is None or not text.startswith(_PREFIX):
        return None
    try:
        part: Reasoning | ToolCall = read(_contents, urlsafe_b64decode(text.removeprefix(_PREFIX)))
    except (NotJson, NotBase64, ValueError):
        raise WrongShape(
            path, "this is not what was given out; send it back unchanged, or leave the item out"
        ) from None
    return part
