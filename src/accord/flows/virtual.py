"""Runs flows in virtual time: the same decisions as in service, without sockets and without waiting.

A world of many calls at a time is a heap of moments. Each flow is advanced when what it asked for has come; who answers
its requests, and after how long, is up to whoever runs the simulation.
"""

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Protocol, TypeAlias, TypeVar

from accord.core.error import AccordError, timed_out
from accord.flows.effect import (
    Discard,
    Effect,
    Failed,
    Fetch,
    Flow,
    NotFetched,
    Queue,
    Race,
    Result,
    Send,
    Settle,
    Take,
    Taken,
    Tell,
    Wait,
    Waited,
)
from accord.policy.limit import Demand

T = TypeVar("T")

Answer: TypeAlias = Callable[[Result], None]
"""Hands a flow what it waits for."""


class Limiting(Protocol):
    """Counts what is used of limits."""

    def take(self, demands: tuple[Demand, ...], now: float) -> tuple[float, str]:
        """Seconds to wait (0: granted), and for which limit."""
        ...

    def settle(self, demands: tuple[Demand, ...], tokens: float | None, now: float) -> None:
        """Corrects the demands that were estimates of tokens by what was used."""
        ...


class Run:
    """One flow under way."""

    __slots__ = ("_moment", "done", "failure", "flow", "over", "value")

    def __init__(self, flow: Flow[object], done: "Callable[[Run], None] | None") -> None:
        self.flow: Flow[object] = flow
        self.done: Callable[[Run], None] | None = done
        self.value: object = None
        self.failure: AccordError | None = None
        self.over: bool = False
        self._moment = 0

    def next_moment(self) -> int:
        """What it waits for from now on; answers to anything earlier come too late."""
        self._moment += 1
        return self._moment

    def expects(self, moment: int) -> bool:
        """Whether it still waits for that."""
        return not self.over and moment == self._moment


class World:
    """Virtual time and everything that happens in it."""

    def __init__(self, serve: Callable[["World", Send, Answer], None], limiter: Limiting | None = None) -> None:
        """`serve(world, send, answer)` arranges for the answer of a request, now or later (`world.at`)."""
        self.now: float = 0.0
        self._serve = serve
        self._limiter = limiter
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Something happens at that time, in seconds since the beginning."""
        self._order += 1
        heappush(self._heap, (max(when, self.now), self._order, what))

    def start(self, flow: Flow[object], done: Callable[[Run], None] | None = None) -> Run:
        """A flow begins now; `done` hears of its end."""
        run = Run(flow, done)
        self._advance(run, None)
        return run

    def run(self, until: float = float("inf")) -> None:
        """Lets time pass until nothing is left to happen, or until then."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, what = heappop(heap)
            what()
        if until < float("inf"):
            self.now = max(self.now, until)

    def cancel(self, run: Run) -> None:
        """Whoever wanted it has left."""
        if not run.over:
            run.over = True
            run.flow.close()

    def _advance(self, run: Run, result: Result | None) -> None:
        try:
            effect = next(run.flow) if result is None else run.flow.send(result)
        except StopIteration as end:
            run.value = end.value
            self._finish(run)
        except AccordError as error:
            run.failure = error
            self._finish(run)
        else:
            self._perform(run, effect)

    def _finish(self, run: Run) -> None:
        run.over = True
        if run.done is not None:
            run.done(run)

    def _perform(self, run: Run, effect: Effect) -> None:
        answer = partial(self._answer, run, run.next_moment())
        match effect:
            case Send():
                self._serve(self, effect, answer)
            case Take() | Settle():
                answer(self._counted(effect))
            case Wait(seconds=seconds):
                self.at(self.now + seconds, partial(self._over, answer))
            case Queue():
                self._queue(effect, answer)
            case Race():
                self._race(effect, partial(self._over, answer))
            case Discard():
                self._over(answer)
            case Tell():
                effect.what()
                self._over(answer)
            case Fetch():
                answer(NotFetched(index=0, why="there are no files in virtual time", at=self.now))

    def _answer(self, run: Run, moment: int, result: Result) -> None:
        if run.expects(moment):
            self._advance(run, result)

    def _over(self, answer: Answer) -> None:
        answer(Waited(at=self.now))

    def _counted(self, effect: Take | Settle) -> Taken | Waited:
        if isinstance(effect, Settle):
            if self._limiter is not None:
                self._limiter.settle(effect.demands, effect.tokens, self.now)
            return Waited(at=self.now)
        wait, of = self._limiter.take(effect.demands, self.now) if self._limiter is not None else (0.0, "")
        return Taken(wait=wait, of=of, at=self.now)

    def _queue(self, queue: Queue, answer: Answer) -> None:
        def late() -> None:
            answer(Failed(error=timed_out("no turn in time", sent="no", phase="deadline"), at=self.now))

        queue.ticket.wake = lambda: self.at(self.now, lambda: answer(Waited(at=self.now)))
        if queue.deadline is not None:
            self.at(queue.deadline, late)

    def _race(self, race: Race, over: Callable[[], None]) -> None:
        contenders: list[Run] = []

        def finished(run: Run) -> None:
            if run.value is True or all(other.over for other in contenders):
                for other in contenders:
                    self.cancel(other)
                self.at(self.now, over)

        def second() -> None:
            if not contenders[0].over and (flow := race.second(self.now)) is not None:
                contenders.append(Run(flow, finished))
                self._advance(contenders[-1], None)

        contenders.append(Run(race.first, finished))
        self._advance(contenders[0], None)
        self.at(self.now + race.delay, second)
