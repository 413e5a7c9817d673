"""What is known about the catalogue itself: how old it is, where its sources disagree, which models are gone."""

from collections.abc import Iterable
from datetime import date
from pkgutil import get_data

import msgspec

from accord.catalog.lifecycle import Retirement, is_retired, retirement
from accord.catalog.shelf import models
from accord.core.model import ModelFacts

SHELVES = (
    "openai", "anthropic", "azure", "mistral", "deepseek", "moonshot", "meta_llama", "openrouter", "vertex_ai", "v0",
    "deepinfra", "azure_ai", "gemini", "groq", "together", "fireworks", "xai", "perplexity", "cerebras", "cohere", "zai",
    "minimax", "ovhcloud", "baseten",
)  # fmt: skip
"""Every provider type and preset the catalogue has a shelf for."""

STALE_AFTER_DAYS = 60
"""Prices change about monthly; older ones deserve doubt."""


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A price that the two sources see differently."""

    provider: str
    model: str
    unit: str
    genai_prices: str
    """What genai-prices has, `-` for nothing."""
    listed: str
    """What the second source has."""
    taken: str
    """Which of the two is shipped."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A price that was left out because it cannot be right."""

    provider: str
    model: str
    why: str


class _Audit(msgspec.Struct, frozen=True, kw_only=True):
    """`data/audit.json`, as the build writes it."""

    dated: str
    sources: tuple[str, ...]
    disagreements: tuple[Disagreement, ...] = ()
    refused: tuple[Refused, ...] = ()


class PriceReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `accord prices check` shows."""

    dated: str
    """The day the catalogue was built, `YYYY-MM-DD`."""
    age_days: int
    sources: tuple[str, ...]
    models: int
    priced: int
    """How many of the models have a price."""
    confirmed: int
    """How many prices two sources agree on."""
    disagreements: tuple[Disagreement, ...]
    refused: tuple[Refused, ...]
    retired: tuple[Retirement, ...]
    """Models past their day that are still listed, so that calls to them can be explained."""
    announced: tuple[Retirement, ...]
    """Models whose end is announced, the next one first."""

    @property
    def stale(self) -> bool:
        """Whether the prices are too old to be trusted."""
        return self.age_days > STALE_AFTER_DAYS


def price_report(today: date, providers: Iterable[str] = SHELVES) -> PriceReport:
    """The state of the shipped catalogue on that day."""
    audit = _read_audit()
    asked = tuple(providers)
    listed = [facts for provider in asked for facts in models(provider)]
    ends = [end for facts in listed if (end := retirement(facts, today)) is not None]
    sources = [facts.prices.source or "" for facts in listed if facts.prices is not None]
    return PriceReport(
        dated=audit.dated,
        age_days=(today - date.fromisoformat(audit.dated)).days,
        sources=audit.sources,
        models=len(listed),
        priced=len(sources),
        confirmed=sum(";" in source for source in sources),
        disagreements=tuple([one for one in audit.disagreements if one.provider in asked]),
        refused=tuple([one for one in audit.refused if one.provider in asked]),
        retired=tuple(sorted([end for end in ends if end.over], key=lambda end: end.on)),
        announced=tuple(sorted([end for end in ends if not end.over], key=lambda end: end.on)),
    )


def listing(
    provider: str, today: date, *, containing: str = "", retired: bool = False, priced: bool = False
) -> tuple[ModelFacts, ...]:
    """The models `accord models` shows: those of a provider whose name contains the text.

    Retired models are left out unless `retired`; `priced` keeps only models with a price.
    """
    wanted = containing.lower()
    return tuple(
        [
            facts
            for facts in models(provider)
            if wanted in facts.id.lower()
            and (retired or not is_retired(facts, today))
            and (not priced or facts.prices is not None)
        ]
    )


def _read_audit() -> _Audit:
    data = get_data("accord.catalog", "data/audit.json")
    return msgspec.json.decode(data or b"{}", type=_Audit)
