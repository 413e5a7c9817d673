"""A call through a pool, in virtual time: how often, where to, how long, and what is left behind."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.attempt import Attempt
from accord.core.error import (
    AccordError,
    Authentication,
    ContentFiltered,
    ContextLengthExceeded,
    InvalidRequest,
    Overloaded,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
    Unsupported,
    timed_out,
    unreachable,
)
from accord.core.http import Call, Reply
from accord.core.route import Strategy
from accord.engine.limiter import LocalLimiter
from accord.flows.effect import Answered, Failed, Flow, Send, Wait
from accord.flows.exchange import Outcome
from accord.flows.route import Journey, RouteRule
from accord.flows.virtual import Answer, Run, World
from accord.policy.balance import Seat
from accord.policy.breaker import BreakerRule
from accord.policy.errand import Errand
from accord.policy.fault import Way
from accord.policy.hedge import HedgeRule, Hedging
from accord.policy.limit import Demand
from accord.policy.pool import Pool
from accord.policy.retry_budget import RetryBudget, RetryBudgetRule
from accord.policy.standing import Load, Standing

Make = Callable[[], AccordError | None]
"""What a target does with its next request: fails so, or answers."""


def ok() -> AccordError | None:
    return None


def fails(kind: type[ProviderError], status: int = 500, retry_after: float | None = None) -> Make:
    return lambda: kind("scripted", status=status, retry_after=retry_after)


class Target:
    """A target with a script; when that is through, the last line is repeated."""

    def __init__(self, name: str, *script: Make, seconds: float = 0.1) -> None:
        self.name = name
        self.script = list(script) or [ok]
        self.seconds = seconds
        self.prepares = 0.0
        """Seconds before its requests are written, as where files have to be fetched for it."""
        self.asked: list[float] = []
        self.left = 0

    def next(self) -> AccordError | None:
        return self.script.pop(0)() if len(self.script) > 1 else self.script[0]()


class Scripted(Journey[Target, str]):
    def _attempt(self, seat: Seat[Target], now: float) -> Flow[Outcome[str]]:
        if isinstance(seat.member.script[0](), Unsupported):
            raise Unsupported("it cannot")
        done = False
        if seat.member.prepares:
            yield Wait(seconds=seat.member.prepares)
        self.ready |= {seat.name}
        try:
            result = yield Send(call=Call(method="POST", url=seat.name, headers=()))
            done = True
        finally:
            seat.member.left += not done
        record = Attempt(provider=seat.name, model="")
        if isinstance(result, Failed):
            error = result.error
            error.at = result.at
            sent = getattr(error, "sent", "yes") if error.status is None else "yes"
            billed = False if sent == "no" or (error.status or 0) in range(400, 500) else None
            error.attempts = (
                Attempt(provider=seat.name, model="", status=error.status, error=error.kind, billed=billed),
            )
            raise error
        return Outcome(value=seat.name, attempts=(record,), at=result.at)

    ready: frozenset[str] = frozenset()

    def _is_ready(self, seat: Seat[Target]) -> bool:
        return seat.name in self.ready


class Priced(Errand[Target]):
    price: Decimal | None = None
    limit: float | None = None

    def demands(self, member: Target, /) -> tuple[Demand, ...]:
        return () if self.limit is None else (Demand(f"{member.name} requests", self.limit, 60.0, 1.0),)

    def cost(self, member: Target, /) -> Decimal | None:
        del member
        return self.price


class Stage:
    """A pool of scripted targets, and calls through it."""

    def __init__(self, *targets: Target, **settings: object) -> None:
        self.limiter = LocalLimiter()
        self.world = World(self.serve, self.limiter)
        self.targets = {target.name: target for target in targets}
        load = settings.pop("load", Load())
        hedge, budget = settings.pop("hedge", None), settings.pop("budget", RetryBudgetRule())
        rule = settings.pop("breaker", BreakerRule())
        ways: dict[str, Way] = settings.pop("ways", {})  # type: ignore[assignment]
        tiers: dict[str, int] = settings.pop("tiers", {})  # type: ignore[assignment]
        self.pool: Pool[Target] = Pool(
            [
                Seat(
                    target,
                    target.name,
                    Standing(rule, load),  # type: ignore[arg-type]
                    ways=(ways[target.name],) if target.name in ways else ("start",),
                    tier=tiers.get(target.name, index if tiers == {} else 0),
                )
                for index, target in enumerate(targets)
            ],
            budget=RetryBudget(budget),  # type: ignore[arg-type]
            hedging=None if hedge is None else Hedging(hedge),  # type: ignore[arg-type]
            **settings,  # type: ignore[arg-type]
        )

    def serve(self, world: World, send: Send, answer: Answer) -> None:
        target = self.targets[send.call.url]
        target.asked.append(world.now)
        error = target.next()

        def reply() -> None:
            if error is not None:
                answer(Failed(error=error, at=world.now))  # type: ignore[arg-type]
            else:
                answer(Answered(reply=Reply(status=200), at=world.now))

        world.at(world.now + target.seconds, reply)

    def call(
        self,
        *,
        retries: int = 3,
        deadline: float | None = None,
        closed: Sequence[str] = (),
        strategy: Strategy = "weighted",
        cost: Decimal | None = Decimal("0.01"),
        key: str = "",
        limit: float | None = None,
        preferred: Sequence[Sequence[str]] = (),
        **rule: object,
    ) -> Run:
        until = None if deadline is None else self.world.now + deadline
        errand = Priced(strategy, retries=retries, deadline=until, key=key)
        errand.price, errand.limit = cost, limit
        errand.closed = frozenset(closed)
        errand.preferred = tuple([frozenset(names) for names in preferred])
        journey = Scripted(self.pool, errand, RouteRule(**rule), lambda: 0.5)  # type: ignore[arg-type]
        return self.world.start(journey.flow(self.world.now))

    def result(self, **call: object) -> Run:
        run = self.call(**call)  # type: ignore[arg-type]
        self.world.run()
        return run

    @property
    def asked(self) -> list[str]:
        """Who was asked, in order."""
        times = [(when, name) for name, target in self.targets.items() for when in target.asked]
        return [name for _, name in sorted(times)]

    def is_clean(self) -> bool:
        """Whether nothing is held any more."""
        return all(seat.standing.gate.in_flight == 0 and seat.standing.gate.waiting == 0 for seat in self.pool.seats)


@pytest.mark.parametrize(
    ("failure", "goes_on"),
    [
        (fails(ServerError), True),
        (fails(Overloaded, 529), True),
        (fails(RateLimited, 429), True),
        (fails(Authentication, 401), True),
        (fails(QuotaExceeded, 402), True),
        (lambda: unreachable("no", sent="no", phase="connect"), True),
        (lambda: unreachable("no", sent="maybe", phase="head"), True),
        (lambda: timed_out("no", sent="yes", phase="head"), True),
        (lambda: Unsupported("no"), True),
        (fails(InvalidRequest, 400), False),
        (fails(ContextLengthExceeded, 400), True),
        (fails(ContentFiltered, 400), True),
    ],
)
def test_which_failures_go_on_to_another_target(failure: Make, goes_on: bool) -> None:
    stage = Stage(Target("a", failure), Target("b"))
    run = stage.result()
    assert (run.value is not None) == goes_on
    assert ("b" in stage.asked) == goes_on
    assert stage.is_clean()


def test_the_outcome_shows_every_request() -> None:
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(RateLimited, 429)), Target("c"))
    outcome = stage.result().value
    assert isinstance(outcome, Outcome)
    assert [(attempt.provider, attempt.error) for attempt in outcome.attempts] == [
        ("a", "server_error"),
        ("b", "rate_limited"),
        ("c", None),
    ]


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
def test_retries_bound_the_requests_wherever_they_go(retries: int) -> None:
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(ServerError)))
    run = stage.result(retries=retries)
    assert isinstance(run.failure, ServerError)
    assert len(stage.asked) == retries + 1 == len(run.failure.attempts)


def test_when_all_were_tried_the_call_waits_and_begins_again() -> None:
    stage = Stage(Target("a", fails(ServerError), ok), Target("b", fails(ServerError)))
    assert isinstance(stage.result().value, Outcome)
    assert stage.asked == ["a", "b", "a"]
    assert stage.targets["a"].asked[1] == pytest.approx(0.2 + 0.25)


def test_a_target_that_asks_for_a_pause_gets_it() -> None:
    stage = Stage(Target("a", fails(RateLimited, 429, 3.0), ok))
    assert isinstance(stage.result().value, Outcome)
    assert stage.targets["a"].asked[1] >= 3.1


def test_no_wait_and_no_request_goes_beyond_the_deadline() -> None:
    stage = Stage(Target("a", fails(RateLimited, 429, 3.0)), Target("b", fails(ServerError)))
    run = stage.result(deadline=2.0, retries=9)
    assert run.failure is not None
    assert stage.world.now < 2.1


def test_a_failure_of_our_own_account_is_the_last_thing_to_be_told() -> None:
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(Authentication, 401)))
    assert isinstance(stage.result(retries=1).failure, ServerError)


def test_only_larger_windows_are_asked_after_an_overflow() -> None:
    stage = Stage(Target("a", fails(ContextLengthExceeded, 400)), Target("small"), Target("large"))
    run = stage.result(closes=lambda _target, way: ("small",) if way == "context" else ())
    assert run.value is not None
    assert stage.asked == ["a", "large"]


def test_a_target_kept_for_one_cause_is_asked_after_that_cause_alone() -> None:
    ways: dict[str, Way] = {"spare": "content_filter"}
    stage = Stage(Target("a", fails(ContentFiltered, 400)), Target("spare"), ways=ways)
    stage.result()
    assert stage.asked == ["a", "spare"]
    stage = Stage(Target("a", fails(ServerError)), Target("spare"), ways=ways)
    stage.result(retries=2)
    assert set(stage.asked) == {"a"}


def test_what_may_have_been_billed_is_not_repeated_where_that_is_not_wanted() -> None:
    hangs = Target("a", lambda: timed_out("no", sent="yes", phase="head"))
    stage = Stage(hangs, Target("b"))
    assert isinstance(stage.result(repeat_unsure=False).failure, TimedOut)
    assert stage.asked == ["a"]


def test_an_open_breaker_spares_the_target_and_a_probe_brings_it_back() -> None:
    stage = Stage(Target("a", *[fails(ServerError)] * 5, ok), Target("b"), breaker=BreakerRule(failures=5))
    for _ in range(8):
        stage.result()
    assert len(stage.targets["a"].asked) == 5
    stage.world.run(stage.world.now + 6.0)
    stage.result()
    assert len(stage.targets["a"].asked) == 6


def test_a_pool_of_one_keeps_trying() -> None:
    stage = Stage(Target("a", fails(ServerError)), breaker=BreakerRule(failures=1))
    for _ in range(5):
        stage.result(retries=0)
    assert len(stage.asked) == 5


def test_a_pool_whose_targets_are_all_out_of_order_keeps_trying() -> None:
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(ServerError)), breaker=BreakerRule(failures=1))
    for _ in range(5):
        stage.result(retries=0)
    assert len(stage.asked) == 5


def test_of_targets_that_are_all_out_of_order_the_one_that_failed_longest_ago_is_asked() -> None:
    rule = BreakerRule(failures=1, cooldown=10.0)
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(ServerError)), breaker=rule)
    stage.result(retries=0, closed=["a"])
    stage.world.run(9.0)
    stage.result(retries=0, closed=["b"])  # Out of order until later than "b", and again and again from now on.
    stage.targets["b"].script = [ok]
    stage.targets["b"].asked.clear()
    for _ in range(3):
        assert stage.result(retries=0).value is not None
    assert len(stage.targets["b"].asked) == 3


def test_the_one_that_keeps_failing_is_not_asked_again_and_again() -> None:
    rule = BreakerRule(failures=1, cooldown=1.0, longest=60.0)
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(ServerError)), breaker=rule)
    for _ in range(6):  # "b" fails so often that it stays out for long.
        stage.world.run(stage.world.now + 61.0)
        stage.result(retries=0, closed=["a"])
    stage.world.run(stage.world.now + 5.0)
    stage.result(retries=0, closed=["b"])
    stage.targets["b"].script = [ok]
    assert stage.result(retries=0).value is not None


def test_the_callers_mistakes_open_no_breaker() -> None:
    stage = Stage(Target("a", fails(InvalidRequest, 400)), Target("b"), breaker=BreakerRule(failures=1))
    for _ in range(20):
        stage.result()
    assert stage.asked == ["a"] * 20


def test_a_callers_short_deadline_opens_no_breaker() -> None:
    def cut() -> AccordError:
        return timed_out("late", sent="yes", phase="head")

    stage = Stage(Target("a", cut, seconds=0.1), Target("b"), breaker=BreakerRule(failures=1))
    for _ in range(5):
        stage.result(deadline=0.1)
    assert stage.asked == ["a"] * 5


def test_repeats_are_a_share_of_calls_once_the_reserve_is_spent() -> None:
    budget = RetryBudgetRule(share=0.1, least=0.0, reserve=5.0)
    stage = Stage(Target("a", fails(ServerError)), Target("b", fails(ServerError)), budget=budget)
    for _ in range(100):
        stage.result(retries=9)
    assert len(stage.asked) <= 100 + 5 + 10


def test_nobody_can_is_said_with_every_reason() -> None:
    stage = Stage(Target("a", lambda: Unsupported("x")), Target("b", lambda: Unsupported("x")))
    failure = stage.result().failure
    assert isinstance(failure, Unsupported)
    assert "a: it cannot; b: it cannot" in failure.message


def test_calls_beyond_the_limit_wait_their_turn_and_those_beyond_the_queue_are_told_when() -> None:
    stage = Stage(Target("a", seconds=1.0), load=Load(concurrency=2, queue=2))
    runs = [stage.call(retries=0) for _ in range(5)]
    stage.world.run()
    assert stage.targets["a"].asked == [0.0, 0.0, 1.0, 1.0]
    assert [run.value is not None for run in runs] == [True] * 4 + [False]
    failure = runs[4].failure
    assert isinstance(failure, RateLimited)
    assert failure.retry_after is not None
    assert failure.attempts == ()
    assert stage.is_clean()


def test_a_busy_target_is_passed_over_for_a_free_one() -> None:
    stage = Stage(Target("a", seconds=1.0), Target("b", seconds=1.0), load=Load(concurrency=1, queue=9))
    for _ in range(2):
        stage.call()
    stage.world.run()
    assert stage.world.now == 1.0


def test_who_waits_no_longer_than_the_deadline_leaves_the_queue() -> None:
    stage = Stage(Target("a", seconds=10.0), load=Load(concurrency=1, queue=9))
    stage.call()
    late = stage.call(deadline=1.0)
    stage.world.run(5.0)
    assert isinstance(late.failure, TimedOut)
    assert late.failure.sent == "no"
    stage.world.run()
    assert stage.is_clean()


def test_who_leaves_while_it_is_served_frees_the_place() -> None:
    stage = Stage(Target("a", seconds=10.0), load=Load(concurrency=1, queue=9))
    first, second = stage.call(), stage.call()
    stage.world.run(1.0)
    stage.world.cancel(first)
    stage.world.run()
    assert second.value is not None
    assert stage.targets["a"].asked == [0.0, 1.0]


def test_a_target_that_was_never_asked_is_not_taken_for_the_fastest_by_everybody() -> None:
    slow = Target("slow", seconds=10.0)
    stage = Stage(Target("a"), slow, tiers={"a": 0, "slow": 0})
    for _ in range(10):
        stage.result(strategy="fastest", closed=["slow"])
    for _ in range(20):
        stage.call(strategy="fastest")
        stage.world.run(stage.world.now + 0.2)
    assert 1 <= len(slow.asked) <= 2
    stage.world.run()


HEDGE = HedgeRule(percentile=0.9, share=0.5)


def warmed(stage: Stage) -> Stage:
    for _ in range(30):
        stage.result()
    for target in stage.targets.values():
        target.asked.clear()
    return stage


def test_a_slow_call_is_hedged_and_the_loser_is_left() -> None:
    stage = warmed(Stage(Target("a"), Target("b"), hedge=HEDGE))
    stage.targets["a"].seconds = 10.0
    started = stage.world.now
    run = stage.call()
    stage.world.run(started + 1.0)
    outcome = run.value
    assert isinstance(outcome, Outcome)
    assert outcome.value == "b"
    assert outcome.at - started == pytest.approx(0.2)
    assert [(attempt.provider, attempt.error) for attempt in outcome.attempts] == [("b", None), ("a", "cancelled")]
    assert stage.targets["a"].left == 1
    assert stage.is_clean()


@pytest.mark.parametrize(("preferred", "winner"), [(["a"], "a"), (["a", "b"], "b")])
def test_only_those_that_are_preferred_race(preferred: list[str], winner: str) -> None:
    stage = warmed(Stage(Target("a"), Target("b"), hedge=HEDGE))
    stage.targets["a"].seconds = 10.0
    outcome = stage.result(preferred=[preferred]).value
    assert isinstance(outcome, Outcome)
    assert outcome.value == winner
    assert stage.is_clean()


@pytest.mark.parametrize(
    ("preferred", "broken", "asked"),
    [
        ([["c"]], "", ["c"]),
        ([["c"]], "c", ["c", "a"]),
        ([["c"], ["b"]], "c", ["c", "b"]),
        ([["b", "c"]], "", ["b"]),
        ([["d"]], "", ["d"]),
        ([["d"]], "d", ["d", "a"]),
        ([["elsewhere"]], "", ["a"]),
    ],
)
def test_who_is_preferred_comes_before_tiers_and_causes(
    preferred: list[list[str]], broken: str, asked: list[str]
) -> None:
    targets = [Target(name, fails(ServerError) if name == broken else ok) for name in "abcd"]
    stage = Stage(*targets, tiers={"a": 0, "b": 1, "c": 2, "d": 3}, ways={"d": "context"})
    stage.result(preferred=preferred)
    assert stage.asked == asked
    assert stage.is_clean()


def test_a_loser_that_had_sent_nothing_is_no_attempt() -> None:
    stage = warmed(Stage(Target("a"), Target("b"), hedge=HEDGE))
    stage.targets["a"].prepares = 10.0
    run = stage.call()
    stage.world.run(stage.world.now + 1.0)
    outcome = run.value
    assert isinstance(outcome, Outcome)
    assert [(attempt.provider, attempt.error) for attempt in outcome.attempts] == [("b", None)]
    assert stage.asked == ["b"]
    assert stage.is_clean()


@pytest.mark.parametrize(
    ("failure", "counts"),
    [
        (lambda: Unsupported("it cannot"), False),
        (lambda: unreachable("no", sent="no", phase="connect"), False),
        (lambda: unreachable("no", sent="maybe", phase="head"), True),
        (fails(RateLimited, 429), True),
        (fails(ServerError), True),
    ],
    ids=["cannot", "no connection", "perhaps sent", "refused", "failed"],
)
def test_a_limit_of_requests_counts_what_was_sent(failure: Make, counts: bool) -> None:
    stage = Stage(Target("a", failure), Target("b"))
    stage.result(limit=10.0)
    demand = Demand("a requests", 10.0, 60.0, 1.0)
    assert stage.limiter.headroom([demand], stage.world.now) == pytest.approx(0.9 if counts else 1.0)


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        (HedgeRule(percentile=0.9, share=0.5, max_cost=Decimal("0.05")), Decimal("0.1")),
        (HEDGE, None),
        (HedgeRule(percentile=0.9, share=0.001), Decimal("0.001")),
    ],
    ids=["too dear", "price unknown", "too often"],
)
def test_hedges_are_bounded_by_rate_and_money(rule: HedgeRule, cost: Decimal | None) -> None:
    stage = warmed(Stage(Target("a"), Target("b"), hedge=rule))
    stage.targets["a"].seconds = 1.0
    for _ in range(10):
        stage.result(cost=cost)
    assert len(stage.targets["b"].asked) <= 1


def test_a_hedge_that_fails_leaves_the_first_its_time() -> None:
    stage = warmed(Stage(Target("a"), Target("b", ok), hedge=HEDGE))
    stage.targets["a"].seconds = 1.0
    stage.targets["b"].script = [fails(ServerError)]
    outcome = stage.result().value
    assert isinstance(outcome, Outcome)
    assert outcome.value == "a"


def test_both_contenders_failing_goes_on_with_the_third() -> None:
    stage = warmed(Stage(Target("a"), Target("b"), Target("c"), hedge=HEDGE))
    for name in "ab":
        stage.targets[name].seconds = 1.0
        stage.targets[name].script = [fails(ServerError)]
    outcome = stage.result().value
    assert isinstance(outcome, Outcome)
    assert outcome.value == "c"


def test_without_repeats_nothing_is_hedged() -> None:
    stage = warmed(Stage(Target("a"), Target("b"), hedge=HEDGE))
    stage.targets["a"].seconds = 1.0
    stage.result(retries=0)
    assert stage.asked == ["a"]


OUTCOMES = st.sampled_from(
    [
        ok,
        fails(ServerError),
        fails(RateLimited, 429, 1.0),
        fails(RateLimited, 429),
        fails(Authentication, 401),
        fails(InvalidRequest, 400),
        fails(ContextLengthExceeded, 400),
        lambda: timed_out("no", sent="yes", phase="head"),
        lambda: unreachable("no", sent="no", phase="connect"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(OUTCOMES, min_size=1, max_size=6), min_size=1, max_size=4),
    st.integers(0, 6),
    st.one_of(st.none(), st.floats(0.05, 20.0)),
    st.sampled_from(["weighted", "round_robin", "least_busy", "fastest", "cheapest", "headroom"]),
    st.lists(st.floats(0, 2), min_size=1, max_size=8),
    st.booleans(),
)
def test_whatever_happens_bounds_hold_and_nothing_is_left_behind(
    scripts: list[list[Make]],
    retries: int,
    deadline: float | None,
    strategy: Strategy,
    gaps: list[float],
    hedged: bool,
) -> None:
    stage = Stage(
        *[Target(str(index), *script) for index, script in enumerate(scripts)],
        load=Load(concurrency=2, queue=2),
        hedge=HedgeRule(percentile=0.5, share=1.0) if hedged else None,
    )
    runs, starts = [], []
    for gap in gaps:
        stage.world.run(stage.world.now + gap)
        starts.append(stage.world.now)
        runs.append(stage.call(retries=retries, deadline=deadline, strategy=strategy))
    stage.world.run()
    assert stage.is_clean()
    for start, run in zip(starts, runs, strict=True):
        assert run.over
        attempts = run.value.attempts if isinstance(run.value, Outcome) else getattr(run.failure, "attempts", ())
        assert len(attempts) <= retries + 1
        at = run.value.at if isinstance(run.value, Outcome) else getattr(run.failure, "at", None)
        if deadline is not None and at is not None:
            assert at <= start + deadline + 0.1 + 1e-6
