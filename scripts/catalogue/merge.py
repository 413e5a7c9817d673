"""The prices of one model from both sources, and where they disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import genai
from hand import Hand, Row
from money import TOKEN_UNITS, changed, listed

from accord.core.model import Hours, ModelFacts, Prices, Tier


@dataclass
class Audit:
    """What the build found worth telling: shipped with the catalogue and shown by `accord prices check`."""

    disagreements: list[dict[str, str]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    """Prices that were left out because they cannot be right."""

    def refuse(self, provider: str, model: str, wrong: list[str]) -> None:
        """A price list that is left out, and why."""
        self.refused.append({"provider": provider, "model": model, "why": "; ".join(wrong[:3])})

    def disagree(self, hand: Hand, row: Row, unit: str, theirs: Decimal | None, ours: Decimal, taken: str) -> None:
        """`theirs` is genai-prices', `ours` the hand-kept one; `taken` says which is shipped."""
        self.disagreements.append(
            {
                "provider": hand.shelf,
                "model": row.id,
                "unit": unit,
                "genai_prices": "-" if theirs is None else f"{theirs.normalize():f}",
                "listed": f"{ours.normalize():f}",
                "taken": taken,
            }
        )


def priced(hand: Hand, row: Row, day: str, audit: Audit) -> Prices | None:
    """The price lists of a hand-kept row. `None` is unknown."""
    if row.price.get("free"):
        return Prices(base={"request": Decimal(0)}, dated=day, source=hand.source)
    theirs = _theirs(hand, row, day)
    ours = _ours(hand, row)
    found = _chosen(hand, row, theirs, ours, audit)
    _aliases(hand, row, found, day, audit)
    return None if found is None else finished(found, hand, row, day)


def finished(found: Prices, hand: Hand, row: Row, day: str) -> Prices:
    """The rules of the house on top of a price list: what has no price of its own but costs the same as something."""
    more = {unit: Decimal(price) for unit, price in row.price.get("more", {}).items()}
    found = changed(found, lambda prices: {**more, **prices} if "input" in prices else prices)
    if row.price.get("cache_write_is_input"):
        found = _filled(found, {"cache_write": "input"})
    if hand.options.get("audio_as_text") and "audio" in row.facts.get("input", ()):
        found = _filled(found, {"audio_input": "input", "cached_audio": "cached"})
    if row.id in hand.options.get("image_output_is_output", ()):
        found = _filled(found, {"image_output": "output"})
    if row.facts.get("operations") == ["embeddings"]:
        found = changed(found, lambda prices: {unit: price for unit, price in prices.items() if unit != "output"})
    factors = {name: Decimal(factor) for name, factor in row.price.get("multipliers", {}).items()}
    regions = {name: Decimal(factor) for name, factor in row.price.get("regions", {}).items()}
    return _everywhere(found, factors, regions, day)


def _theirs(hand: Hand, row: Row, day: str) -> Prices | None:
    named = row.price.get("genai", hand.genai)
    if not named:
        return None
    provider, _, model = str(named).partition(":")
    info = genai.row(provider, model or row.id)
    if info is None:
        return None
    found = genai.prices(info, day, with_tiers=not hand.options.get("standard_only"))
    return None if found is None else with_source(found, genai.NAME)


def _ours(hand: Hand, row: Row) -> Prices | None:
    base = listed(row.price.get("listed", ""), row.price.get("listed_more", {}))
    if not base:
        return None
    above = row.price.get("listed_above")
    tiers = (Tier(above=above["tokens"], prices=listed(above["listed"], {})),) if above else ()
    hours = row.price.get("hours")
    return Prices(
        base=base,
        tiers=tiers,
        hours=_hours(hours, tuple(hand.options.get("holidays", ()))) if hours else (),
        since=row.price.get("since"),
        source=hand.listed_by,
    )


def _hours(said: Mapping[str, Any], holidays: tuple[str, ...]) -> tuple[Hours, ...]:
    found: list[Hours] = []
    for window in said["windows"]:
        start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in window.split("-"))
        prices = listed(said["listed"], {})
        found.append(Hours(days=tuple(said["days"]), start=start, end=end, prices=prices, except_on=holidays))
    return tuple(found)


