"""Steps of a call that tell of themselves. Calls that nobody listens to have none of this in their way.

Telling is an effect: a runner does it between two steps of the flow, when it holds no lock that what is told may need.
"""

from collections.abc import Callable
from typing import TypeVar

from accord.core.error import ProviderError
from accord.flows.effect import Flow, Tell
from accord.flows.exchange import Leg, Outcome
from accord.flows.note import Notes

T = TypeVar("T")
Step = Callable[[float, bool], Flow[Outcome[T]]]
"""One request, begun at a time, with a fresh credential or not."""


def noted(step: Step[T], leg: Leg, notes: Notes) -> Step[T]:
    """The step, with its beginning and its end told of. A step that is left in the middle has no end of its own."""

    def told(started: float, fresh: bool) -> "Flow[Outcome[T]]":
        number = 0

        def begin() -> None:
            nonlocal number
            number = notes.began(leg.provider, leg.model, leg.call.url)

        started = (yield Tell(what=begin)).at
        try:
            outcome = yield from step(started, fresh)
        except ProviderError as error:
            attempt = error.attempts[-1]
            yield Tell(what=lambda: notes.ended(number, attempt))
            raise
        yield Tell(what=lambda: notes.ended(number, outcome.attempts[-1]))
        return outcome

    return told
