"""Repeats a flow while that is safe, within the deadline."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from accord.core.attempt import Attempt
from accord.core.error import Authentication, ProviderError
from accord.flows.effect import Flow, Tell, Wait
from accord.flows.exchange import Outcome
from accord.flows.note import Notes
from accord.policy.backoff import Backoff

T = TypeVar("T")

Roll = Callable[[], float]
"""A source of random numbers in [0, 1)."""


class RetryRule(msgspec.Struct, frozen=True, kw_only=True):
    """When to try again."""

    retries: int
    """At most this many repeats; 0 is exactly one request on the wire."""
    backoff: Backoff = Backoff()
    refreshable: bool = False
    """Whether a refused credential can be replaced by a fresh one (tokens can, keys cannot)."""
    deadline: float | None = None
    """No wait ends later than this, on the runner's clock."""


def retried(
    step: Callable[[float, bool], Flow[Outcome[T]]],
    rule: RetryRule,
    started: float,
    roll: Roll,
    notes: Notes | None = None,
) -> Flow[Outcome[T]]:
    """Runs `step(started, fresh)` until it succeeds or another try is pointless. Raises the last failure.

    Only failures that say they are `retryable` are repeated. The outcome and the failure carry every attempt.
    A refused credential gets one more try with a fresh one (`fresh`), which does not count: nothing was served.
    """
    attempts: tuple[Attempt, ...] = ()
    fresh = False
    failures = 0
    while True:
        try:
            outcome = yield from step(started, fresh)
        except ProviderError as error:
            attempts += error.attempts
            error.attempts = attempts
            if isinstance(error, Authentication) and rule.refreshable and not fresh:
                fresh, started = True, _time_of(error, started)
                if notes is not None:
                    yield _going_on(notes, error, 0.0)
                continue
            failures += 1
            wait = _wait(error, failures, rule, started, roll)
            if wait is None:
                raise
            if notes is not None:
                yield _going_on(notes, error, wait)
        else:
            return msgspec.structs.replace(outcome, attempts=attempts + outcome.attempts) if attempts else outcome
        started = (yield Wait(seconds=wait)).at


def _going_on(notes: Notes, error: ProviderError, wait: float) -> Tell:
    return Tell(what=lambda: notes.goes_on(error, wait))


def _time_of(error: ProviderError, otherwise: float) -> float:
    return error.at if error.at is not None else otherwise


def _wait(error: ProviderError, failures: int, rule: RetryRule, started: float, roll: Roll) -> float | None:
    if not error.retryable or failures > rule.retries:
        return None
    wait = rule.backoff.wait(failures, error.retry_after, roll())
    if wait is not None and rule.deadline is not None and _time_of(error, started) + wait >= rule.deadline:
        return None
    return wait
