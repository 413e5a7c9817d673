"""Calls through a group, by operation: each target is planned for when its turn comes, and asked once."""

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from accord.core.context import RequestContext
from accord.core.part import Media
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.route import RouteRecord
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.group import Group
from accord.engine.media import fetching
from accord.engine.member import Member
from accord.engine.plan import ChatPlan, Plan, RelayPlan, plan, plan_chat, plan_relay
from accord.engine.route import Asked, Headroom, Terms
from accord.engine.target import Target
from accord.flows.effect import Flow, Opened
from accord.flows.exchange import Outcome
from accord.flows.retry import Roll
from accord.flows.route import Journey
from accord.policy.balance import Seat

P = TypeVar("P")
C = TypeVar("C")
T = TypeVar("T")
Req = TypeVar("Req")
Res = TypeVar("Res")


class Routed(Journey[Member, T], Generic[P, T]):
    """A call through a group. `P` is the plan that was carried out in the end, `T` what came of it."""

    __slots__ = ("_plans", "asked")

    def __init__(self, asked: Asked, roll: Roll) -> None:
        super().__init__(asked.group.pool, asked, asked.group.rule, roll, asked.terms.notes)
        self.asked: Asked = asked
        self._plans: dict[str, P] = {}

    @property
    def plan(self) -> P:
        """What was carried out in the end."""
        assert self.seat is not None
        return self._plans[self.seat.name]

    def _is_ready(self, seat: Seat[Member]) -> bool:
        return seat.name in self._plans

    def record(self, now: float) -> RouteRecord | None:
        """Who was considered, and what became of them; `None` where nobody wants to know."""
        return self.asked.record(self.attempts, now) if self.asked.terms.recorded else None


class _RoutedConversation(Routed[ChatPlan, T]):
    """A conversation."""

    __slots__ = ("_files", "_request")

    def __init__(
        self,
        group: Group,
        request: ChatRequest,
        terms: Terms,
        *,
        stream: bool,
        now: float,
        roll: Roll,
        headroom: Headroom,
    ) -> None:
        super().__init__(Asked(group, request, terms, stream=stream, now=now, headroom=headroom), roll)
        self._request = request
        self._files: dict[Media, Media] = {}

    def _attempt(self, seat: Seat[Member], now: float) -> Flow[Outcome[T]]:
        target, terms, left = seat.member.target, self.asked.terms, self.asked.remaining(now)
        fetch = fetching(
            target,
            self._request,
            options=terms.options,
            context=left,
            now=now,
            inbound=terms.inbound,
            known=self._files,
        )
        if fetch is None:
            return (yield from self._flow(self._planned(seat, self._request, left, now), now))
        whole = yield from fetch
        left = self.asked.remaining(whole.at)
        return (yield from self._flow(self._planned(seat, whole.request, left, whole.at), whole.at))

    def _planned(self, seat: Seat[Member], request: ChatRequest, left: RequestContext, now: float) -> ChatPlan:
        asked = self.asked
        terms = asked.terms
        chosen = self._plans[seat.name] = plan_chat(
            seat.member.target,
            request,
            stream=asked.stream,
            options=terms.options,
            context=left,
            now=now,
            inbound=terms.inbound,
            notes=terms.notes,
            retries=0,  # Repeats are the route's affair.
            usual=asked.group.policy.timeouts,
            account=asked.account(seat.member),
        )
        return chosen

    @abstractmethod
    def _flow(self, chosen: ChatPlan, now: float) -> Flow[Outcome[T]]:
        """What carries the plan out."""


class RoutedChat(_RoutedConversation[ChatResponse]):
    """A conversation answered whole."""

    __slots__ = ()

    def _flow(self, chosen: ChatPlan, now: float) -> Flow[Outcome[ChatResponse]]:
        return chosen.flow(now, self._roll)


class RoutedStream(_RoutedConversation[Opened]):
    """A conversation answered by a stream, up to its first event."""

    __slots__ = ()

    def _flow(self, chosen: ChatPlan, now: float) -> Flow[Outcome[Opened]]:
        return chosen.stream_flow(now, self._roll)


class _RoutedRequest(Routed[P, T], Generic[Req, C, P, T]):
    """Any other operation, by a codec `C` of each target."""

    __slots__ = ("_codec", "_request")

    streams: ClassVar[bool]

    def __init__(
        self,
        group: Group,
        codec: Callable[[Target], C],
        request: Req,
        terms: Terms,
        *,
        now: float,
        roll: Roll,
        headroom: Headroom,
    ) -> None:
        """`codec(target)` raises `Unsupported` where a target does not have it."""
        super().__init__(Asked(group, None, terms, stream=self.streams, now=now, headroom=headroom), roll)
        self._codec = codec
        self._request = request


class RoutedOperation(_RoutedRequest[Req, Codec[Req, Res], Plan[Res], Res]):
    """Answered whole."""

    __slots__ = ()

    streams = False

    def _attempt(self, seat: Seat[Member], now: float) -> Flow[Outcome[Res]]:
        asked, target = self.asked, seat.member.target
        chosen = self._plans[seat.name] = plan(
            target,
            self._codec(target),
            self._request,
            options=asked.terms.options,
            context=asked.remaining(now),
            now=now,
            notes=asked.terms.notes,
            retries=0,
            usual=asked.group.policy.timeouts,
        )
        return chosen.flow(now, self._roll)


class RoutedRelay(_RoutedRequest[Req, RelayCodec[Req, CallRecord], RelayPlan, Opened]):
    """Its answer handed on while it arrives, up to its first piece."""

    __slots__ = ()

    streams = True

    def _attempt(self, seat: Seat[Member], now: float) -> Flow[Outcome[Opened]]:
        asked, target = self.asked, seat.member.target
        chosen = self._plans[seat.name] = plan_relay(
            target,
            self._codec(target),
            self._request,
            options=asked.terms.options,
            context=asked.remaining(now),
            now=now,
            notes=asked.terms.notes,
            retries=0,
            usual=asked.group.policy.timeouts,
        )
        return chosen.stream_flow(now, self._roll)
