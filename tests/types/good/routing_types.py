"""Calls through several targets, and who is told of calls, as a type checker reads them."""

from typing_extensions import assert_type

from accord import ChatResponse, Client, EmbeddingResponse, OpenAI, Options
from accord.client.capability import Everything
from accord.core.observe import CallEnded, CallEvent
from accord.routing import (
    AsyncRouter,
    Backoff,
    Considered,
    HedgeRule,
    Limits,
    RoutePolicy,
    Router,
    RouteRecord,
    RouteTarget,
    RouteWish,
)


class Watcher:
    """An observer needs no base class."""

    def observe(self, event: CallEvent) -> None:
        match event:
            case CallEnded():
                print(event.call.provider)
            case _:
                pass


def routers() -> None:
    own = RouteTarget(model="gpt-5.4-mini", provider=OpenAI(api_key="sk-test"), limits=Limits(requests=10))
    router = Router(
        ["anthropic/claude-haiku-4-5", own],
        policy=RoutePolicy(strategy="fastest", backoff=Backoff(base=0.1)),
        observers=[Watcher()],
    )
    assert_type(router.targets, tuple[str, ...])
    response = router.chat_completion("Hello", options=Options(route=RouteWish(region="eu")))
    assert_type(response, ChatResponse)
    assert_type(response.route, RouteRecord | None)
    assert_type(router.embeddings("Hello"), EmbeddingResponse)
    if response.route is not None:
        for considered in response.route.considered:
            assert_type(considered, Considered)


async def routers_with_asyncio() -> None:
    async with AsyncRouter(["openai/gpt-5.4-mini"], policy=RoutePolicy(hedge=HedgeRule())) as router:
        assert_type(router, AsyncRouter)
        assert_type(await router.chat_completion("Hello"), ChatResponse)


def any_client(router: Router) -> Client[Everything]:
    """A router is a client with every capability, as one that goes by model strings is."""
    return router
