from collections.abc import Callable

import pytest

from accord.core.attempt import Attempt
from accord.core.error import Authentication, InvalidRequest, Overloaded, ProviderError, RateLimited, unreachable
from accord.flows.effect import Flow, Wait, Waited
from accord.flows.exchange import Outcome
from accord.flows.retry import RetryRule, retried


class Script:
    """Steps that fail with the given errors, one a second, and then succeed."""

    def __init__(self, *failures: ProviderError) -> None:
        self.failures = list(failures)
        self.fresh: list[bool] = []

    def step(self, started: float, fresh: bool) -> Flow[Outcome[str]]:
        self.fresh.append(fresh)
        at = started + 1
        if self.failures:
            error = self.failures.pop(0)
            error.at = at
            error.attempts = (Attempt(provider="p", model="m", error=error.kind),)
            raise error
        return Outcome(value="answer", attempts=(Attempt(provider="p", model="m"),), at=at)
        yield  # pragma: no cover - makes this a generator


def run(script: Script, rule: RetryRule, roll: Callable[[], float] = lambda: 0.5) -> tuple[Outcome[str], list[float]]:
    flow = retried(script.step, rule, 0.0, roll)
    waits: list[float] = []
    now = 0.0
    try:
        effect = next(flow)
        while True:
            assert isinstance(effect, Wait)
            waits.append(effect.seconds)
            now += 1 + effect.seconds
            effect = flow.send(Waited(at=now))
    except StopIteration as done:
        return done.value, waits


def test_a_failure_that_may_pass_is_repeated_and_recorded() -> None:
    outcome, waits = run(Script(Overloaded("full"), RateLimited("slow", retry_after=2.0)), RetryRule(retries=2))
    assert outcome.value == "answer"
    assert [attempt.error for attempt in outcome.attempts] == ["overloaded", "rate_limited", None]
    assert waits == [0.25, 2.2]


def test_no_retries_is_one_request() -> None:
    script = Script(Overloaded("full"))
    with pytest.raises(Overloaded) as caught:
        run(script, RetryRule(retries=0))
    assert len(caught.value.attempts) == len(script.fresh) == 1


def test_retries_are_counted() -> None:
    script = Script(*[Overloaded("full") for _ in range(9)])
    with pytest.raises(Overloaded) as caught:
        run(script, RetryRule(retries=3))
    assert len(caught.value.attempts) == len(script.fresh) == 4


@pytest.mark.parametrize(
    "error",
    [InvalidRequest("no"), unreachable("reset", sent="maybe", phase="head"), RateLimited("later", retry_after=999)],
)
def test_what_cannot_help_or_may_be_billed_is_not_repeated(error: ProviderError) -> None:
    script = Script(error)
    with pytest.raises(type(error)):
        run(script, RetryRule(retries=5))
    assert len(script.fresh) == 1


def test_no_wait_ends_after_the_deadline() -> None:
    script = Script(RateLimited("slow", retry_after=5.0))
    with pytest.raises(RateLimited):
        run(script, RetryRule(retries=5, deadline=5.9))
    outcome, _ = run(Script(RateLimited("slow", retry_after=5.0)), RetryRule(retries=5, deadline=60.0))
    assert outcome.value == "answer"


def test_a_refused_token_is_replaced_once() -> None:
    script = Script(Authentication("expired"))
    outcome, waits = run(script, RetryRule(retries=0, refreshable=True))
    assert (outcome.value, waits, script.fresh) == ("answer", [], [False, True])
    with pytest.raises(Authentication):
        run(Script(Authentication("bad"), Authentication("bad")), RetryRule(retries=5, refreshable=True))


def test_a_refused_key_is_not_tried_again() -> None:
    script = Script(Authentication("bad key"))
    with pytest.raises(Authentication):
        run(script, RetryRule(retries=5))
    assert script.fresh == [False]
