"""Mistakes with several targets and observers that a type checker must see."""

from accord import Options
from accord.routing import AsyncRouter, HedgeRule, Limits, RoutePolicy, Router, RouteTarget, RouteWish


class Deaf:
    def observed(self, event: object) -> None: ...


Router([5])  # error
Router(["openai/gpt-5.4-mini"], policy=RoutePolicy(strategy="dearest"))  # error
Router(["openai/gpt-5.4-mini"], policy={"strategy": "fastest"})  # error
Router(["openai/gpt-5.4-mini"], observers=[Deaf()])  # error
RouteTarget("openai/gpt-5.4-mini")  # error
RouteTarget(model="openai/gpt-5.4-mini", way="no_money")  # error
RouteTarget(model="openai/gpt-5.4-mini", limits=Limits(request=1))  # error
RoutePolicy(hedge=HedgeRule(afer=1.0))  # error
Options(route=RouteWish(strategy="dearest"))  # error


async def without_waiting() -> None:
    AsyncRouter(["openai/gpt-5.4-mini"]).chat_completion("Hello").text  # error
    with AsyncRouter(["openai/gpt-5.4-mini"]) as router:  # error
        print(router)
