"""What came of a simulation. Times are in seconds, money is in US dollars."""

import msgspec


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until the answer (a stream's first event), of calls that were answered; `None` where none was."""

    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    longest: float | None = None


class TargetResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one target had to do."""

    name: str
    requests: int
    """That reached it, or tried to."""
    answered: int
    load: float
    """Requests that it had at a time, on average."""
    most: int
    """The most requests that it had at a time."""
    openings: int
    """How often its breaker opened."""
    ejections: int
    """How often it was left out for doing worse than its peers."""
    cost: float | None
    """Of what it answered; `None` where its price is unknown."""


class CallerResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one key fared."""

    name: str
    calls: int
    answered: int
    times: Times


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one piece of the time."""

    at: float
    """Where the piece begins."""
    calls: int
    failed: int
    times: Times
    requests: dict[str, int]
    """That went to each target."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a simulation."""

    title: str
    strategy: str
    seed: int
    seconds: float
    """Until the last call was over."""
    calls: int
    answered: int
    success: float
    """The share of calls that were answered, 0 to 1; 1 where there was none."""
    failures: dict[str, int]
    """How often a caller was told what."""
    times: Times
    requests: int
    retries: int
    hedges: int
    cost: float | None
    """Of all answers; `None` where a target that answered has no known price."""
    unsure_cost: float
    """What may be billed on top: for requests that were given up after they were sent, where a price is known."""
    targets: tuple[TargetResult, ...]
    callers: tuple[CallerResult, ...]
    timeline: tuple[Moment, ...]


def times_of(seconds: list[float]) -> Times:
    """The percentiles of some times."""
    if not seconds:
        return Times()
    ordered = sorted(seconds)

    def percentile(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 6)

    return Times(p50=percentile(0.5), p90=percentile(0.9), p99=percentile(0.99), longest=round(ordered[-1], 6))
