"""What one model accepts on this wire: the catalogue's facts, and what is safe to assume where they are silent.

Names that begin with `claude` and are not known are taken for Claude's newest generation; a name of any other kind is
a model of somebody else behind this wire, of which nothing is assumed. Behaviour by generation:
https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and .../effort.
"""

from functools import lru_cache
from typing import Literal

import msgspec

from accord.catalog import facts as catalogue_facts
from accord.core.model import ModelFacts

LEVELS = ("low", "medium", "high", "xhigh", "max")
"""The values of `output_config.effort`, weakest first."""

UNKNOWN_MAX_OUTPUT = 16_384
"""The limit asked for where the model's own is unknown: every model served on this wire today can give as much."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one model."""

    claude: bool
    max_output: int | None
    thinks: bool
    adaptive: bool
    """Takes `thinking: {"type": "adaptive"}`."""
    budgeted: bool
    """Takes `thinking: {"type": "enabled", "budget_tokens": ...}`."""
    thinks_unasked: bool
    """Thinks where the parameter is missing."""
    off: Literal["omit", "disabled", "between_tools"] | None
    """How thinking is switched off; `None` where it cannot be."""
    efforts: tuple[str, ...]
    """The levels of `output_config.effort` it takes, weakest first; empty where it takes none."""
    sampling: bool
    prefill: bool
    system_in_conversation: bool
    structured_output: bool
    forced_tools: bool

    def effort(self, wanted: str) -> str | None:
        """The level nearest to what was wanted, stronger ones first; `None` where it has none."""
        level = "low" if wanted == "minimal" else wanted
        if level not in LEVELS or not self.efforts:
            return None
        place = LEVELS.index(level)
        for candidate in (*LEVELS[place:], *reversed(LEVELS[:place])):
            if candidate in self.efforts:
                return candidate
        return None


def rules_of(model: str, facts: ModelFacts | None) -> Rules:
    """The rules of `model`. `facts` win; where none are given, Anthropic's part of the catalogue is asked."""
    start = model.lower().find("claude")
    if start < 0:
        return _stranger(facts)
    return _claude(facts if facts is not None else _known(model[start:]))


@lru_cache(maxsize=512)
def _known(name: str) -> ModelFacts | None:
    return catalogue_facts("anthropic", name)


def _claude(facts: ModelFacts | None) -> Rules:
    known = facts if facts is not None else ModelFacts(id="")
    adaptive = known.adaptive_thinking is not False
    sampling = known.sampling is True
    off = known.thinking_off
    efforts = known.efforts if known.efforts is not None else (LEVELS if adaptive else ())
    return Rules(
        claude=True,
        max_output=known.max_output,
        thinks=known.reasoning is not False,
        adaptive=adaptive,
        # The 4.6 models are the only ones that take both: the first to adapt and the last to take sampling parameters.
        budgeted=not adaptive or sampling,
        thinks_unasked=off != "omit",
        off=off,
        efforts=tuple([level for level in LEVELS if level in efforts]),
        sampling=sampling,
        prefill=known.prefill is True,
        system_in_conversation=known.system_in_conversation is not False,
        structured_output=known.structured_output is not False,
        forced_tools=known.forced_tools is not False,
    )


def _stranger(facts: ModelFacts | None) -> Rules:
    known = facts if facts is not None else ModelFacts(id="")
    adaptive = known.adaptive_thinking is True
    return Rules(
        claude=False,
        max_output=known.max_output,
        thinks=known.reasoning is not False,
        adaptive=adaptive,
        budgeted=not adaptive,
        thinks_unasked=False,
        off=known.thinking_off or "disabled",
        efforts=tuple([level for level in LEVELS if level in (known.efforts or ())]) if adaptive else (),
        sampling=known.sampling is not False,
        prefill=known.prefill is not False,
        system_in_conversation=known.system_in_conversation is True,
        structured_output=known.structured_output is True,
        forced_tools=known.forced_tools is not False,
    )
