"""Proofs of reasoning (`thoughtSignature`), Gemini's own and those of other wires.

A caller of this wire sends signatures back without looking into them. So the signature of another wire's reasoning is
written as one of this wire's, with its owner's name in it, and is that wire's own again when it comes back.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import NotJson, read
from accord.core.part import Reasoning

UNSIGNED = "skip_thought_signature_validator"
"""What Gemini 3 and later take for a call that was made by another model, or whose signature was lost on the way.
https://ai.google.dev/gemini-api/docs/thought-signatures"""

_MARK = b"accord:"
_MARK_IN_BASE64 = "YWNjb3Jk"


class Foreign(msgspec.Struct, frozen=True, omit_defaults=True):
    """What another wire needs to take its reasoning back."""

    owner: Dialect
    signature: str | None = None
    encrypted: str | None = None
    id: str | None = None
    summary: bool = False
    """Whether the text shown is a summary."""


_foreign = msgspec.json.Decoder(Foreign)


def sealed(reasoning: Reasoning) -> str | None:
    """The signature to show a caller of this wire, `None` where the reasoning has no proof at all."""
    if reasoning.owner in (None, "gemini"):
        return reasoning.signature
    if reasoning.signature is None and reasoning.encrypted is None:
        return None
    assert reasoning.owner is not None
    foreign = Foreign(
        owner=reasoning.owner,
        signature=reasoning.signature,
        encrypted=reasoning.encrypted,
        id=reasoning.id,
        summary=bool(reasoning.summary),
    )
    return b64encode(_MARK + msgspec.json.encode(foreign)).decode()


def opened(signature: str | None) -> Foreign | None:
    """The other wire's proof in a signature that came back, `None` for one of Gemini's own."""
    if signature is None or not signature.startswith(_MARK_IN_BASE64):
        return None
    try:
        # SDKs that hold signatures as bytes may spell them in the alphabet for URLs.
        data = b64decode(signature.replace("-", "+").replace("_", "/"), validate=True)
        return read(_foreign, data[len(_MARK) :]) if data.startswith(_MARK) else None
    except (NotBase64, ValueError, NotJson):
        return None
