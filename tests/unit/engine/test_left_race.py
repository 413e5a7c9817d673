"""A caller that leaves at the very moment at which a hedged call is answered."""

import asyncio

import accord
from accord.core.http import Call, Reply
from accord.routing import AsyncRouter, HedgeRule, RoutePolicy, RouteTarget
from accord.testing.memory import AsyncMemoryAnswer, AsyncMemoryTransport

WHOLE = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":'
    b'[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}'
)
PIECE = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}\n\n'
)
JSON, EVENTS = (("content-type", "application/json"),), (("content-type", "text/event-stream"),)


class Leaving(AsyncMemoryTransport):
    """Cancels a task just before it hands over an answer."""

    leaver: "asyncio.Task[None] | None" = None

    async def send(self, call: Call) -> AsyncMemoryAnswer:
        answer = await super().send(call)
        if self.leaver is not None:
            self.leaver.cancel()
        return answer


async def test_the_answer_nobody_takes_is_closed_and_the_target_let_go() -> None:
    transport = Leaving(
        *[Reply(status=200, headers=JSON, body=WHOLE)] * 40, Reply(status=200, headers=EVENTS, body=PIECE)
    )
    targets = [
        RouteTarget(model="gpt-5.4-mini", provider=accord.OpenAI(api_key="sk-test"), name=name) for name in ("a", "b")
    ]
    router = AsyncRouter(
        targets, policy=RoutePolicy(hedge=HedgeRule(least=5), strategy="round_robin"), transport=transport
    )
    for _ in range(40):
        await router.chat_completion("Hello")

    async def ask() -> None:
        async with router.chat_completion_stream("Hello") as stream:
            async for _ in stream:
                pass

    transport.leaver = asyncio.create_task(ask())
    await asyncio.wait([transport.leaver])
    assert transport.leaver.cancelled()
    assert transport.answers[-1].closed
    seats = router._group.pool.seats  # pyright: ignore[reportPrivateUsage]
    assert [seat.standing.gate.in_flight for seat in seats] == [0, 0]
