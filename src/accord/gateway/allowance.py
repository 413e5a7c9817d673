"""What a key may use: taken before a request is sent anywhere, corrected when its answer says what was used."""

from accord.catalog.request_tokens import input_tokens, output_tokens
from accord.core.error import RateLimited
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.engine.limiter import AsyncLimiter
from accord.gateway.keys import Key
from accord.policy.limit import Demand, demands_of


class Allowance:
    """Holds keys to their limits."""

    def __init__(self, limiter: AsyncLimiter) -> None:
        self._limiter = limiter

    async def take(self, key: Key, request: ChatRequest | None, now: float) -> tuple[Demand, ...]:
        """Lets one request of the key through. Raises `RateLimited`, with the seconds after which there is room again."""
        tokens = _tokens(request) if key.limits.tokens is not None else 0.0
        demands = demands_of(f"key {key.name}", key.limits, tokens)
        wait, of = await self._limiter.take(demands, now)
        if wait > 0.0:
            raise _used_up(key, of, wait, next(demand for demand in demands if demand.name == of))
        return demands

    async def settle(self, demands: tuple[Demand, ...], usage: Usage | None, now: float) -> None:
        """Corrects an estimate of tokens. What an answer does not say stays as it was estimated."""
        if usage is None or usage.input is None or not any(demand.tokens for demand in demands):
            return
        await self._limiter.settle(demands, float(usage.input + (usage.output or 0)), now)


def _tokens(request: ChatRequest | None) -> float:
    return 0.0 if request is None else float(input_tokens(request).likely + output_tokens(request).likely)


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
