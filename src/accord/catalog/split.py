"""Usage counts split into parts that don't overlap, each with a price of its own."""

from collections.abc import Mapping
from decimal import Decimal

from accord.catalog.price import EXACT, UnknownPrice
from accord.core.usage import Usage

Charges = dict[str, Decimal]
"""How much of each unit is charged: tokens, seconds, millions of characters, pictures, searches, requests."""

_BILLED_OTHERWISE = ("second", "million_characters", "image", "request")


def charges(usage: Usage, prices: Mapping[str, Decimal]) -> Charges:
    """What is charged, by unit; units that were not used are left out.

    Raises `UnknownPrice` where a count that is needed was not reported, or counts contradict each other.
    """
    found: dict[str, int | Decimal] = {}
    if "input" in prices or "output" in prices:
        found.update(_input(usage, prices))
        found.update(_output(usage, prices))
    elif not any(unit in prices for unit in _BILLED_OTHERWISE):
        raise UnknownPrice("no price is known")
    found.update(_services(usage, prices))
    counted = {unit: Decimal(count) for unit, count in found.items() if count}
    wrong = [unit for unit, count in counted.items() if not (count.is_finite() and count > 0)]
    if wrong:
        raise UnknownPrice(f"the reported counts contradict each other: `{wrong[0]}` would be {counted[wrong[0]]}")
    return counted


def _input(usage: Usage, prices: Mapping[str, Decimal]) -> dict[str, int]:
    if usage.input is None:
        raise UnknownPrice("the provider reported no input tokens")
    cached = usage.cached or 0
    kept_longer = usage.cache_write_1h or 0
    written = max(usage.cache_write or 0, kept_longer)
    found = {"cache_write": written - kept_longer, "cache_write_1h": kept_longer}
    text = usage.input - cached - written
    for kind, count, from_cache in (
        ("audio", usage.audio_input or 0, usage.cached_audio),
        ("image", usage.image_input or 0, usage.cached_image),
        ("video", usage.video_input or 0, None),
    ):
        if not count or not _priced_apart(kind, prices):
            continue
        if cached and from_cache is None:
            raise UnknownPrice(f"how many of the cached tokens were {kind} was not reported")
        of_cache = from_cache or 0
        found[f"{kind}_input"] = count - of_cache
        found[f"cached_{kind}"] = of_cache
        text -= count - of_cache
        cached -= of_cache
    return found | {"input": text, "cached": cached}


def _output(usage: Usage, prices: Mapping[str, Decimal]) -> dict[str, int]:
    if usage.output is None:
        if "output" in prices:
            raise UnknownPrice("the provider reported no output tokens")
        return {}
    of_kind = (("audio_output", usage.audio_output or 0), ("image_output", usage.image_output or 0))
    found = {unit: count for unit, count in of_kind if count and prices.get(unit) != prices.get("output")}
    left = usage.output - sum(found.values())
    if "reasoning" in prices:
        # Some hosts report more reasoning than output (OpenRouter: 11 of 10).
        found["reasoning"] = min(usage.reasoning or 0, left)
    return {**found, "output": left - found.get("reasoning", 0)}


def _services(usage: Usage, prices: Mapping[str, Decimal]) -> dict[str, int | Decimal]:
    found: dict[str, int | Decimal] = {"web_search": usage.web_searches or 0}
    by_tokens = "input" in prices
    if "request" in prices:
        found["request"] = 1
    if "second" in prices:
        found["second"] = _needed("seconds", _exact(usage.seconds), optional=by_tokens)
    if "million_characters" in prices:
        found["million_characters"] = _needed("characters", _exact(usage.characters), optional=by_tokens).scaleb(
            -6, EXACT
        )
    if "image" in prices:
        found["image"] = _needed("images", _exact(usage.images), optional=by_tokens)
    return found


def _priced_apart(kind: str, prices: Mapping[str, Decimal]) -> bool:
    """Whether such tokens cost something else than text. Pictures cost the same unless said; for sound that is unknown."""
    own, own_cached = prices.get(f"{kind}_input"), prices.get(f"cached_{kind}")
    if own is None:
        return kind == "audio"
    return own != prices.get("input") or (own_cached is not None and own_cached != prices.get("cached"))


def _needed(name: str, count: Decimal | None, *, optional: bool) -> Decimal:
    """A count, which may be missing only where the model is billed by something else too."""
    if count is None:
        if not optional:
            raise UnknownPrice(f"the number of {name} was not reported")
        return Decimal(0)
    return count


def _exact(count: float | None) -> Decimal | None:
    return None if count is None else Decimal(str(count))
