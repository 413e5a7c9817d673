"""What one model accepts: by the generation in its name, and the catalogue's facts where they say more.

Names of another kind are taken for a model newer than this version of Accord; a number is a tuned model deployed on
Vertex AI, of the 2.5 generation. https://ai.google.dev/gemini-api/docs/thinking and .../gemini-3.
"""

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec

from accord.core.model import ModelFacts

Level: TypeAlias = Literal["minimal", "low", "medium", "high", "xhigh"]

LEVELS: Final[tuple[Level, ...]] = ("minimal", "low", "medium", "high", "xhigh")
"""The values of `thinkingLevel`, weakest first, in lower case."""

_GENERATION = re.compile(r"(gemini|gemma)-(\d+)(?:[.-](\d)(?!\d))?")
_NEWEST = (99, 0)
_TUNED = (2, 5)
_GEMMA_BEFORE_THINKING = (2, 0)

# By how the name begins, the longest first. https://ai.google.dev/gemini-api/docs/thinking#thinking-levels
_LEVELS: Final[tuple[tuple[str, tuple[Level, ...]], ...]] = (
    ("gemini-3.1-flash-lite-image", ("minimal", "high")),
    ("gemini-3-pro", ("low", "high")),
    ("gemini-3.1-pro", ("low", "medium", "high")),
    ("gemini-3.7-flash", ("low", "medium", "high")),
    ("gemini-3.8-flash", ("low", "medium", "high")),
    ("gemini-4-", ("low", "medium", "high")),
)
_USUAL_LEVELS: Final[tuple[Level, ...]] = ("minimal", "low", "medium", "high")


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one model."""

    thinking: Literal["none", "budget", "level"]
    """What `thinkingConfig` may say; any at all is refused by models that do not think."""
    levels: tuple[Level, ...]
    least_budget: int
    """The fewest thinking tokens that can be asked for, apart from 0."""
    most_budget: int
    can_stop_thinking: bool
    json_schema: bool
    """Takes plain JSON Schema (`parametersJsonSchema`, `responseJsonSchema`)."""
    gemini_3: bool
    """Returns ids with calls and wants each step's signature back; takes media in results, schemas with functions, and
    functions beside hosted tools."""
    validated: bool
    """Can be held to the schemas of functions without being forced to call one."""

    def level(self, wanted: str) -> Level:
        """The level nearest to an effort: a stronger one rather than a weaker one."""
        place = LEVELS.index(wanted) if wanted in LEVELS else (0 if wanted == "none" else len(LEVELS) - 1)
        for candidate in (*LEVELS[place:], *reversed(LEVELS[:place])):
            if candidate in self.levels:
                return candidate
        return "high"


def bare_name(model: str) -> str:
    """The last member of a resource name: `publishers/google/models/gemini-3.8-flash` is `gemini-3.8-flash`."""
    return model.rpartition("/")[2].lower()


def rules_of(model: str, facts: ModelFacts | None) -> Rules:
    """The rules of `model`; facts win over what its name tells."""
    if facts is None:
        return _rules(bare_name(model), None, None)
    return _rules(bare_name(model), facts.reasoning, facts.efforts)


@lru_cache(maxsize=512)
def _rules(name: str, reasoning: bool | None, efforts: tuple[str, ...] | None) -> Rules:
    generation = _generation(name)
    pro = "pro" in name
    return Rules(
        thinking=_thinking(name, generation, reasoning),
        levels=_levels(name, efforts),
        least_budget=128 if pro else 512 if "lite" in name else 1,
        most_budget=32_768 if pro else 24_576,
        can_stop_thinking=not pro,
        json_schema=generation >= (2, 0),
        gemini_3=generation >= (3, 0),
        validated=generation >= (2, 5) and "image" not in name,
    )


def _generation(name: str) -> tuple[int, int]:
    if name.isdigit():
        return _TUNED
    found = _GENERATION.match(name)
    if found is None:
        return _NEWEST
    family, major, minor = found.groups()
    if family == "gemma":
        return _NEWEST if int(major) >= 4 else _GEMMA_BEFORE_THINKING
    return int(major), int(minor or 0)


def _thinking(name: str, generation: tuple[int, int], reasoning: bool | None) -> Literal["none", "budget", "level"]:
    if generation < (2, 5) or reasoning is False:
        return "none"
    if generation >= (3, 0):
        return "level"
    return "none" if "image" in name else "budget"


def _levels(name: str, efforts: tuple[str, ...] | None) -> tuple[Level, ...]:
    known: tuple[Level, ...] = tuple([level for level in LEVELS if level in (efforts or ())])
    return known or next((levels for start, levels in _LEVELS if name.startswith(start)), _USUAL_LEVELS)
