"""Ids for calls that come without one.

Gemini 2.5 and earlier give none, and match results to calls by name and order. Other wires need them, so they are made of
what the call is and where it stands: the same bytes always give the same id, and a conversation keeps its ids from turn to
turn. Made-up ids are recognised by their form and not sent back.
"""

import re
from hashlib import sha256

_PREFIX = "call_"
_DIGITS = 24
_MADE_UP = re.compile(r"call_[0-9a-f]{24}")


def made_up_id(*facts: object) -> str:
    """An id for the call that `facts` tell apart from all others."""
    told = "\0".join([str(fact) for fact in facts])
    return _PREFIX + sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def is_made_up(call_id: str) -> bool:
    """Whether the provider never saw this id."""
    return not call_id or _MADE_UP.fullmatch(call_id) is not None
