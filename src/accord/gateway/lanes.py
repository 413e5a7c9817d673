"""Which requests are alike, and what they have in common. See `lane.py`.

The first request of a kind goes the usual way and leaves its name. The second is looked into by the code that serves it, and what
that decides holds for all that follow: none of it depends on the words. A caller whose requests are all of different kinds has no
lanes, and pays for none.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import inf
from time import monotonic
from typing import Final, TypeAlias, TypeVar

from accord.catalog.likely_tokens import likely_tokens
from accord.catalog.request_tokens import output_tokens
from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.request import ChatRequest
from accord.dialects.codec import ChatExchange, Inbound, Repeats
from accord.dialects.known_opening import KnownOpening
from accord.dialects.openai_chat.forward import ForwardedExchange, Repeated
from accord.dialects.openai_chat.inbound import ChatInbound
from accord.dialects.openai_chat.plain_ask import Kind, PlainAsk, in_other_words, plain_ask, size_of
from accord.dialects.openai_chat.retold import Retold
from accord.engine.complete import warned
from accord.engine.first import is_open, plan_at
from accord.engine.group import Group
from accord.engine.member import Member
from accord.engine.need import longest_of
from accord.engine.plan import ChatPlan, plan_chat
from accord.engine.route import Terms
from accord.engine.run_async import AsyncEngine
from accord.engine.target import Target
from accord.gateway.allowance import Allowance
from accord.gateway.dispatch import Dispatch
from accord.gateway.headers import answer_lines, is_plain, lines_of, warning_headers
from accord.gateway.http import Request
from accord.gateway.key import Key
from accord.gateway.lane import Lane, Party, Rides
from accord.gateway.ledger import Ledger
from accord.gateway.resolve import Directory, Resolved
from accord.gateway.ride_stream import StreamCourse, StreamRide
from accord.gateway.ride_whole import WholeCourse, WholeRide
from accord.gateway.serving import Serving
from accord.gateway.visit import Visit
from accord.gateway.wire import CHAT, unix_seconds
from accord.gateway.wish import asks_nothing, split
from accord.policy.balance import Seat
from accord.policy.habit import Habit
from accord.transport.base import AsyncWay
from accord.transport.tap import taps

C = TypeVar("C")

AnyLane: TypeAlias = Lane[WholeCourse] | Lane[StreamCourse]

_AGAIN: Final = 129
"""A kind whose lane was of no use has one again when it was met as often as another one that is met for the 256th time."""

_OTHERS: Final = 8
_UNREAD: Final = 15
"""After so many requests in a row for more than words (tools, pictures) so many of the next are not looked at: to find that out takes up
to a sixth of the time that reading them takes."""

KINDS: Final = 256
"""How many kinds of requests of one key have lanes: callers choose models and limits."""

KEPT: Final = 512_000
"""Bytes of those kinds, most of them tools. What is kept of a lane to two targets is up to eleven times as much."""

_NAMES: Final = 1024
"""Kinds without that are counted."""


class Lanes:
    """The lanes of one service, on OpenAI's chat wire."""

    def __init__(
        self,
        directory: Directory,
        dispatch: Dispatch,
        engine: AsyncEngine,
        allowance: Allowance,
        ledger: Ledger,
        heartbeat: float,
    ) -> None:
        """`heartbeat`: seconds after which a caller who got nothing is given a sign of life."""
        self._heartbeat = heartbeat
        self._directory = directory
        self._dispatch = dispatch
        self._engine = engine
        self._allowance = allowance
        self._ledger = ledger
        self._keys: dict[tuple[Key, str], KeyLanes] = {}
        """By key and path, of which there are few: the ledger has rows for each."""

    def of(self, request: Request, key: Key) -> "KeyLanes | None":
        """The lanes for requests with this head; `None` where it asks for something of its own."""
        if not (is_plain(request) and asks_nothing(request)):
            return None
        found = self._keys.get((key, request.path))
        if found is None:
            found = self._keys[key, request.path] = KeyLanes(self, key)
        return found

    def lane(self, request: Request, key: Key, body: bytes, ask: PlainAsk) -> AnyLane | None:
        """The lane of requests like this one, `None` where they have none."""
        if not self._ledger.is_kept:
            return None
        try:
            if split(body)[1] is not None:
                return None
            habit = _habit(CHAT.parse(body, request).request, len(body))
            # What is kept is as small as any of that kind.
            inbound = CHAT.parse(in_other_words(ask), request)
            resolved = self._directory.resolve(inbound.request.model, key)
            if resolved.shadow is not None or not isinstance(inbound, ChatInbound):
                return None
            group, plans = resolved.group, self._plans(inbound, resolved, key)
            if not ask.said:
                # Such requests may only be handed on. Nothing that they hold is bound to one of several accounts.
                plans = [plan for plan in plans if isinstance(plan.exchange, ForwardedExchange)]
            if inbound.stream:
                if group is not None and group.policy.continue_interrupted:
                    return None
                return self._lane(StreamRide, self._streams(plans, inbound), inbound, resolved, habit)
            return self._lane(WholeRide, self._wholes(plans, inbound), inbound, resolved, habit)
        except Exception:  # noqa: BLE001 - the usual way, on which they go on, meets the same and tells of it
            return None

    def _lane(
        self, rides: Rides[C], courses: Mapping[Target, C], inbound: Inbound, resolved: Resolved, habit: Habit
    ) -> Lane[C] | None:
        if not courses:
            return None
        group = resolved.group
        return Lane(
            resolved=resolved,
            stream=inbound.stream,
            rides=rides,
            courses=courses,
            pool=None if group is None else group.pool,
            errand=None if group is None else group.fresh[inbound.stream],
            longest=inf if group is None else longest_of(group.floor.window),
            habit=habit,
            allowance=self._allowance,
            ledger=self._ledger,
            until=_until(courses),
        )

    def _plans(self, inbound: Inbound, resolved: Resolved, key: Key) -> list[ChatPlan]:
        """The calls of each target that such requests may be sent to without more ado."""
        request, group, stream = inbound.request, resolved.group, inbound.stream
        options, context = self._dispatch.usual(resolved, key), RequestContext(request_id="")
        if group is None:
            target = resolved.target
            return [
                plan_chat(target, request, stream=stream, options=options, context=context, now=0.0, inbound=inbound)
            ]
        if group.is_straight and group.floor.bears(request, 0) and is_open(group, request):
            terms = Terms(options=options, context=context, inbound=inbound)
            return [
                plan for seat in group.pool.first if (plan := _plan(group, seat, request, terms, stream)) is not None
            ]
        return []

    def _wholes(self, plans: Iterable[ChatPlan], inbound: ChatInbound) -> dict[Target, WholeCourse]:
        return {
            plan.target: WholeCourse(plan.target, way, repeated, _named(plan.target), _changes(plan), {})
            for plan, way, repeated in self._open(plans, inbound.request)
        }

    def _streams(self, plans: Iterable[ChatPlan], inbound: ChatInbound) -> dict[Target, StreamCourse]:
        dispatch, loop, beat = self._dispatch, asyncio.get_running_loop(), self._heartbeat
        found: dict[Target, StreamCourse] = {}
        for plan, way, repeated in self._open(plans, inbound.request):
            target = plan.target
            names = _named(target), _changes(plan)
            found[target] = StreamCourse(
                target, way, repeated, plan, inbound, dispatch, loop, beat, *names, KnownOpening()
            )
        return found

    def _open(
        self, plans: Iterable[ChatPlan], request: ChatRequest
    ) -> Iterator[tuple[ChatPlan, AsyncWay, Repeated | Retold]]:
        """The calls that others like them can be written after, and the way they go."""
        for plan in plans:
            repeated = _repeated(plan.exchange, request)
            way = None if repeated is None else self._engine.way(plan.leg)
            if repeated is not None and way is not None:
                yield plan, way, repeated


