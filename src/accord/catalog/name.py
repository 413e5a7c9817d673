"""When two model names mean the same model.

A provider serves one model under several names: with or without the day of its release, in other letters (Azure), or
fine-tuned by a customer. Only names that are certain to mean the same model share its prices.
"""

import re

_RELEASE = re.compile(r"[-@]\d{4}-\d{2}-\d{2}$|[-@]20\d{6}$|@default$|@\d{3}$")
"""The endings of a pinned release: OpenAI's `-2026-09-22`, Anthropic's `-20251101`, Vertex's `@20251101` and `@default`."""
_GEMINI_VERSION = re.compile(r"(?<=.)-0\d\d$")
"""Google's own models are pinned by a version: `gemini-3.8-flash-001`."""


def normalised(name: str) -> str:
    """The name as it is compared where spelling differs: `DeepSeek-V4.1-Flash` and `deepseek-v4-1-flash` are one."""
    return name.lower().replace(".", "-").replace("_", "-")


def without_snapshot(name: str) -> str | None:
    """The name without the day (or version) of its release; `None` where it has none."""
    found = _RELEASE.search(name)
    if found is None and name.startswith("gemini-"):
        found = _GEMINI_VERSION.search(name)
    return None if found is None else name[: found.start()]


def fine_tuned(name: str) -> str | None:
    """The model a fine-tuned one was made of: `gpt-4.1-mini` for `ft:gpt-4.1-mini-2025-04-14:acme::Ab1`."""
    kind, _, rest = name.partition(":")
    if kind != "ft" or not rest:
        return None
    base = rest.partition(":")[0]
    return without_snapshot(base) or base


def shorter(name: str) -> list[str]:
    """The beginnings of a name that end where a word of it does, longest first: `a-b`, `a` for `a-b-c`."""
    return [name[:end] for end in range(len(name) - 1, 0, -1) if name[end] in "-:@"]
