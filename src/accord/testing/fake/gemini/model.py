"""What each of Google's models takes and refuses (Vertex dossier sections 3.3 to 3.8)."""

import re

import msgspec

_ALL = ("MINIMAL", "LOW", "MEDIUM", "HIGH")


class GeminiRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one model. The defaults refuse nothing, for models nobody knows."""

    thinks: bool = False
    """Whether it thinks when nothing is said about it."""
    may_think: bool = True
    levels: tuple[str, ...] = _ALL
    """The thinking levels it takes; empty takes budgets alone."""
    needs_signatures: bool = False
    """Whether function calls of the current turn must come back with their signatures."""
    signs: bool = False
    has_call_ids: bool = False
    mixes_tools: bool = True
    """Whether built-in tools and functions, and JSON answers and functions, go together."""
    penalties: bool = True


_V3 = GeminiRules(thinks=True, needs_signatures=True, signs=True, has_call_ids=True, penalties=False)

_RULES: tuple[tuple[str, GeminiRules], ...] = (
    (
        r"gemini-(1|2\.0).*|gemini-2\.5-flash-image.*|gemma-.*",
        GeminiRules(may_think=False, levels=(), mixes_tools=False),
    ),
    (r"gemini-2\.5-flash-lite.*", GeminiRules(levels=(), signs=True, mixes_tools=False)),
    (r"gemini-2\.5.*", GeminiRules(thinks=True, levels=(), signs=True, mixes_tools=False)),
    (r"gemini-3-pro-preview", msgspec.structs.replace(_V3, levels=("LOW", "HIGH"))),
    (r"gemini-(3\.[78]-flash|3\.1-pro-preview|4-.*)", msgspec.structs.replace(_V3, levels=("LOW", "MEDIUM", "HIGH"))),
    (r"gemini-[3-9].*", _V3),
)


def rules_of(model: str) -> GeminiRules:
    """The rules for a model."""
    return next((rules for pattern, rules in _RULES if re.fullmatch(pattern, model)), GeminiRules())