def _chosen(hand: Hand, row: Row, theirs: Prices | None, ours: Prices | None, audit: Audit) -> Prices | None:
    """genai-prices, unless the row prefers what is listed; what one alone has is taken from it."""
    if theirs is None or ours is None:
        return theirs or ours
    prefer_ours = row.price.get("prefer") == "listed"
    agreed = True
    for unit, price in ours.base.items():
        other = theirs.base.get(unit)
        if not _agree(other, price):
            agreed = False
            audit.disagree(hand, row, unit, other, price, "listed" if prefer_ours or other is None else "genai-prices")
    for tier in ours.tiers:
        for unit, price in tier.prices.items():
            other = next((one.prices.get(unit) for one in theirs.tiers if one.above == tier.above), None)
            if not _agree(other, price):
                agreed = False
                taken = "listed" if prefer_ours else "genai-prices"
                audit.disagree(hand, row, f"{unit} above {tier.above}", other, price, taken)
    if prefer_ours:
        return ours
    missing = {unit: price for unit, price in ours.base.items() if unit not in theirs.base}
    found = with_base(theirs, {**theirs.base, **missing}) if missing else theirs
    return with_source(found, f"{theirs.source}; {ours.source}" if agreed else str(theirs.source))


def _agree(one: Decimal | None, other: Decimal) -> bool:
    """Whether two prices are the same, as far as one of them was rounded for reading."""
    return one is not None and abs(one - other) <= other * Decimal("0.005")


def _aliases(hand: Hand, row: Row, found: Prices | None, day: str, audit: Audit) -> None:
    """Tells where genai-prices takes an alias for another model: `-latest` names move, and their prices with them."""
    if found is None or not hand.genai:
        return
    for alias in row.aliases:
        info = genai.row(hand.genai, alias)
        theirs = None if info is None else genai.prices(info, day, with_tiers=False)
        for unit, price in found.base.items():
            other = None if theirs is None else theirs.base.get(unit)
            if theirs is not None and unit in TOKEN_UNITS and not _agree(other, price):
                audit.disagree(hand, row, f"{unit} of {alias}", other, price, "listed")


def _filled(found: Prices, pairs: Mapping[str, str]) -> Prices:
    """Where a unit has no price, it costs what the other one does."""
    missing = {unit: like for unit, like in pairs.items() if unit not in found.base}
    return changed(found, lambda p: {**p, **{unit: p[like] for unit, like in missing.items() if like in p}})


def _everywhere(found: Prices, factors: Mapping[str, Decimal], regions: Mapping[str, Decimal], day: str) -> Prices:
    """The factors on every list of a model; date and source on the current one alone."""
    known = {name: factor for name, factor in factors.items() if name not in found.service_tiers}
    values = {name: getattr(found, name) for name in found.__struct_fields__}
    values |= {
        "multipliers": {**known, **found.multipliers},
        "regions": {**regions, **found.regions},
        "dated": day or None,
        "source": found.source if day else None,
        "changes": tuple([_everywhere(other, factors, regions, "") for other in found.changes]),
    }
    return Prices(**values)


def with_source(found: Prices, source: str) -> Prices:
    """The same lists, from `source`."""
    values = {name: getattr(found, name) for name in found.__struct_fields__}
    values |= {"source": source, "changes": tuple([with_source(other, source) for other in found.changes])}
    return Prices(**values)


def with_base(found: Prices, base: Mapping[str, Decimal]) -> Prices:
    """The same list with other base prices."""
    values = {name: getattr(found, name) for name in found.__struct_fields__}
    return Prices(**{**values, "base": base})


def facts_of(row: Row, shelf: str, source: str, prices: Prices | None) -> ModelFacts:
    """The row as the catalogue ships it. Raises `TypeError` for a key that is no fact."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.facts.items()}
    return ModelFacts(id=row.id, provider=shelf, prices=prices, source=source, **values)
