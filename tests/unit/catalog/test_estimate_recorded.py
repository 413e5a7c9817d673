"""The estimator against what providers counted: how far off it is, by the family of the model.

The bands in `docs/reference/catalogue.md` are what these tests hold the estimator to.
"""

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from accord.catalog import facts
from accord.catalog.request_tokens import input_tokens

if TYPE_CHECKING:
    from conftest import Recorded

SHELF = {"gemini": "gemini", "vertex": "vertex_ai"}


class Band(NamedTuple):
    """What is promised for a family."""

    starts: tuple[str, ...]
    sources: tuple[str, ...]
    inside: float
    """The share of calls whose true count is between `min` and `max`."""
    median: tuple[float, float]
    """Where the middle of likely / counted lies."""


FAMILIES = {
    "openai": Band(("gpt", "o1", "o3", "o4"), ("openai", "openai_responses", "azure", "openrouter"), 0.94, (0.95, 1.02)),
    "claude to 4.6": Band(("claude-3", "claude-sonnet-4", "claude-haiku-4", "claude-opus-4-6"), ("anthropic", "openrouter"), 0.93, (0.95, 1.02)),
    "gemini 2": Band(("gemini-2",), ("gemini", "vertex", "openrouter"), 0.85, (0.93, 1.06)),
    "gemini 3": Band(("gemini-3",), ("gemini", "vertex"), 0.82, (0.9, 1.1)),
    "mistral": Band(("mistral", "magistral", "ministral"), ("mistral",), 0.85, (0.88, 1.05)),
    "deepseek": Band(("deepseek",), ("deepseek", "deepseek_responses"), 0.83, (0.92, 1.05)),
}  # fmt: skip


@pytest.fixture(scope="module")
def ratios(recorded_calls: "list[Recorded]") -> dict[str, list[tuple[float, bool]]]:
    """For each family and different call: likely / counted, and whether the span contains what was counted."""
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    seen: set[tuple[str, int, int]] = set()
    for call in recorded_calls:
        name = call.model.rpartition("/")[2]
        for family, band in FAMILIES.items():
            if call.source not in band.sources or not name.startswith(band.starts):
                continue
            shelf = SHELF.get(call.source)
            known = facts(shelf, name) if shelf else None
            span = input_tokens(msgspec.structs.replace(call.request, model=call.model), known)
            if (call.model, call.input, span.likely) not in seen:
                seen.add((call.model, call.input, span.likely))
                inside = span.min <= call.input and (span.max is None or call.input <= span.max)
                found[family].append((span.likely / call.input, inside))
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_error_band(family: str, ratios: dict[str, list[tuple[float, bool]]]) -> None:
    measured, band = ratios[family], FAMILIES[family]
    assert len(measured) >= 40
    low, high = band.median
    assert low <= median(ratio for ratio, _ in measured) <= high
    assert sum(inside for _, inside in measured) / len(measured) >= band.inside