def _named(target: Target) -> str:
    """The header lines that name a target, up to how long it took."""
    return answer_lines(target.name, target.model)


def _changes(plan: ChatPlan) -> str:
    """The header lines that say what was changed in the request."""
    return lines_of(warning_headers(warned(plan.exchange.warnings, plan.target, datetime.now(UTC))))


def _repeated(exchange: ChatExchange, request: ChatRequest) -> Repeated | Retold | None:
    if isinstance(exchange, ForwardedExchange):
        return exchange.repeated()
    words = exchange.repeated(request) if isinstance(exchange, Repeats) else None
    return None if words is None else Retold(words, request.model, unix_seconds)


class KeyLanes:
    """The lanes of one key."""

    __slots__ = ("_key", "_known", "_lanes", "_met", "_others", "_size", "_unread")

    def __init__(self, lanes: Lanes, key: Key) -> None:
        self._lanes = lanes
        self._key = key
        self._others = 0
        """How many requests in a row were for more than words."""
        self._unread = 0
        """How many more are not looked at."""
        self._known: dict[Kind, AnyLane] = {}
        """The lanes by their kind, the oldest first."""
        self._size = 0
        """Bytes of those kinds."""
        self._met: dict[int, int] = {}
        """How often a kind without was met, by its hash: two that share one are looked into earlier, and that is all."""

    def begin(self, visit: Visit, body: bytes, party: Party) -> Serving | None:
        """Serves a request in its lane. `None`, and nothing done, where it has none or must leave it."""
        if self._unread:
            self._unread -= 1
            return None
        ask = plain_ask(body)
        if ask is None or taps.current is not None:
            self._others += 1
            if self._others >= _OTHERS:
                self._unread = _UNREAD
            return None
        self._others = 0
        lane = self._known.get(ask.kind) or self._learned(ask, visit, body)
        if lane is None:
            return None
        ride = lane.begin(ask, len(body), visit, party)
        if ride is None:
            if lane.is_idle:
                self._close(ask.kind)
                self._met[hash(ask.kind)] = _AGAIN
            elif monotonic() >= lane.until:
                self._close(ask.kind)
                self._met[hash(ask.kind)] = 1
        return ride

    def _learned(self, ask: PlainAsk, visit: Visit, body: bytes) -> AnyLane | None:
        kind = ask.kind
        name = hash(kind)
        met = self._met.get(name, 0)
        if len(self._met) >= _NAMES:
            self._met.clear()
        self._met[name] = met + 1
        # Looked for at ever larger intervals: there is no way to a provider before the first connection, and a lane may have made room.
        looks = met and not met & (met - 1)
        lane = self._lanes.lane(visit.request, self._key, body, ask) if looks else None
        if lane is not None:
            self._open(kind, lane)
        return lane

    def _open(self, kind: Kind, lane: AnyLane) -> None:
        known = self._known
        known[kind] = lane
        self._size += size_of(kind)
        while self._size > KEPT or len(known) > KINDS:
            self._close(next(iter(known)))

    def _close(self, kind: Kind) -> None:
        del self._known[kind]
        self._size -= size_of(kind)


def _plan(group: Group, seat: Seat[Member], request: ChatRequest, terms: Terms, stream: bool) -> ChatPlan | None:
    try:
        return plan_at(group, seat, request, terms, 0.0, stream=stream)
    except AccordError:
        return None  # Others of the group may be able to.


def _until(courses: Iterable[Target]) -> float:
    """When a lane to these has to be looked into again: what is told of a model that is going away changes with the day."""
    if all(target.facts is None or target.facts.deprecated is None for target in courses):
        return inf
    now = datetime.now(UTC)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return monotonic() + (tomorrow - now).total_seconds()


def _habit(request: ChatRequest, size: int) -> Habit:
    """What is thought of requests like this one before any was answered."""
    answer = output_tokens(request).likely
    return Habit(max(0, likely_tokens(request) - answer) / size, answer)
