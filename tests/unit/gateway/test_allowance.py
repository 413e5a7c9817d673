"""Keys are held to their limits, by a meter in this process and by any other limiter alike."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest

from accord.core.error import RateLimited
from accord.core.message import Message
from accord.core.part import Text
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.engine.limiter import AsyncLimiter, Grant, Immediate, LocalLimiter
from accord.gateway import allowance as module
from accord.gateway.allowance import Allowance
from accord.gateway.http import Request
from accord.gateway.key import Key
from accord.gateway.visit import Visit
from accord.policy.limit import Demand, Limits
from accord.policy.meter import Meter

REQUEST = ChatRequest(
    model="gpt-5.4-mini", messages=(Message(role="user", parts=(Text(text="Hi."),)),), max_output_tokens=20
)


class Elsewhere:
    """Counts where asking takes a while."""

    def __init__(self) -> None:
        self._limiter = LocalLimiter()

    async def take(self, demands: Iterable[Demand], now: float) -> Grant:
        await asyncio.sleep(0)
        return self._limiter.take(demands, now)

    async def settle(self, demands: Iterable[Demand], tokens: float, now: float) -> None:
        await asyncio.sleep(0)
        self._limiter.settle(demands, tokens, now)

    def headroom(self, demands: Iterable[Demand], now: float) -> float:
        return self._limiter.headroom(demands, now)

    def meter(self, name: str, limits: Limits) -> Meter | None:
        return None


@pytest.fixture(params=[lambda: Immediate(LocalLimiter()), Elsewhere], ids=["here", "elsewhere"])
def limiter(request: pytest.FixtureRequest) -> AsyncLimiter:
    make: Callable[[], AsyncLimiter] = request.param
    return make()


def key(name: str = "app", **limits: int) -> Key:
    return Key(name, name.encode(), ("*",), limits=Limits(**limits))


def visit(of: Key) -> Visit:
    made = Visit(Request(method="POST", path="/v1/chat/completions"), "id", 0.0)
    made.key = of
    return made


def done(asked: Awaitable[None] | None) -> None:
    async def wait() -> None:
        if asked is not None:
            await asked

    asyncio.run(wait())


def test_requests_are_counted(limiter: AsyncLimiter) -> None:
    allowance, app = Allowance(limiter), key(requests=2)
    for _ in range(2):
        done(allowance.take(visit(app), REQUEST, 1000.0))
    with pytest.raises(RateLimited, match="'app' may use 2 requests in 60 seconds, which are used up") as caught:
        done(allowance.take(visit(app), REQUEST, 1000.0))
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.retry_after == pytest.approx(61.0, abs=1.0)
    done(allowance.take(visit(key("other", requests=2)), REQUEST, 1000.0))
    done(allowance.take(visit(app), REQUEST, 1062.0))


def test_a_refused_request_uses_nothing(limiter: AsyncLimiter) -> None:
    allowance, app = Allowance(limiter), key(requests=2, tokens=55)
    first = visit(app)
    done(allowance.take(first, REQUEST, 1000.0))
    second = visit(app)
    with pytest.raises(RateLimited, match="55 tokens"):
        done(allowance.take(second, REQUEST, 1000.0))
    assert second.reserved is None
    first.usage = Usage(input=5, output=1)
    done(allowance.settle(first, 1000.0))
    done(allowance.take(second, REQUEST, 1000.0))
    assert second.reserved == pytest.approx(30, abs=5)


def test_what_is_more_than_the_limit_is_told_so(limiter: AsyncLimiter) -> None:
    with pytest.raises(RateLimited, match="make it shorter") as caught:
        done(Allowance(limiter).take(visit(key(tokens=5)), REQUEST, 1000.0))
    assert caught.value.code == "request_exceeds_limit"


def test_an_estimate_is_corrected_once(limiter: AsyncLimiter) -> None:
    allowance, app = Allowance(limiter), key(tokens=100)
    first = visit(app)
    done(allowance.take(first, REQUEST, 1000.0))
    first.usage = Usage(input=95)
    done(allowance.settle(first, 1000.0))
    done(allowance.settle(first, 1000.0))
    with pytest.raises(RateLimited):
        done(allowance.take(visit(app), REQUEST, 1000.0))
    first.reserved, first.usage = 95.0, Usage(input=1, output=1)
    done(allowance.settle(first, 1000.0))
    done(allowance.take(visit(app), REQUEST, 1000.0))


def test_what_an_answer_does_not_say_stays_as_it_was_estimated(limiter: AsyncLimiter) -> None:
    allowance, app = Allowance(limiter), key(tokens=55)
    for usage in (None, Usage()):
        one = visit(app)
        one.usage = usage
        if usage is None:
            done(allowance.take(one, REQUEST, 1000.0))
        done(allowance.settle(one, 1000.0))
    with pytest.raises(RateLimited):
        done(allowance.take(visit(app), REQUEST, 1000.0))


def test_other_operations_are_counted_by_what_they_used(limiter: AsyncLimiter) -> None:
    allowance, app = Allowance(limiter), key(tokens=100)
    one = visit(app)
    done(allowance.take(one, None, 1000.0))
    assert one.reserved == 0.0
    one.usage = Usage(input=99)
    done(allowance.settle(one, 1000.0))
    with pytest.raises(RateLimited):
        done(allowance.take(visit(app), REQUEST, 1000.0))


def test_a_reload_goes_on_counting(limiter: AsyncLimiter) -> None:
    done(Allowance(limiter).take(visit(key(requests=1)), REQUEST, 1000.0))
    with pytest.raises(RateLimited):
        done(Allowance(limiter).take(visit(key(requests=1)), REQUEST, 1000.0))
    done(Allowance(limiter).take(visit(key(requests=2)), REQUEST, 1000.0))


def test_more_keys_than_meters_are_counted_all_the_same(limiter: AsyncLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_METERS", 3)
    allowance, keys = Allowance(limiter), [key(f"key-{number}", requests=1) for number in range(8)]
    for one in keys:
        done(allowance.take(visit(one), REQUEST, 1000.0))
    for one in keys:
        with pytest.raises(RateLimited):
            done(allowance.take(visit(one), REQUEST, 1000.0))


def test_counting_in_this_process_leaves_nothing_to_wait_for() -> None:
    allowance, one = Allowance(Immediate(LocalLimiter())), visit(key(requests=9, tokens=900))
    assert allowance.take(one, REQUEST, 1000.0) is None
    one.usage = Usage(input=1, output=1)
    assert allowance.settle(one, 1000.0) is None
