"""Usage counts split into parts that don't overlap, each with a price of its own."""

from collections.abc import Mapping
from decimal import Decimal

from accord.catalog.price import EXACT, UnknownPrice
from accord.core.usage import Usage

Charges = dict[str, int | Decimal]
"""How much of each unit is charged: tokens, seconds, millions of characters, pictures, searches, requests."""

BILLED_OTHERWISE = frozenset({"second", "million_characters", "image", "request"})


def charges(usage: Usage, prices: Mapping[str, Decimal]) -> Charges:
    """What is charged, by unit; units that were not used are left out.

    Raises `UnknownPrice` where a count that is needed was not reported, or counts contradict each other.
    """
    found: Charges = {}
    if "input" in prices or "output" in prices:
        _add_input(found, usage, prices)
        _add_output(found, usage, prices)
    elif BILLED_OTHERWISE.isdisjoint(prices):
        raise UnknownPrice("no price is known")
    _add_services(found, usage, prices)
    used: Charges = {}
    for unit, count in found.items():
        if not count:
            continue
        if (isinstance(count, Decimal) and not count.is_finite()) or count < 0:
            raise UnknownPrice(f"the reported counts contradict each other: `{unit}` would be {count}")
        used[unit] = count
    return used


def _add_input(found: Charges, usage: Usage, prices: Mapping[str, Decimal]) -> None:
    if usage.input is None:
        raise UnknownPrice("the provider reported no input tokens")
    cached = usage.cached or 0
    kept_longer = usage.cache_write_1h or 0
    written = max(usage.cache_write or 0, kept_longer)
    if written:
        found["cache_write"] = written - kept_longer
        found["cache_write_1h"] = kept_longer
    text = usage.input - cached - written
    if usage.audio_input or usage.image_input or usage.video_input:
        text, cached = _set_media_apart(found, usage, prices, text, cached)
    found["input"] = text
    found["cached"] = cached


def _set_media_apart(
    found: Charges, usage: Usage, prices: Mapping[str, Decimal], text: int, cached: int
) -> tuple[int, int]:
    """Takes what has a price of its own out of the text, and out of what was cached. Returns what is left of both."""
    for kind, count, from_cache in (
        ("audio", usage.audio_input, usage.cached_audio),
        ("image", usage.image_input, usage.cached_image),
        ("video", usage.video_input, None),
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
    return text, cached


def _add_output(found: Charges, usage: Usage, prices: Mapping[str, Decimal]) -> None:
    left = usage.output
    if left is None:
        if "output" in prices:
            raise UnknownPrice("the provider reported no output tokens")
        return
    for unit, count in (("audio_output", usage.audio_output), ("image_output", usage.image_output)):
        if count and prices.get(unit) != prices.get("output"):
            found[unit] = count
            left -= count
    if "reasoning" in prices:
        # Some hosts report more reasoning than output (OpenRouter: 11 of 10).
        thought = found["reasoning"] = min(usage.reasoning or 0, left)
        left -= thought
    found["output"] = left


def _add_services(found: Charges, usage: Usage, prices: Mapping[str, Decimal]) -> None:
    found["web_search"] = usage.web_searches or 0
    if BILLED_OTHERWISE.isdisjoint(prices):
        return
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
