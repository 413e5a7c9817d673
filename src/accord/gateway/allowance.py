"""What a key may use: taken before a request is sent anywhere, corrected when its answer says what was used."""

from collections.abc import Coroutine

from accord.catalog.likely_tokens import likely_tokens
from accord.core.error import RateLimited
from accord.core.request import ChatRequest
from accord.engine.limiter import AsyncLimiter
from accord.gateway.key import Key
from accord.gateway.visit import Visit
from accord.policy.limit import Demand, demands_of
from accord.policy.meter import Meter

_METERS = 5_000
"""How many keys' meters are kept; fewer than the limiter keeps windows of, so that none of these is forgotten there."""


class Allowance:
    """Holds keys to their limits.

    `take` and `settle` do what they do at once where the limiter counts in this process, and return `None`. Else they return what
    has to be awaited: a coroutine costs more than counting does.
    """

    def __init__(self, limiter: AsyncLimiter) -> None:
        self._limiter = limiter
        self._meters: dict[Key, Meter] = {}

    def take(self, visit: Visit, request: ChatRequest | None, now: float) -> Coroutine[None, None, None] | None:
        """Lets one request of the key through. Raises `RateLimited`, with the seconds after which there is room again."""
        reserved = None
        if visit.key.limits.tokens is not None:
            reserved = float(likely_tokens(request)) if request is not None else 0.0
        if self.take_at_once(visit, reserved, now):
            return None
        # Without a meter, or to learn what there is too little of.
        return self._take(visit, reserved, now)

    def take_at_once(self, visit: Visit, tokens: float | None, now: float) -> bool:
        """Lets one request of so many tokens through (`None`: they are not limited), where that can be said here and now."""
        key = visit.key
        meter = self._meters.get(key) or self._meter(key)
        if meter is None or not meter.take(tokens or 0.0, now):
            return False
        visit.allowed = True
        visit.reserved = tokens
        return True

    def settle(self, visit: Visit, now: float) -> Coroutine[None, None, None] | None:
        """Corrects an estimate of tokens, once. What an answer does not say stays as it was estimated."""
        reserved, visit.reserved = visit.reserved, None
        usage = visit.usage
        if reserved is None or usage is None or usage.input is None:
            return None
        key, used = visit.key, float(usage.input + (usage.output or 0))
        meter = self._meters.get(key) or self._meter(key)
        if meter is None:
            return self._limiter.settle(_demands(key, reserved), used, now)
        meter.correct(used - reserved, now)
        return None

    async def _take(self, visit: Visit, reserved: float | None, now: float) -> None:
        demands = _demands(visit.key, reserved or 0.0)
        wait, of = await self._limiter.take(demands, now)
        if wait > 0.0:
            raise _used_up(visit.key, of, wait, next(demand for demand in demands if demand.name == of))
        visit.allowed = True
        visit.reserved = reserved

    def _meter(self, key: Key) -> Meter | None:
        meter = self._limiter.meter(_holder(key), key.limits)
        if meter is not None:
            if len(self._meters) >= _METERS:
                self._meters.clear()
            self._meters[key] = meter
        return meter


def _holder(key: Key) -> str:
    return f"key {key.name}"


def _demands(key: Key, tokens: float) -> tuple[Demand, ...]:
    return demands_of(_holder(key), key.limits, tokens)


def _used_up(key: Key, of: str, wait: float, demand: Demand) -> RateLimited:
    what = of.rpartition(" ")[2]
    if wait == float("inf"):
        message = (
            f"This request needs about {demand.amount:,.0f} {what}, and the key {key.name!r} may use {demand.limit:,.0f} in "
            f"{demand.seconds:.0f} seconds: make it shorter, or have the limit raised."
        )
        return RateLimited(message, status=429, code="request_exceeds_limit", retryable=False)
    message = (
        f"The key {key.name!r} may use {demand.limit:,.0f} {what} in {demand.seconds:.0f} seconds, which are used up. There "
        f"is room again in {wait:.1f} seconds."
    )
    return RateLimited(message, status=429, code="rate_limit_exceeded", retry_after=wait)
