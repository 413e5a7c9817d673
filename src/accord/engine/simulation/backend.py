"""A target as it behaves: how long it takes, how much it carries, what goes wrong with it."""

from collections import deque
from math import inf
from random import Random

import msgspec

from accord.core.error import (
    Authentication,
    ProviderError,
    RateLimited,
    ServerError,
    timed_out,
    unreachable,
)
from accord.core.http import Call, Reply
from accord.engine.limiter import LocalLimiter
from accord.engine.simulation.scenario import Fault, SimulatedTarget
from accord.engine.simulation.spread import drawn
from accord.flows.effect import Answered, Failed, Send
from accord.flows.virtual import Answer, World
from accord.policy.limit import demands_of

_NOWHERE = Call(method="POST", url="", headers=())
_REPLY = Reply(status=200)


class Size(msgspec.Struct, frozen=True):
    """How long a call is, in tokens, and whether it is streamed."""

    input: float
    output: float
    stream: bool


class Visit:
    """One request at a target."""

    __slots__ = ("answer", "backend", "cut", "factor", "inside", "size", "working")

    def __init__(self, backend: "Backend", size: Size) -> None:
        self.backend: Backend = backend
        self.size: Size = size
        self.answer: Answer | None = None
        self.cut: bool = False
        self.factor: float = 1.0
        self.inside: bool = False
        self.working: bool = False

    @property
    def rest(self) -> float:
        """Seconds from the first event of a stream to its end."""
        return self.size.output * self.backend.target.per_token * self.factor


class Ask(Send, frozen=True, kw_only=True):
    """A request to a simulated target."""

    visit: Visit


class Backend:
    """One simulated target."""

    __slots__ = (
        "_dice",
        "_limiter",
        "_since",
        "_waiting",
        "_working",
        "answered",
        "inside",
        "load",
        "most",
        "requests",
        "target",
        "world",
    )

    def __init__(self, target: SimulatedTarget, world: World, dice: Random) -> None:
        self.target: SimulatedTarget = target
        self.world: World = world
        self.requests: int = 0
        self.answered: int = 0
        self.inside: int = 0
        """Requests that it has now."""
        self.most: int = 0
        self.load: float = 0.0
        """Requests that it had at a time, summed up over the seconds."""
        self._since = 0.0
        self._dice = dice
        self._limiter = LocalLimiter()
        self._working = 0
        self._waiting: deque[Visit] = deque()

    def ask(self, size: Size, deadline: float | None) -> Ask:
        """A request to it, for a flow to yield."""
        return Ask(call=_NOWHERE, deadline=deadline, visit=Visit(self, size))

    def receive(self, ask: Ask, answer: Answer) -> None:
        """A request comes in."""
        visit, now = ask.visit, self.world.now
        visit.answer = answer
        self._count(now, 1)
        visit.inside = True
        self.requests += 1
        self.most = max(self.most, self.inside)
        fault = self._fault(now)
        if fault is not None and fault.kind not in {"slow", "cut"}:
            when = self._fail(fault, answer)
        elif (refusal := self._refusal(visit.size, now)) is not None:
            when = self._fail(refusal, answer)
        else:
            visit.factor = fault.factor if fault is not None and fault.kind == "slow" else 1.0
            visit.cut = fault is not None and fault.kind == "cut"
            when = self._admit(visit)
        late = ask.deadline
        # No timer for what surely comes in time: they would pile up for as long as calls may take, and a run of a million
        # calls took a third longer with them.
        if late is not None and when >= late:
            self.world.at(late, lambda: answer(Failed(error=_late(), at=late)))

    def leave(self, visit: Visit) -> None:
        """The request is over, or whoever sent it has left. May be called twice."""
        if not visit.inside:
            return
        visit.inside = False
        visit.answer = None  # It holds the run, whose value holds the visit: only the collector would find them.
        self._count(self.world.now, -1)
        if visit.working:
            self._working -= 1
            while self._waiting and not visit.inside:
                visit = self._waiting.popleft()
                if visit.inside:
                    self._work(visit)

    def _admit(self, visit: Visit) -> float:
        if self.target.slots is None or self._working < self.target.slots:
            return self._work(visit)
        self._waiting.append(visit)
        return inf

    def _work(self, visit: Visit) -> float:
        """Begins to answer it. Returns when the answer comes."""
        visit.working = True
        self._working += 1
        size = visit.size
        seconds = drawn(self.target.latency, self._dice) * visit.factor
        if not size.stream:
            seconds += visit.rest
        when = self.world.now + seconds

        def done() -> None:
            answer, visit.answer = visit.answer, None
            if visit.inside and answer is not None:
                answer(Answered(reply=_REPLY, at=when))

        self.world.at(when, done)
        return when

    def _refusal(self, size: Size, now: float) -> Fault | None:
        """What it says where its quota is used up."""
        demands = demands_of(self.target.name, self.target.quota, size.input + size.output)
        grant = self._limiter.take(demands, now) if demands else None
        if grant is None or grant.wait <= 0.0:
            return None
        return Fault(kind="limit", retry_after=grant.wait if self.target.quota_told else None)

    def _fault(self, now: float) -> Fault | None:
        for fault in self.target.faults:
            if fault.since <= now < fault.until and (fault.share >= 1.0 or self._dice.random() < fault.share):
                return fault
        return None

    def _fail(self, fault: Fault, answer: Answer) -> float:
        """Says that it failed, if it says anything. Returns when that comes."""
        error = _error(fault)
        if error is None:
            return inf
        when = self.world.now + fault.after
        self.world.at(when, lambda: answer(Failed(error=error, at=when)))
        return when

    def _count(self, now: float, change: int) -> None:
        self.load += self.inside * (now - self._since)
        self._since = now
        self.inside += change


def _error(fault: Fault) -> ProviderError | None:
    """How a fault looks to whoever asked; `None` for silence."""
    match fault.kind:
        case "error":
            return ServerError("simulated", status=fault.status, retry_after=fault.retry_after)
        case "limit":
            return RateLimited("simulated", status=429, retry_after=fault.retry_after)
        case "account":
            return Authentication("simulated", status=401)
        case "reset":
            return unreachable("simulated", sent="maybe", phase="head")
        case "dead":
            return unreachable("simulated", sent="no", phase="connect")
        case _:
            return None


def _late() -> ProviderError:
    return timed_out("simulated", sent="yes", phase="head")
