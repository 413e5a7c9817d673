"""`POST /v1/route/explain`: what would become of a request, without making it.

The body is the request itself, as it would be sent to the conversation endpoint that `?wire=` names (`chat`, which is the
default, `responses` or `messages`). The answer tells every target in the order it would be asked now.
"""

from collections.abc import Mapping

import msgspec

from accord.core.error import InvalidInput
from accord.core.json import dumps
from accord.core.option import Options
from accord.core.route import RouteRecord
from accord.dialects.codec import Inbound
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.engine.explain import explained, explained_alone
from accord.engine.route import Headroom, Terms
from accord.engine.run_async import AsyncEngine
from accord.gateway.endpoint import Endpoint
from accord.gateway.headers import context_of, id_headers
from accord.gateway.http import Response
from accord.gateway.pin import held
from accord.gateway.resolve import Directory, Resolved
from accord.gateway.stored.shelf import Shelf
from accord.gateway.visit import Visit
from accord.gateway.wire import ANTHROPIC, CHAT, Wire, responses_wire
from accord.gateway.wish import split, wishes_of
from accord.policy.limit import Demand

PATH = "/v1/route/explain"

WIRES: Mapping[str, Wire] = {"chat": CHAT, "responses": responses_wire(stores=False), "messages": ANTHROPIC}


class Explanation:
    """Tells what would become of requests."""

    def __init__(self, directory: Directory, engine: AsyncEngine, options: Options, shelf: Shelf) -> None:
        """`options` hold for all calls; `shelf` has what requests continue."""
        self._shelf = shelf
        self._drops = options.on_unsupported == "drop"
        self._directory = directory
        self._engine = engine
        self._options = options

    def endpoint(self) -> Endpoint:
        """The row."""
        return Endpoint(method="POST", path=PATH, serve=self.answer, fail=CHAT.fail)

    async def answer(self, visit: Visit, body: bytes) -> Response:
        """The record. Raises the `AccordError` of a request that cannot be read, names no model, or continues what is not
        there.
        """
        name = visit.request.parameters.get("wire", "chat")
        wire = WIRES.get(name)
        if wire is None:
            raise InvalidInput(f"`wire` must be one of {', '.join(WIRES)}, got {name[:50]!r}", param="wire")
        body, member = split(body)
        visit.wishes = wishes_of(visit.request, member, visit.key)
        inbound = wire.parse(body, visit.request)
        resolved = visit.resolved = self._directory.resolve(inbound.request.model, visit.key)
        if isinstance(inbound, ResponsesInbound):
            inbound = await self._shelf.continued(inbound, visit, resolved, drops=self._drops)
        record = self._record(visit, inbound, resolved)
        return Response(200, dumps(record), id_headers(visit))

    def _record(self, visit: Visit, inbound: Inbound, resolved: Resolved) -> RouteRecord:
        wish = visit.wishes.route(visit.key)
        if visit.pinned is not None and resolved.group is not None:
            wish = held(wish, visit.pinned, resolved.group, drops=self._drops)
        options = msgspec.structs.replace(self._options, route=wish)
        terms = Terms(options=options, context=context_of(visit.request, visit.id), inbound=inbound)
        return route_record(resolved, inbound, terms, self._engine.now(), self._headroom)

    def _headroom(self, demands: tuple[Demand, ...]) -> float:
        return self._engine.limiter.headroom(demands, self._engine.now())


def route_record(resolved: Resolved, inbound: Inbound, terms: Terms, now: float, headroom: Headroom) -> RouteRecord:
    """What would become of a request for that name."""
    if resolved.group is None:
        return explained_alone(resolved.target, inbound.request, terms, now=now)
    return explained(resolved.group, inbound.request, terms, now=now, headroom=headroom)
