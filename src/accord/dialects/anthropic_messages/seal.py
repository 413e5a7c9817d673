"""Proofs of other providers' reasoning, carried through a conversation of this wire.

Models of other wires want their reasoning back with each turn of a tool loop: encrypted (Responses), signed (Gemini, on
the call itself). This wire has two places that callers send back untouched, a thinking block's `signature` and the
`data` of `redacted_thinking`. A seal is what Accord puts there: where it is from, and what to give back. It proves
nothing by itself; a caller who writes one can only say what it could have said in that other wire directly.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final, Literal, TypeAlias

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import NotJson, dumps, read
from accord.core.part import Reasoning

_PREFIX: Final = "accord1."


Foreign: TypeAlias = Literal["none", "unsigned", "sealed"]
"""What reasoning that is not Anthropic's a conversation holds: none, only such without a signature, or some under a seal.
Anthropic refuses both; other hosts of this wire may sign nothing themselves."""


class Seal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is carried."""

    owner: Dialect
    signature: str | None = None
    encrypted: str | None = None
    id: str | None = None
    call: str | None = None
    """The id of the tool call that the signature is of; `None` for reasoning of its own."""
    summary: tuple[int, ...] = ()
    """The lengths of the summary's paragraphs, where the thinking shown is a summary."""


_seals = msgspec.json.Decoder(Seal)


def sealed(seal: Seal) -> str:
    """The text that carries a seal."""
    return _PREFIX + urlsafe_b64encode(dumps(seal)).decode()


def seal_in(text: str | None) -> Seal | None:
    """The seal a text carries; `None` for anything else, Anthropic's own signatures among them."""
    if text is None or not text.startswith(_PREFIX):
        return None
    try:
        return read(_seals, urlsafe_b64decode(text.removeprefix(_PREFIX)))
    except (NotJson, NotBase64, ValueError):
        return None


PARAGRAPH: Final = "\n\n"
"""What stands between the paragraphs of a summary that is shown as thinking."""


def unsealed(part: Reasoning, seal: Seal) -> Reasoning:
    """The reasoning as the wire it came from knows it."""
    summary: list[str] = []
    place = 0
    for length in seal.summary:
        summary.append(part.text[place : place + length])
        place += length + len(PARAGRAPH)
    return Reasoning(
        text="" if summary else part.text,
        summary=tuple(summary),
        signature=seal.signature,
        encrypted=seal.encrypted,
        id=seal.id,
        owner=seal.owner,
    )
