"""Calls through several targets: the clients, and everything their choice can be set up with.

from accord.routing import Router, RouteTarget

router = Router(["openai/gpt-5.4-mini", RouteTarget(model="anthropic/claude-haiku-4-5", tier=1)])
print(router.chat_completion("Say hello").text)
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.client.async_router import AsyncRouter
    from accord.client.route_target import RouteTarget
    from accord.client.router import Router
    from accord.core.route import Considered, RouteRecord, RouteWish, Strategy
    from accord.engine.group import RoutePolicy
    from accord.policy.adaptive import AdaptiveRule
    from accord.policy.backoff import Backoff
    from accord.policy.breaker import BreakerRule
    from accord.policy.ejection import EjectionRule
    from accord.policy.hedge import HedgeRule
    from accord.policy.limit import Limits
    from accord.policy.retry_budget import RetryBudgetRule
    from accord.policy.standing import Load

_HOMES = {
    "accord.client.async_router": ("AsyncRouter",),
    "accord.client.route_target": ("RouteTarget",),
    "accord.client.router": ("Router",),
    "accord.core.route": ("Considered", "RouteRecord", "RouteWish", "Strategy"),
    "accord.engine.group": ("RoutePolicy",),
    "accord.policy.adaptive": ("AdaptiveRule",),
    "accord.policy.backoff": ("Backoff",),
    "accord.policy.breaker": ("BreakerRule",),
    "accord.policy.ejection": ("EjectionRule",),
    "accord.policy.hedge": ("HedgeRule",),
    "accord.policy.limit": ("Limits",),
    "accord.policy.retry_budget": ("RetryBudgetRule",),
    "accord.policy.standing": ("Load",),
}
"""Where each public name lives."""

__all__ = [
    "AdaptiveRule",
    "AsyncRouter",
    "Backoff",
    "BreakerRule",
    "Considered",
    "EjectionRule",
    "HedgeRule",
    "Limits",
    "Load",
    "RetryBudgetRule",
    "RoutePolicy",
    "RouteRecord",
    "RouteTarget",
    "RouteWish",
    "Router",
    "Strategy",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return list(__all__)
