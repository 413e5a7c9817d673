"""What a simulation is told: who calls, who answers, and what goes wrong when. Times are in seconds from the beginning."""

from decimal import Decimal
from math import inf
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from accord.engine.group import RoutePolicy
from accord.engine.simulation.spread import Quantity
from accord.policy.adaptive import AdaptiveRule
from accord.policy.limit import Limits

Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
FaultKind: TypeAlias = Literal["error", "limit", "account", "hang", "reset", "dead", "slow", "cut"]
"""`error`: a 5xx; `limit`: a 429; `account`: a 401; `hang`: no answer ever; `reset`: the connection breaks after the
request was sent; `dead`: no connection; `slow`: answers take `factor` times as long; `cut`: a stream breaks off."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A key that nothing reads is refused."""


class Turn(_Section, frozen=True, kw_only=True):
    """The rate of calls at a moment; between two moments it changes evenly."""

    at: Annotated[float, Meta(ge=0)]
    rate: Annotated[float, Meta(ge=0, description="Calls a second.")]


class Caller(_Section, frozen=True, kw_only=True):
    """A key of the gateway, as a caller."""

    name: Annotated[str, Meta(min_length=1)]
    share: Annotated[float, Meta(gt=0, description="How many of the calls are its, beside other keys' shares.")] = 1.0
    weight: Annotated[float, Meta(gt=0, description="Its share of a queue, beside other keys'.")] = 1.0


class Tokens(_Section, frozen=True, kw_only=True):
    """How long calls are."""

    input: Quantity = 500.0
    output: Quantity = 200.0


class Traffic(_Section, frozen=True, kw_only=True):
    """Who calls, and how often."""

    rate: Annotated[
        Annotated[float, Meta(ge=0)] | tuple[Turn, ...], Meta(description="Calls a second: always, or over time.")
    ] = 10.0
    pattern: Annotated[
        Literal["random", "even", "bursts"],
        Meta(description="Independent of each other (Poisson), evenly spaced, or `burst` calls at the same moment."),
    ] = "random"
    burst: Annotated[int, Meta(ge=1)] = 20
    keys: tuple[Caller, ...] = (Caller(name="all"),)
    tokens: Tokens = Tokens()
    stream: Annotated[Share, Meta(description="The share of calls that are streamed.")] = 0.0
    deadline: Annotated[
        Annotated[float, Meta(gt=0)] | None, Meta(description="Seconds after which a caller gives up.")
    ] = None

    def __post_init__(self) -> None:
        if isinstance(self.rate, tuple) and (
            not self.rate or sorted(turn.at for turn in self.rate) != [turn.at for turn in self.rate]
        ):
            raise ValueError("`rate` over time is one or more entries in the order of `at`")
        if not self.keys:
            raise ValueError("`keys` has no entry")

    def rate_at(self, now: float) -> float:
        """Calls a second at that time."""
        if not isinstance(self.rate, tuple):
            return self.rate
        before = self.rate[0]
        for turn in self.rate:
            if turn.at > now:
                span = turn.at - before.at
                return before.rate + (turn.rate - before.rate) * (now - before.at) / span if span > 0 else turn.rate
            before = turn
        return before.rate

    @property
    def highest_rate(self) -> float:
        """Calls a second at the busiest time."""
        return max(turn.rate for turn in self.rate) if isinstance(self.rate, tuple) else self.rate


class Price(_Section, frozen=True, kw_only=True):
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal

    def __post_init__(self) -> None:
        if not (0 <= self.input < inf and 0 <= self.output < inf):
            raise ValueError("a price is a number of 0 or more")


class Fault(_Section, frozen=True, kw_only=True):
    """Something that is wrong with a target for a while."""

    kind: FaultKind
    since: Annotated[float, Meta(ge=0)] = 0.0
    until: Annotated[float, Meta(gt=0)] = inf
    share: Annotated[Share, Meta(description="The share of requests that it befalls.")] = 1.0
    after: Annotated[float, Meta(ge=0, description="Seconds until a failure is told.")] = 0.02
    status: Annotated[int, Meta(ge=500, le=599, description="Of an `error`.")] = 503
    retry_after: Annotated[
        Annotated[float, Meta(ge=0)] | None, Meta(description="What an `error` or `limit` says in `Retry-After`.")
    ] = None
    factor: Annotated[float, Meta(ge=1, description="How many times as long a `slow` answer takes.")] = 10.0

    def __post_init__(self) -> None:
        if self.until <= self.since:
            raise ValueError("`until` is not after `since`")


class SimulatedTarget(_Section, frozen=True, kw_only=True):
    """A target: first how it is configured, then how it behaves."""

    name: Annotated[str, Meta(min_length=1)]
    weight: Annotated[float, Meta(ge=0)] = 1.0
    tier: Annotated[int, Meta(ge=0)] = 0
    limits: Annotated[Limits, Meta(description="What may be used of it, as configured.")] = Limits()
    concurrency: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="Calls we send it at a time.")] = None
    queue: Annotated[int, Meta(ge=0, description="Calls that may wait for it on our side.")] = 100
    adaptive: AdaptiveRule | None = None

    latency: Annotated[Quantity, Meta(description="Seconds until the first token.")] = 0.5
    per_token: Annotated[float, Meta(ge=0, description="Seconds for each token of the answer.")] = 0.0
    price: Annotated[Price | None, Meta(description="Left out: unknown.")] = None
    slots: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Requests it works on at a time; more wait there. Left out: any number."),
    ] = None
    quota: Annotated[Limits, Meta(description="What it allows; more gets a 429.")] = Limits()
    quota_told: Annotated[bool, Meta(description="Whether that 429 carries a true `Retry-After`.")] = True
    faults: tuple[Fault, ...] = ()


class Scenario(_Section, frozen=True, kw_only=True):
    """A simulation."""

    targets: Annotated[tuple[SimulatedTarget, ...], Meta(min_length=1)]
    title: str = ""
    seconds: Annotated[float, Meta(gt=0, le=86400, description="How long calls come in.")] = 60.0
    seed: Annotated[int, Meta(description="The same seed gives the same run.")] = 1
    traffic: Traffic = Traffic()
    policy: Annotated[RoutePolicy, Meta(description="How calls are routed, as in the gateway's `models:`.")] = (
        RoutePolicy()
    )

    def __post_init__(self) -> None:
        names = [target.name for target in self.targets]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the target {twice[0]!r} is there twice")
        if self.policy.continue_interrupted:
            raise ValueError("`policy.continue_interrupted` cannot be simulated: there is no text to continue")
