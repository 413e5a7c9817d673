"""What genai-prices says, in the catalogue's own words. It is a source for the build and never imported at run time."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.metadata import version

from genai_prices.data import providers
from genai_prices.types import (
    ClauseEquals,
    ClauseOr,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
)
from money import factor_between

from accord.core.model import Prices, Rates, Tier

NAME = f"genai-prices {version('genai-prices')}"

UNITS: dict[str, tuple[str, int]] = {
    "input_mtok": ("input", 1),
    "cache_read_mtok": ("cached", 1),
    "cache_write_mtok": ("cache_write", 1),
    "cache_write_1h_mtok": ("cache_write_1h", 1),
    "output_mtok": ("output", 1),
    "output_reasoning_mtok": ("reasoning", 1),
    "input_audio_mtok": ("audio_input", 1),
    "cache_audio_read_mtok": ("cached_audio", 1),
    "output_audio_mtok": ("audio_output", 1),
    "input_image_mtok": ("image_input", 1),
    "cache_image_read_mtok": ("cached_image", 1),
    "output_image_mtok": ("image_output", 1),
    "input_video_mtok": ("video_input", 1),
    "input_mchars": ("million_characters", 1),
    "audio_hours": ("second", 3600),
    "web_searches_kcount": ("web_search", 1000),
    "requests_kcount": ("request", 1000),
}
"""Their unit, ours, and how many of ours make one of theirs."""

LEFT_OUT = {"storage_searches_kcount", "input_audio_hours"}
"""Billed apart from the call, or said twice."""

_models: dict[str, list[ModelInfo]] = {provider.id: provider.models for provider in providers}


def rows(provider: str) -> list[ModelInfo]:
    """All models of a provider there."""
    return _models[provider]


def row(provider: str, model: str) -> ModelInfo | None:
    """The model a name means there."""
    return next((info for info in _models[provider] if info.is_match(model)), None)


def names(info: ModelInfo) -> list[str]:
    """The exact names a model goes by; what it matches by pattern is left to our own rules."""
    clauses = info.match.or_ if isinstance(info.match, ClauseOr) else [info.match]
    return [clause.equals for clause in clauses if isinstance(clause, ClauseEquals)]


def prices(info: ModelInfo, day: str, *, with_tiers: bool) -> Prices | None:
    """Its price lists by day, the one in force on `day` with the others as `changes`.

    `None` where it has no price, or is billed by something the catalogue has no count of.
    """
    conditions = info.prices if isinstance(info.prices, list) else [ConditionalPrice(prices=info.prices)]
    dated = [c for c in conditions if c.constraint is None or isinstance(c.constraint, StartDateConstraint)]
    starts = sorted({c.constraint.start_date for c in dated if isinstance(c.constraint, StartDateConstraint)})
    lists: list[Prices] = []
    for start, end in zip([None, *starts], [*starts, None], strict=True):
        found = _list(info, _standard(dated, start), start, end, with_tiers=with_tiers)
        if found is None:
            return None
        if lists and _same(lists[-1], found):
            continue
        lists.append(found)
    return current(lists, day)


def current(lists: list[Prices], day: str) -> Prices | None:
    """The list in force on `day`, with the others as its changes; lists without any price are left out."""
    priced = [one for one in lists if one.base]
    past = [one for one in priced if (one.since or "") <= day]
    if not past:
        return None
    now = past[-1]
    others = tuple([one for one in priced if one is not now])
    return Prices(**{name: getattr(now, name) for name in now.__struct_fields__ if name != "changes"}, changes=others)


def _standard(conditions: list[ConditionalPrice], day: date | None) -> ModelPrice:
    """The last condition that holds wins, as there."""
    held = [c for c in conditions if c.constraint is None or (day is not None and c.constraint.start_date <= day)]
    return (held[-1] if held else conditions[0]).prices


def _list(
    info: ModelInfo, standard: ModelPrice, start: date | None, end: date | None, *, with_tiers: bool
) -> Prices | None:
    rates = _rates(standard)
    if rates is None:
        return None
    multipliers: dict[str, Decimal] = {}
    service_tiers: dict[str, Rates] = {}
    # Their service tiers were added in October 2026 and hold for the whole period they fall into.
    last_day = datetime.combine(date(2099, 1, 1) if end is None else end - timedelta(days=1), time(23), UTC)
    for context, name in _contexts(info) if with_tiers else ():
        served = _rates(info.get_prices(last_day, context))
        if served is None or served == rates:
            continue
        factor = factor_between(rates, served)
        if factor is not None:
            multipliers[name] = factor
        else:
            service_tiers[name] = served
    return Prices(
        base=rates.base,
        tiers=rates.tiers,
        multipliers=multipliers,
        service_tiers=service_tiers,
        since=None if start is None else start.isoformat(),
    )


def _contexts(info: ModelInfo) -> list[tuple[dict[str, str], str]]:
    found: dict[str, dict[str, str]] = {}
    for variant in info.price_variants or ():
        for key, value in variant.when.items():
            if key in {"service_tier", "processing", "speed"} and value != "default":
                found.setdefault(value, variant.when)
    return [(when, name) for name, when in found.items()]


def _rates(price: ModelPrice) -> Rates | None:
    base: dict[str, Decimal] = {}
    above: dict[int, dict[str, Decimal]] = {}
    for key, value in price.__dict__.items():
        if value is None or key in LEFT_OUT:
            continue
        if key not in UNITS:
            return None
        unit, many = UNITS[key]
        base[unit] = _each(value.base if isinstance(value, TieredPrices) else value, many)
        for tier in value.tiers if isinstance(value, TieredPrices) else ():
            above.setdefault(tier.start, {})[unit] = _each(tier.price, many)
    return Rates(base=base, tiers=tuple([Tier(above=start, prices=above[start]) for start in sorted(above)]))


def _each(price: Decimal, many: int) -> Decimal:
    return price if many == 1 else (price / many).quantize(Decimal("1e-15")).normalize()


def _same(one: Prices, other: Prices) -> bool:
    return (one.base, one.tiers, one.multipliers, one.service_tiers) == (
        other.base,
        other.tiers,
        other.multipliers,
        other.service_tiers,
    )
